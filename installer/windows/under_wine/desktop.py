"""A screen for Wine: Xvfb with Wine's own desktop in it, its icons, and a mouse."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

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
        self.move(x, y)
        self._do("click", str(button))

    def move(self, x: int, y: int) -> None:
        """The mouse there."""
        self._do("mousemove", str(x), str(y))

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=os.environ | {"DISPLAY": self.display}, check=True)


@contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A new one, of a number that nobody uses."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{WIDTH_PX}x{HEIGHT_PX}x24", "-nolisten", "tcp"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    try:
        with os.fdopen(read, encoding="ascii") as numbers:
            os.close(write)
            number = numbers.readline().strip()
        assert number, "Xvfb does not start"
        yield Screen(f":{number}", folder)
    finally:
        server.terminate()
        server.wait()
