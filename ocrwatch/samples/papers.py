"""The four papers, clean, as they come from the printer. Everything on them is invented. For `draw.py` alone."""

from __future__ import annotations

import math
import random
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_FONTS = {
    "song": ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    "hei": ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    "hei bold": ("opentype/noto/NotoSansCJK-Bold.ttc", 2),
    "sans": ("truetype/liberation/LiberationSans-Regular.ttf", 0),
    "sans bold": ("truetype/liberation/LiberationSans-Bold.ttf", 0),
    "mono": ("truetype/dejavu/DejaVuSansMono.ttf", 0),
    "mono bold": ("truetype/dejavu/DejaVuSansMono-Bold.ttf", 0),
}
"""Debian's fonts-noto-cjk, fonts-liberation and fonts-dejavu-core."""


@cache
def _font(name: str, size_px: int) -> ImageFont.FreeTypeFont:
    file, index = _FONTS[name]
    return ImageFont.truetype(Path("/usr/share/fonts") / file, size_px, index=index)


class _Pen:
    """Writes on one page, in one ink unless told otherwise."""

    def __init__(self, page: Image.Image, ink: str) -> None:
        self.draw = ImageDraw.Draw(page)
        self._ink = ink

    def write(
        self, at: tuple[float, float], text: str, font: str, size_px: int, *, anchor: str = "ls", ink: str | None = None
    ) -> None:
        """`anchor` is Pillow's: l, m or r across, s on the base line."""
        self.draw.text(at, text, fill=ink or self._ink, font=_font(font, size_px), anchor=anchor)

    def line(self, start: tuple[float, float], end: tuple[float, float], width_px: int, ink: str | None = None) -> None:
        self.draw.line((*start, *end), fill=ink or self._ink, width=width_px)


def train_ticket() -> Image.Image:
    """A railway e-ticket, pale blue with waves."""
    page = Image.new("RGB", (1480, 930), "#e3eff6")
    pen = _Pen(page, "#1b2126")
    _waves(pen, page.size)
    pen.write((740, 86), "电子发票（铁路电子客票）", "song", 48, anchor="ms", ink="#9b2f2b")
    pen.line((420, 104), (1060, 104), 2, "#9b2f2b")
    pen.line((420, 111), (1060, 111), 2, "#9b2f2b")
    _stamp(pen, (740, 168), ("铁路电子客票", "样张 SAMPLE"))
    pen.write((64, 182), "发票号码：25349116031000012345", "hei", 31)
    pen.write((1416, 182), "开票日期：2025年05月20日", "hei", 31, anchor="rs")
    pen.line((64, 214), (1416, 214), 2, "#7fa6bd")
    pen.write((250, 318), "北京南站", "hei bold", 56, anchor="ms")
    pen.write((250, 362), "Beijingnan", "sans", 30, anchor="ms")
    pen.write((740, 302), "G123", "sans bold", 52, anchor="ms")
    pen.line((610, 326), (860, 326), 4)
    pen.draw.polygon(((860, 314), (886, 326), (860, 338)), fill="#1b2126")
    pen.write((1220, 318), "上海虹桥站", "hei bold", 56, anchor="ms")
    pen.write((1220, 362), "Shanghaihongqiao", "sans", 30, anchor="ms")
    pen.write((64, 460), "2025年05月18日", "hei", 38)
    pen.write((420, 460), "09:36开", "hei", 38)
    pen.write((820, 460), "05车12A号", "hei", 38)
    pen.write((1200, 460), "二等座", "hei", 38)
    pen.write((64, 548), "票价：¥553.50元", "hei bold", 40)
    pen.write((64, 650), "4107281990****5515", "hei", 38)
    pen.write((520, 650), "林小川", "hei", 38)
    pen.write((64, 726), "电子客票号：6031057025051800123456789", "hei", 30)
    pen.write((64, 784), "购买方名称：青石滩科技有限公司", "hei", 30)
    pen.write((64, 838), "统一社会信用代码：9131000012345678A9", "hei", 30)
    _matrix_code(pen, (1166, 520), cells=29, cell_px=8)
    pen.write((740, 900), "买票请到12306 发货请到95306 · 中国铁路祝您旅途愉快", "song", 27, anchor="ms", ink="#3f5c6d")
    return page


