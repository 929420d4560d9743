"""Scans for the tasks that are no list of fields, drawn by Pillow, and what the service answers about each.

The answers are dressed as the service dresses them: HTML and LaTeX in a fence, a formula between `$$`.
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from tests.papers import encoded

TEXT = (
    "Delivery note 4711\n\nDear Ms Okafor,\n\nhave the boxes arrived? Please count them\n"
    "and sign below.\n\nKind regards\n苏州仓库"
)
MARKDOWN = "# Minutes\n\nPresent: *all*.\n\n| Item | Who |\n|---|---|\n| Roof | Li |\n\n$$E = mc^2$$"
LATEX = "\\section{Minutes}\n\nPresent: \\emph{all}.\n\n\\begin{tabular}{ll}\nItem & Who \\\\\n\\end{tabular}"
FORMULA = "\\int_0^1 x^2 \\, dx = \\frac{1}{3}"
TABLE = """<table>
<caption>Stock in March</caption>
<tr><th rowspan="2">Article</th><th colspan="2">Warehouse</th><th rowspan="2">Price</th></tr>
<tr><th>North</th><th>South</th></tr>
<tr><td>00715</td><td>12</td><td>7</td><td>1,234.50</td></tr>
<tr><td>00716 &amp; lid</td><td>0</td><td></td><td>8.25</td></tr>
</table>"""
RAGGED = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"


def fenced_as(kind: str, content: str) -> str:
    """`content` in a fence of that kind."""
    return f"```{kind}\n{content}\n```"


def page_of(text: str, size_px: int = 22, width_px: int = 900) -> bytes:
    """`text` as a scan: a PNG with black print on white."""
    lines = text.splitlines()
    image = Image.new("L", (width_px, (size_px + 12) * (len(lines) + 2)), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size_px)
    for number, line in enumerate(lines, 1):
        draw.text((40, number * (size_px + 12)), line.encode("ascii", "ignore").decode(), font=font, fill=0)
    return encoded(image, "PNG")


def table_page() -> bytes:
    """A table with lines, its upper cells merged, as a scan."""
    image = Image.new("L", (760, 300), 255)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    for box in ((20, 20, 240, 120), (240, 20, 540, 70), (540, 20, 720, 120), (240, 70, 390, 120), (390, 70, 540, 120)):
        draw.rectangle(box, outline=0, width=2)
    for row, line in enumerate((("00715", "12", "7", "1,234.50"), ("00716 & lid", "0", "", "8.25"))):
        for (left, right), text in zip(((20, 240), (240, 390), (390, 540), (540, 720)), line, strict=True):
            draw.rectangle((left, 120 + 50 * row, right, 170 + 50 * row), outline=0, width=2)
            draw.text((left + 10, 132 + 50 * row), text, font=font, fill=0)
    for place, text in (((30, 58), "Article"), ((330, 32), "Warehouse"), ((560, 58), "Price")):
        draw.text(place, text, font=font, fill=0)
    draw.text((280, 82), "North", font=font, fill=0)
    draw.text((430, 82), "South", font=font, fill=0)
    return encoded(image, "PNG")


def formula_page() -> bytes:
    """An integral, as a scan."""
    image = Image.new("L", (420, 140), 255)
    draw = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(56), ImageFont.load_default(24)
    draw.text((40, 30), "f(x) = x", font=large, fill=0)
    draw.text((262, 24), "2", font=small, fill=0)
    return encoded(image, "PNG")
