"""A screen for Wine: Xvfb with Wine's own desktop in it, its icons, and a mouse."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops

from tests.waiting import wait_until

WIDTH_PX, HEIGHT_PX = 1024, 768


class Screen:
    """What is to be seen on `display`, and a mouse on it."""

    def __init__(self, display: str, folder: Path) -> None:
        self.display = display
        self._folder = folder

    def picture(self, name: str) -> Image.Image:
        """A screenshot, kept as `name`.png."""
        path = self._folder / f"{name}.png"
        subprocess.run(["import", "-display", self.display, "-window", "root", str(path)], check=True)
        with Image.open(path) as image:
            return image.convert("RGB")

    def click(self, x: int, y: int, *, button: int = 1) -> None:
        """A click there."""
        for words in (["mousemove", str(x), str(y)], ["click", str(button)]):
            subprocess.run(["xdotool", *words], env={"DISPLAY": self.display, "PATH": "/usr/bin:/bin"}, check=True)

    def move(self, x: int, y: int) -> None:
        """The mouse there."""
        subprocess.run(
            ["xdotool", "mousemove", str(x), str(y)], env={"DISPLAY": self.display, "PATH": "/usr/bin:/bin"}, check=True
        )

    def press(self, *keys: str) -> None:
        """Keys, by X's names."""
        for key in keys:
            subprocess.run(["xdotool", "key", key], env={"DISPLAY": self.display, "PATH": "/usr/bin:/bin"}, check=True)

    def changed(self, before: Image.Image, name: str, seconds: float) -> tuple[int, int, int, int]:
        """The box in which the screen became another than `before`. AssertionError when it does not."""
        found: list[tuple[int, int, int, int]] = []

        def has_changed() -> bool:
            box = ImageChops.difference(before, self.picture(name)).getbbox()
            if box is not None:
                found[:] = [box]
            return box is not None

        wait_until(has_changed, seconds=seconds, step_seconds=0.5)
        return found[0]


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A new one, of a number that nobody uses."""
    read, write = _pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH_PX}x{HEIGHT_PX}x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    try:
        with open(read, encoding="ascii") as numbers:
            _close(write)
            number = numbers.readline().strip()
        assert number, "Xvfb does not start"
        yield Screen(f":{number}", folder)
    finally:
        server.terminate()
        server.wait()


def _pipe() -> tuple[int, int]:
    import os

    return os.pipe()


def _close(descriptor: int) -> None:
    import os

    os.close(descriptor)