_BASKET = (
    ("Sourdough loaf", "1", "3.80"),
    ("Whole milk 2 L", "2", "3.30"),
    ("Free range eggs 12", "1", "3.95"),
    ("Bananas 1.2 kg", "1", "1.74"),
    ("Cheddar mature 400 g", "1", "4.60"),
    ("Ground coffee 227 g", "2", "11.00"),
    ("Washing-up liquid", "1", "1.25"),
)


def shop_receipt() -> Image.Image:
    """A till receipt on a narrow roll."""
    page = Image.new("RGB", (720, 1400), "#fbfaf6")
    pen = _Pen(page, "#26262a")
    pen.write((360, 112), "HARBOUR LANE GROCERS LTD", "sans bold", 42, anchor="ms")
    for y, text in ((184, "14 Harbour Lane, Saltmouth"), (226, "SM1 4QX"), (272, "VAT No. GB 123 4567 82")):
        pen.write((360, y), text, "mono", 26, anchor="ms")
    _dashes(pen, 318)
    pen.write((48, 366), "Receipt No. 004817", "mono", 27)
    pen.write((48, 408), "23 May 2025 14:07", "mono", 27)
    pen.write((672, 408), "Till 2", "mono", 27, anchor="rs")
    _dashes(pen, 440)
    for row, (name, count, price) in enumerate(_BASKET):
        y = 500 + 56 * row
        pen.write((48, y), count, "mono", 27)
        pen.write((96, y), name, "mono", 27)
        pen.write((672, y), price, "mono", 27, anchor="rs")
    _dashes(pen, 884)
    lines = (("Subtotal", "29.64"), ("Loyalty discount", "-1.50"))
    for row, (name, price) in enumerate(lines):
        pen.write((48, 940 + 50 * row), name, "mono", 27)
        pen.write((672, 940 + 50 * row), price, "mono", 27, anchor="rs")
    pen.write((48, 1068), "TOTAL", "mono bold", 46)
    pen.write((672, 1068), "£28.14", "mono bold", 46, anchor="rs")
    pen.write((48, 1134), "Card ************4402", "mono", 27)
    pen.write((48, 1180), "VAT included", "mono", 27)
    pen.write((672, 1180), "0.21", "mono", 27, anchor="rs")
    _dashes(pen, 1212)
    pen.write((360, 1264), "Thank you for shopping with us", "mono", 25, anchor="ms")
    _bars(pen, (150, 1292, 570, 1362))
    return page


_SERVICES = (
    ("Wayfinding signs, design and artwork", "1", "1,850.00", "1,850.00"),
    ("Aluminium panels 60 x 40 cm, printed", "24", "38.50", "924.00"),
    ("Delivery and fitting, two days", "2", "412.00", "824.00"),
)


