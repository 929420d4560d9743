"""The icon and its menu, by eye and mouse: Wine's own taskbar shows the icon, the menu is read from the screen.

Only where entries stand is read, not what they say: groups between lines, counted from below. The last group is Quit,
the third from below is pausing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from installer.windows.under_wine.desktop import HEIGHT_PX, WIDTH_PX, Screen, screen
from installer.windows.under_wine.installed import SLOW_SECONDS
from tests.waiting import wait_until

if TYPE_CHECKING:
    from installer.windows.under_wine.checks import Bench

_ICON_BOX = (WIDTH_PX - 22, HEIGHT_PX - 20, WIDTH_PX, HEIGHT_PX)
_ICON_AT = (WIDTH_PX - 12, HEIGHT_PX - 10)
_NOWHERE = (100, 100)
_WHITE = 250


def tray_menu(bench: Bench) -> str:
    """The icon is in the taskbar; its menu, opened and used by mouse, pauses, goes on, and quits."""
    with screen(bench.pictures) as seen:
        wine = replace(bench.wine, display=seen.display)
        wine.end()  # Wine's desktop is where its first program was started
        ocrwatch = bench.ocrwatch
        with wine.start(
            "explorer", f"/desktop=shell,{WIDTH_PX}x{HEIGHT_PX}", wine.named(ocrwatch.windowed), "--at-login"
        ) as process:
            try:
                wait_until(lambda: _has_icon(seen.picture("icon")), seconds=SLOW_SECONDS, step_seconds=0.5)
                entries = _click_in_menu(seen, "menu", group=-3, row=-1)
                wait_until(lambda: ocrwatch.status()["state"] == "paused", seconds=SLOW_SECONDS, step_seconds=0.5)
                _click_in_menu(seen, "menu-paused", group=-3, row=0)
                wait_until(lambda: ocrwatch.status()["state"] != "paused", seconds=SLOW_SECONDS, step_seconds=0.5)
                _click_in_menu(seen, "menu-quit", group=-1, row=0)
                wait_until(lambda: not ocrwatch.is_running(), seconds=SLOW_SECONDS, step_seconds=0.5)
                wait_until(lambda: not _has_icon(seen.picture("gone")), seconds=SLOW_SECONDS, step_seconds=0.5)
            finally:
                ocrwatch.say("stop")
                wine.end()
                process.communicate(timeout=SLOW_SECONDS)
    return f"icon seen; of {entries} entries paused, went on, quit by mouse"


def _has_icon(picture: Image.Image) -> bool:
    """Whether something dark is at the white taskbar's end."""
    shades = picture.crop(_ICON_BOX).convert("L").tobytes()
    return min(shades) < 100 and max(shades) > _WHITE


def _click_in_menu(seen: Screen, name: str, *, group: int, row: int) -> int:
    """Open the menu and click there; how many entries it has."""
    seen.move(*_NOWHERE)
    before = seen.picture(f"before-{name}")
    seen.click(*_ICON_AT, button=3)
    found: list[tuple[int, list[list[int]]]] = []

    def is_open() -> bool:
        left, groups = _menu(before, seen.picture(name))
        found[:] = [(left, groups)]
        return len(groups) > -group >= 1

    wait_until(is_open, seconds=SLOW_SECONDS, step_seconds=0.5)
    ((left, groups),) = found
    seen.click(left + 60, groups[group][row])
    return sum(map(len, groups))


def _menu(before: Image.Image, now: Image.Image) -> tuple[int, list[list[int]]]:
    """Its left edge, and the middle of each entry, in groups; none where no menu is open."""
    box = (0, 0, WIDTH_PX, HEIGHT_PX - 21)
    menu = ImageChops.difference(before.crop(box), now.crop(box)).getbbox()
    if menu is None:
        return 0, []
    left, top, right, bottom = menu
    grey = now.convert("L")
    groups: list[list[int]] = [[]]
    begin: int | None = None
    for y in range(top + 2, bottom - 1):
        dark = sum(value < _WHITE for value in grey.crop((left + 4, y, right - 4, y + 1)).tobytes())
        if dark > 0.8 * (right - left - 8):  # a line between groups
            groups.append([])
            begin = None
        elif dark and begin is None:
            begin = y
        elif not dark and begin is not None:
            groups[-1].append((begin + y) // 2)
            begin = None
    if begin is not None:
        groups[-1].append((begin + bottom) // 2)
    return left, [group for group in groups if group]
