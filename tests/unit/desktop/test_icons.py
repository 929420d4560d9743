"""The icon, drawn."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from ocrwatch.desktop.icon_files import ICO_SIZES_PX, PNG_SIZES_PX, write_icons
from ocrwatch.desktop.icons import icon
from ocrwatch.desktop.look import State

SIZES_PX = (16, 20, 22, 24, 32, 48, 64, 128, 256)
LIGHT, DARK = (242, 242, 242), (40, 40, 44)


def on(colour: tuple[int, int, int], drawn: Image.Image) -> Image.Image:
    panel = Image.new("RGB", drawn.size, colour)
    panel.paste(drawn, (0, 0), drawn)
    return panel


def apart(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that a person sees as different."""
    grey = ImageChops.difference(one, other).convert("L").point(lambda value: 255 if value > 60 else 0)
    return ImageStat.Stat(grey).mean[0] / 255


@pytest.mark.parametrize("size_px", SIZES_PX)
def test_states_are_told_apart_without_their_colours(size_px: int) -> None:
    """In grey, on a light panel as on a dark one, each differs from every other."""
    for colour in (LIGHT, DARK):
        grey = {state: on(colour, icon(state, size_px)).convert("L") for state in State}
        for one, other in combinations(State, 2):
            assert apart(grey[one], grey[other]) > 0.02, f"{one} and {other} at {size_px} px"


@pytest.mark.parametrize("size_px", SIZES_PX)
def test_the_icon_stands_out_from_light_and_dark_panels(size_px: int) -> None:
    """A good part of its pixels is unlike the panel's colour."""
    for colour in (LIGHT, DARK):
        panel = Image.new("RGB", (size_px, size_px), colour)
        for state in State:
            assert apart(on(colour, icon(state, size_px)), panel) > 0.12


def test_small_icons_are_drawn_small_and_crisp() -> None:
    """The sheet's left edge falls on a pixel: its neighbours outside are empty, not half filled."""
    for size_px in SIZES_PX:
        alpha = icon(State.IDLE, size_px).getchannel("A")
        row = [alpha.getpixel((x, size_px // 2)) for x in range(size_px // 2)]
        assert set(row) == {0, 255}, f"{size_px} px: {row}"


def test_the_count_is_shown_where_there_is_room() -> None:
    """Numbers differ from 32 px on; 99 stands for more; smaller icons show that something is under way."""
    assert icon(State.WORKING, 16, count=3).tobytes() == icon(State.WORKING, 16, count=4).tobytes()
    assert icon(State.WORKING, 32, count=3).tobytes() != icon(State.WORKING, 32, count=4).tobytes()
    assert icon(State.WORKING, 48, count=99).tobytes() == icon(State.WORKING, 48, count=2314).tobytes()


@pytest.mark.parametrize("state", State)
def test_a_template_is_black_and_transparent_and_has_its_badge(state: State) -> None:
    """macOS colours it: no other colour may be in it; states differ by what is cut out."""
    drawn = icon(state, 44, template=True)
    colours = {pixel[:3] for _, pixel in drawn.getcolors(44 * 44) or [] if isinstance(pixel, tuple) and pixel[3] > 0}
    assert colours == {(0, 0, 0)}
    if state is not State.IDLE:
        assert drawn.tobytes() != icon(State.IDLE, 44, template=True).tobytes()


def test_the_files_for_installers_hold_every_size_as_it_is_drawn(tmp_path: Path) -> None:
    """PNGs, an .ico and an .icns; none of their pictures is scaled."""
    written = {path.name: path for path in write_icons(tmp_path / "icons")}
    for size_px in PNG_SIZES_PX:
        with Image.open(written[f"ocrwatch-{size_px}.png"]) as png:
            assert png.tobytes() == icon(State.IDLE, size_px).tobytes()
    for size_px in ICO_SIZES_PX:
        with Image.open(written["ocrwatch.ico"]) as ico:
            assert (size_px, size_px) in ico.info["sizes"]
            ico.size = (size_px, size_px)  # type: ignore[misc]
            assert ico.convert("RGBA").tobytes() == icon(State.IDLE, size_px).tobytes()
    with Image.open(written["ocrwatch.icns"]) as icns:
        assert icns.size == (1024, 1024)
        assert {(16, 16, 2), (128, 128, 2), (512, 512, 2)} <= set(icns.info["sizes"])