def english_invoice() -> Image.Image:
    """An A4 invoice of a small company."""
    page = Image.new("RGB", (1240, 1754), "#ffffff")
    pen = _Pen(page, "#24282e")
    pen.draw.rounded_rectangle((100, 96, 196, 192), 16, fill="#22577a")
    pen.draw.polygon(((120, 170), (148, 118), (176, 170)), fill="#ffffff")
    pen.write((220, 128), "Falkenried Signs GmbH", "sans bold", 40)
    pen.write((220, 162), "Lindenstrasse 8, 20999 Falkenried, Germany", "sans", 24)
    pen.write((220, 194), "VAT ID: DE123456788", "sans", 24)
    pen.write((1140, 276), "INVOICE", "sans bold", 58, anchor="rs", ink="#22577a")
    for y, label, value in ((340, "Invoice number:", "FS-2025-0417"), (382, "Invoice date:", "14 March 2025")):
        pen.write((880, y), label, "sans", 26, anchor="rs")
        pen.write((1140, y), value, "sans bold", 26, anchor="rs")
    pen.write((100, 340), "Bill to", "sans", 24, ink="#5b6670")
    pen.write((100, 382), "Bramblecote Museum Trust", "sans bold", 30)
    pen.write((100, 422), "3 Orchard Row, Bramblecote BC2 9TN", "sans", 25)
    pen.write((100, 460), "VAT ID: GB123456782", "sans", 25)
    pen.draw.rectangle((100, 590, 1140, 644), fill="#e6eef3")
    _invoice_row(pen, 627, ("Description", "Qty", "Price EUR", "Amount EUR"), "sans bold")
    for row, service in enumerate(_SERVICES):
        y = 700 + 66 * row
        _invoice_row(pen, y, service, "sans")
        pen.line((100, y + 24), (1140, y + 24), 1, "#b9c4cc")
    for y, label, value, font in (
        (950, "Net amount", "€3,598.00", "sans"),
        (1000, "VAT 19%", "€683.62", "sans"),
        (1076, "Total due", "€4,281.62", "sans bold"),
    ):
        pen.write((860, y), label, font, 30, anchor="rs")
        pen.write((1124, y), value, font, 30, anchor="rs")
    pen.line((640, 1026), (1140, 1026), 3)
    pen.write((100, 1200), "Payment within 30 days. Please quote the invoice number.", "sans", 25)
    pen.write((100, 1240), "Thank you for your order.", "sans", 25)
    pen.line((100, 1620), (1140, 1620), 2, "#b9c4cc")
    pen.write((620, 1662), "Specimen: no such company, no such museum", "sans", 22, anchor="ms", ink="#5b6670")
    return page


def _invoice_row(pen: _Pen, y: int, cells: tuple[str, ...], font: str) -> None:
    pen.write((116, y), cells[0], font, 26)
    for x, cell in zip((740, 920, 1124), cells[1:], strict=True):
        pen.write((x, y), cell, font, 26, anchor="rs")


def chinese_invoice() -> Image.Image:
    """An electronic invoice with its boxes, in the dark red that such forms are printed in."""
    page = Image.new("RGB", (1600, 1040), "#fffdfb")
    pen = _Pen(page, "#20242a")
    form = "#8c3a2f"
    pen.write((800, 92), "电子发票（普通发票）", "song", 50, anchor="ms", ink=form)
    pen.line((500, 112), (1100, 112), 2, form)
    pen.line((500, 119), (1100, 119), 2, form)
    _matrix_code(pen, (70, 44), cells=25, cell_px=5)
    pen.write((1160, 80), "发票号码：25312000000087654321", "hei", 25)
    pen.write((1160, 124), "开票日期：2025年06月12日", "hei", 25)
    pen.draw.rectangle((60, 190, 1540, 960), outline=form, width=3)
    for x in (110, 800, 850):
        pen.line((x, 190), (x, 360), 2, form)
    for left, title, name, tax_id in (
        (85, "购买方信息", "青石滩科技有限公司", "9131000012345678A9"),
        (825, "销售方信息", "云栖谷文具商行", "91110105MA00000A09"),
    ):
        for place, letter in enumerate(title):
            pen.write((left, 224 + 31 * place), letter, "song", 24, anchor="ms", ink=form)
        pen.write((left + 45, 250), f"名称：{name}", "hei", 27)
        pen.write((left + 45, 328), f"统一社会信用代码/纳税人识别号：{tax_id}", "hei", 24)
    pen.line((60, 360), (1540, 360), 2, form)
    _goods(pen, form)
    pen.line((60, 790), (1540, 790), 2, form)
    pen.write((150, 842), "价税合计（大写）", "song", 27, ink=form)
    pen.write((460, 842), "壹仟叁佰伍拾陆圆整", "hei", 28)
    pen.write((1040, 842), "（小写）", "song", 27, ink=form)
    pen.write((1180, 842), "¥1356.00", "hei", 30)
    pen.line((60, 872), (1540, 872), 2, form)
    pen.write((90, 928), "备注：样张，所载公司与人名均为虚构", "hei", 24)
    pen.write((150, 1006), "开票人：周知夏", "hei", 25)
    return page


