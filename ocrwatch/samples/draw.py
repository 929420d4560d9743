"""Draws the samples: `python -m ocrwatch.samples.draw [FOLDER]`. For developers; its results are kept with it.

Needs Debian's fonts-noto-cjk, fonts-liberation and fonts-dejavu-core. The same fonts and the same Pillow draw
the same bytes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PIL import Image

from ocrwatch.samples import FOLDER, papers, scanning

_ORIENTATION = 0x0112
"""EXIF's tag; 6 means: turn the picture a quarter clockwise to look at it."""

TRUTHS: dict[str, dict[str, object]] = {
    "train-ticket": {
        "profile": "train-ticket",
        "fields": {
            "发票号码": "25349116031000012345",
            "车次": "G123",
            "起始站": "北京南站",
            "终点站": "上海虹桥站",
            "发车日期和时间点": "2025年05月18日 09:36开",
            "座位号": "05车12A号",
            "席别类型": "二等座",
            "票价": "¥553.50元",
            "身份证号码": "4107281990****5515",
            "购票人姓名": "林小川",
        },
        "expected": {"发车日期和时间点": "2025-05-18T09:36", "票价": ["553.50", "CNY"]},
    },
    "receipt-photo": {
        "profile": "receipt",
        "fields": {
            "company": "HARBOUR LANE GROCERS LTD",
            "date": "23 May 2025",
            "total": "£28.14",
            "number": "004817",
            "currency": "£",
            "tax": "0.21",
            "address": "14 Harbour Lane, Saltmouth SM1 4QX",
        },
        "expected": {"date": "2025-05-23", "total": ["28.14", "GBP"], "tax": ["0.21", ""]},
    },
    "invoice": {
        "profile": "invoice",
        "fields": {
            "number": "FS-2025-0417",
            "date": "14 March 2025",
            "seller": "Falkenried Signs GmbH",
            "seller tax id": "DE123456788",
            "buyer": "Bramblecote Museum Trust",
            "buyer tax id": "GB123456782",
            "net": "€3,598.00",
            "tax": "€683.62",
            "total": "€4,281.62",
        },
        "expected": {
            "date": "2025-03-14",
            "net": ["3598.00", "EUR"],
            "tax": ["683.62", "EUR"],
            "total": ["4281.62", "EUR"],
        },
    },
    "invoice-zh": {
        "profile": "invoice",
        "fields": {
            "number": "25312000000087654321",
            "date": "2025年06月12日",
            "seller": "云栖谷文具商行",
            "seller tax id": "91110105MA00000A09",
            "buyer": "青石滩科技有限公司",
            "buyer tax id": "9131000012345678A9",
            "net": "¥1200.00",
            "tax": "¥156.00",
            "total": "¥1356.00",
        },
        "expected": {
            "date": "2025-06-12",
            "net": ["1200.00", "CNY"],
            "tax": ["156.00", "CNY"],
            "total": ["1356.00", "CNY"],
        },
    },
}


def draw(folder: Path) -> None:
    """Write the four scans and their truths into `folder`."""
    ticket = scanning.on_scanner(papers.train_ticket(), -1.1, 46, "#f4f4f2")
    scanning.grained(ticket, 1, 0.10).save(folder / "train-ticket.jpg", quality=76, dpi=(200, 200))
    _photo(papers.shop_receipt()).save(folder / "receipt-photo.jpg", quality=80, exif=_lying())
    page = scanning.on_scanner(papers.english_invoice(), 0.7, 0, "#ffffff")
    scanning.grained(page, 3, 0.08).save(folder / "invoice.pdf", resolution=150, quality=60, **_undated())
    chinese = scanning.on_scanner(papers.chinese_invoice(), 0.6, 24, "#f6f5f3")
    few = scanning.in_inks(scanning.grained(chinese, 4, 0.05), "#fffdfb", ("#20242a", "#8c3a2f", "#8a8d91"))
    few.save(folder / "invoice-zh.png", optimize=True, dpi=(150, 150))
    for name, truth in TRUTHS.items():
        text = json.dumps(truth, ensure_ascii=False, indent=2)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _photo(receipt: Image.Image) -> Image.Image:
    """The receipt as a phone saw it: stored lying on its side, with the turn in its EXIF."""
    table = scanning.table_top((1200, 1680), 2)
    paper = scanning.grained(receipt, 21, 0.06)
    scene = scanning.photographed(paper, table, ((262, 118), (962, 160), (1010, 1590), (176, 1548)))
    lit = scanning.unevenly_lit(scene, (0.34, 0.2), 0.5)
    return scanning.grained(lit, 22, 0.10).transpose(Image.Transpose.ROTATE_90)


def _lying() -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = 6
    return exif


def _undated() -> dict[str, str]:
    """What keeps the PDF free of the time it was drawn."""
    return {"title": "Invoice FS-2025-0417", "creationDate": "", "modDate": ""}


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
