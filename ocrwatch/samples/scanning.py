"""What scanners and phones do to a clean page: paper grain, a slight turn, uneven light, perspective.

Everything random comes of a seed, so that a sample is drawn the same again. For `draw.py` alone.
"""

from __future__ import annotations

import random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

Point = tuple[float, float]


def grained(page: Image.Image, seed: int, strength: float) -> Image.Image:
    """`page` with paper grain: noise of `strength` (0 none, 1 all noise), a little soft, as sensors see it."""
    width, height = page.size
    noise = Image.frombytes("L", page.size, random.Random(seed).randbytes(width * height))
    noise = noise.filter(ImageFilter.GaussianBlur(0.7)).convert(page.mode)
    centred = ImageChops.add(page, noise.point(lambda value: round((value - 128) * strength + 128)), 1, -128)
    return centred.filter(ImageFilter.GaussianBlur(0.4))


def on_scanner(page: Image.Image, degrees: float, margin_px: int, bed: str) -> Image.Image:
    """`page` laid on a scanner's bed, turned by `degrees`, with the thin shadow of its edge."""
    width, height = page.size[0] + 2 * margin_px, page.size[1] + 2 * margin_px
    flat = Image.new("RGB", (width, height), bed)
    shadow = Image.new("L", flat.size, 0)
    edge = (margin_px + 3, margin_px + 4, width - margin_px + 4, height - margin_px + 6)
    ImageDraw.Draw(shadow).rectangle(edge, fill=120)
    shadow = shadow.filter(ImageFilter.GaussianBlur(5))
    flat.paste(Image.new("RGB", flat.size, "#6f7276"), mask=shadow)
    flat.paste(page, (margin_px, margin_px))
    return flat.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=bed)


def table_top(size: tuple[int, int], seed: int) -> Image.Image:
    """A wooden table: long, low grain lines over brown boards."""
    chance = random.Random(seed)
    width, height = size
    grain = Image.frombytes("L", (width // 2, height // 60), chance.randbytes((width // 2) * (height // 60)))
    grain = grain.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    dark, light = (92, 62, 41), (148, 106, 73)
    wood = Image.composite(Image.new("RGB", size, light), Image.new("RGB", size, dark), grain)
    draw = ImageDraw.Draw(wood)
    for x in range(width // 5, width, width // 3):
        draw.line((x, 0, x + 14, height), fill=(58, 38, 25), width=5)
    return wood


def photographed(page: Image.Image, table: Image.Image, corners: tuple[Point, Point, Point, Point]) -> Image.Image:
    """`page` lying on `table`, seen askew: its corners (top left, top right, bottom right, bottom left) there."""
    width, height = page.size
    paper_corners: list[Point] = [(0, 0), (width, 0), (width, height), (0, height)]
    perspective = _perspective([(2 * x, 2 * y) for x, y in corners], paper_corners)

    def askew(flat: Image.Image) -> Image.Image:
        twice = (2 * table.width, 2 * table.height)  # drawn at twice the size: smooth edges
        seen = flat.transform(twice, Image.Transform.PERSPECTIVE, perspective, Image.Resampling.BICUBIC)
        return seen.reduce(2)

    mask = askew(Image.new("L", page.size, 255))
    shadow = ImageChops.offset(mask, 16, 22).filter(ImageFilter.GaussianBlur(16)).point(lambda value: value * 2 // 3)
    scene = table.copy()
    scene.paste(Image.new("RGB", table.size, "#140c06"), mask=shadow)
    scene.paste(askew(page), mask=mask)
    return scene


def unevenly_lit(scene: Image.Image, lamp: Point, fall_off: float) -> Image.Image:
    """`scene` under a lamp at `lamp` (0 to 1 across and down); `fall_off` is the light lost far from it."""
    width, height = scene.size
    glow = Image.radial_gradient("L").resize((width * 3, height * 3))
    left, top = round(width * (1.5 - lamp[0])), round(height * (1.5 - lamp[1]))
    glow = glow.crop((left, top, left + width, top + height))
    light = glow.point(lambda value: round(255 * (1 - fall_off * min(1.0, value / 110))))
    warm = Image.merge("RGB", (light, light.point(lambda v: round(v * 0.985)), light.point(lambda v: round(v * 0.94))))
    return ImageChops.multiply(scene, warm)


def _perspective(seen: list[Point], paper: list[Point]) -> tuple[float, ...]:
    """The eight numbers by which Pillow finds, for a point that is seen, its point on the paper."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, paper, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):  # Gauss and Jordan
        pivot = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column:
                factor = rows[row][column]
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[column], strict=True)]
    return tuple(row[8] for row in rows)


def in_inks(page: Image.Image, paper: str, inks: tuple[str, ...], shades: int = 6) -> Image.Image:
    """`page` in few colours, as scanners store forms: the paper, and each ink in `shades` steps towards it."""
    light = ImageColor.getrgb(paper)[:3]
    steps = [step / shades for step in range(1, shades + 1)]
    colours = [light, *(_between(light, ImageColor.getrgb(ink)[:3], step) for ink in inks for step in steps)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour])
    return page.quantize(palette=palette, dither=Image.Dither.NONE)


def _between(start: tuple[int, ...], end: tuple[int, ...], part: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * part) for a, b in zip(start, end, strict=True))