_GOODS = (
    ("*纸制品*打印纸 A4", "箱", "5", "160.00", "800.00", "13%", "104.00"),
    ("*文具*档案盒", "个", "40", "10.00", "400.00", "13%", "52.00"),
)


def _goods(pen: _Pen, form: str) -> None:
    """The table of goods, and its sums."""
    columns = (240, 560, 700, 870, 1080, 1270, 1450)
    heads = ("项目名称", "单位", "数量", "单价", "金额", "税率", "税额")
    for x, head in zip(columns, heads, strict=True):
        pen.write((x, 400), head, "song", 26, anchor="ms", ink=form)
    for row, goods in enumerate(_GOODS):
        for x, cell in zip(columns, goods, strict=True):
            pen.write((x, 456 + 52 * row), cell, "hei", 25, anchor="ms")
    pen.line((60, 700), (1540, 700), 2, form)
    pen.write((240, 756), "合计", "song", 27, anchor="ms", ink=form)
    pen.write((1080, 756), "¥1200.00", "hei", 27, anchor="ms")
    pen.write((1450, 756), "¥156.00", "hei", 27, anchor="ms")


def _waves(pen: _Pen, size: tuple[int, int]) -> None:
    width, height = size
    for band in range(-2, height // 14 + 3):
        line = [
            (x, 14 * band + 16 * math.sin(x / 90 + band / 3) + 5 * math.sin(x / 23)) for x in range(0, width + 12, 12)
        ]
        pen.draw.line(line, fill="#d3e5ef", width=1)


def _stamp(pen: _Pen, centre: tuple[int, int], lines: tuple[str, str]) -> None:
    x, y = centre
    pen.draw.ellipse((x - 130, y - 46, x + 130, y + 46), outline="#cf6e66", width=3)
    pen.write((x, y - 4), lines[0], "song", 25, anchor="ms", ink="#cf6e66")
    pen.write((x, y + 29), lines[1], "hei", 21, anchor="ms", ink="#cf6e66")


def _matrix_code(pen: _Pen, at: tuple[int, int], cells: int, cell_px: int) -> None:
    """Squares that look like a matrix code, and say nothing."""
    chance = random.Random(cells)
    left, top = at
    for row in range(cells):
        for column in range(cells):
            near_corner = min(row, cells - 1 - row) < 8 and min(column, cells - 1 - column) < 8
            is_finder = near_corner and not (row >= cells - 8 and column >= cells - 8)
            if not is_finder and chance.random() < 0.5:
                x, y = left + column * cell_px, top + row * cell_px
                pen.draw.rectangle((x, y, x + cell_px - 1, y + cell_px - 1), fill="#1b2126")
    for row, column in ((0, 0), (0, cells - 7), (cells - 7, 0)):
        x, y = left + column * cell_px, top + row * cell_px
        for inset, ink in ((0, "#1b2126"), (1, "#ffffff"), (2, "#1b2126")):
            low, high = inset * cell_px, (7 - inset) * cell_px - 1
            pen.draw.rectangle((x + low, y + low, x + high, y + high), fill=ink)


def _dashes(pen: _Pen, y: int) -> None:
    for x in range(48, 672, 16):
        pen.line((x, y), (x + 9, y), 2)


def _bars(pen: _Pen, box: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = box
    chance = random.Random(4817)
    x = left
    while x < right:
        width = chance.choice((2, 2, 4, 6))
        pen.draw.rectangle((x, top, x + width - 1, bottom), fill="#26262a")
        x += width + chance.choice((2, 4, 5))
