"""Who sells and who buys, and their tax numbers.

On a Chinese invoice both parties stand in like boxes, 名称 and 纳税人识别号 printed in each: the buyer's is the left or
the upper one, by the form that the tax authority lays down. Elsewhere the buyer stands under "Bill to", and the
seller at the head of the paper.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ocrwatch.reading import finder_heading as heading
from ocrwatch.reading import finder_labels as labels
from ocrwatch.reading import finder_texts as texts
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.lines import Line, VisualRow

_TAX_ID = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9 .-]*\d)[A-Z0-9](?:[A-Z0-9]|[ .-](?=[A-Z0-9])){6,19}(?![A-Za-z0-9])")
_CHINESE_TAX_ID = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z]*\d)[0-9A-Z]{15,20}(?![A-Za-z0-9])")
_BUYER_BLOCK = ("bill to", "billed to", "invoice to", "sold to", "buyer", "customer", "client", "购买方", "买方")
_BLOCK_LINES = 7


def seller(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    pair = _pair(rows, "名称", texts.name)
    return pair[1] if pair else heading.company(rows, names)


def buyer(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    pair = _pair(rows, "名称", texts.name)
    return pair[0] if pair else texts.party(rows, names)


def seller_tax_id(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    pair = _pair(rows, "识别号", _chinese_tax_id)
    if pair:
        return pair[1]
    buyers = _buyer_block(rows)
    others = [tuple(line for line in row if line not in buyers) for row in rows]
    return texts.first(others, names, _tax_id)


def buyer_tax_id(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    pair = _pair(rows, "识别号", _chinese_tax_id)
    if pair:
        return pair[0]
    return texts.first([(line,) for line in _buyer_block(rows)], names, _tax_id)


def _pair(rows: Sequence[VisualRow], label: str, looks: Callable[[str], str | None]) -> tuple[Found, Found] | None:
    """The values at the two places where a Chinese form prints `label`: the buyer's, the seller's."""
    found = []
    for row in rows:
        for index, line in enumerate(row):
            for piece in _pieces(line.text, label):
                value, lines = looks(piece), (line,)
                if value is None and not labels.squeezed(piece) and index + 1 < len(row):
                    value, lines = looks(row[index + 1].text), (row[index + 1],)
                if value is not None:
                    found.append(Found(value, lines))
    return (found[0], found[1]) if len(found) == 2 else None


def _pieces(text: str, label: str) -> list[str]:
    """What stands behind each `label:` in `text`; 项目名称 and the like are no party's name."""
    return re.findall(rf"(?<!项目)(?<!货物){label}\s*[:：]\s*(.*?)(?=\s*{label}\s*[:：]|\Z)", text)


def _buyer_block(rows: Sequence[VisualRow]) -> list[Line]:
    """The lines under (and right behind) a heading such as "Bill to", in its column."""
    for number, row in enumerate(rows):
        for line in row:
            hit = labels.find(line.text, _BUYER_BLOCK)
            if hit is None or labels.squeezed(line.text[: hit.start]) or not labels.leads(line.text, hit):
                continue
            below = (other for row in rows[number + 1 : number + _BLOCK_LINES] for other in row)
            return _column(line, [other for other in below if other.box.overlap(line.box) > 0])
    return []


def _column(heading_line: Line, below: Sequence[Line]) -> list[Line]:
    """The lines of `below` down to the first wide gap."""
    column = [heading_line]
    for line in below:
        if line.box.top - column[-1].box.bottom > 1.5 * line.box.height:
            break
        column.append(line)
    return column


def _tax_id(piece: str) -> str | None:
    match = _TAX_ID.search(piece)
    return match.group() if match else None


def _chinese_tax_id(piece: str) -> str | None:
    match = _CHINESE_TAX_ID.search(piece)
    return match.group() if match else None
