"""What the print of a Chinese e-invoice says: PDF and OFD without other data. Pure.

    电子发票（普通发票）            发票号码：26617000000309516967
                                    开票日期：2026年07月09日
    购  名称：…                     销  名称：…                       buyer on the left, seller on the right
        统一社会信用代码/…：…           统一社会信用代码/…：…
    项目名称   规格型号 …           金额   税率/征收率   税额
    *信息技术服务*云服务器          65.48  3%            1.96
    合 计                           ¥65.48               ¥1.96
    价税合计（大写） …              （小写）¥67.44

    上海虹桥站      G7629      杭州东站                   railway e-ticket
    2026年03月06日 19:54开   05车12A号   二等座
    票价:￥130.00
    3101011990****1234 张三
    购买方名称:…    统一社会信用代码:…

Rules
  1. Only a page that calls itself 电子发票 is read. Its characters are exact, as they were typeset.
  2. Absent rather than wrong: what stands there twice and differently is not told; sums that do not add up are all left
     out, for then the page is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeVar

from ocrwatch.inbox.einvoices.chinese import CURRENCY, identity, refund, several
from ocrwatch.inbox.einvoices.found import amount, day, kept
from ocrwatch.inbox.einvoices.page_text import PrintedRow
from ocrwatch.ports import Embedded

_T = TypeVar("_T")

_TITLE = re.compile(r"电子发票\((?:普通发票|增值税专用发票|铁路电子客票)\)")
_NUMBER = re.compile(r"发票号码\s*:?\s*(\d{20})(?!\d)")
_DATE = re.compile(r"开票日期:?\s*(\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)")
_NAME = re.compile(r"名\s*称\s*:")
_TAX_ID = re.compile(r"(?:统一社会信用代码|纳税人识别号)(?:/纳税人识别号)?\s*:")
_TAX_ID_VALUE = re.compile(r"\s*([0-9A-Z]{15,20})(?![0-9A-Z])")
_MONEY = r"[¥￥]\s*(-?[\d,]+\.\d\d)(?!\d)"
_SUMS = re.compile(rf"合\s*计.*?{_MONEY}(?:.*?{_MONEY})?")
_TOTAL = re.compile(rf"\(\s*小写\s*\)\s*{_MONEY}")
_SIDE_LABEL = re.compile(r"(?:\s+[购买售销方信息])+\s*\Z")

_STATIONS = re.compile(r"\A\s*([\u4e00-\u9fff]+?)\s*站\s+(?:(\S+)\s+)?([\u4e00-\u9fff]+?)\s*站\s*\Z")
_TRAIN = re.compile(r"(?:[GDCZTKYSL]\d{1,4}|\d{4})\Z")
_DEPARTS = re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日)\s*(\d{1,2}:\d{2})\s*开")
_SEAT = re.compile(r"\d{1,2}车\s*(?:\d{1,3}[A-F]?号?(?:[上中下]铺)?|无座)")
_CLASS = re.compile(
    r"(?:新空调)?(?:优选)?(?:商务座|特等座|[一二]等(?:软)?[座卧]|高级[软动]卧|[软硬动][座卧])|(?<![车\s])无座"
)
_FARE = re.compile(rf"(?:票价|退票费|改签费|变更费)\s*:?\s*{_MONEY}")
_PERSON = re.compile(r"(?<![\dA-Za-z])([A-Z]?\d{3,14}\*{2,10}[\dXx]{2,4})\s*([\u4e00-\u9fff·]{2,20})?")


def invoice_on(rows: Sequence[PrintedRow]) -> Embedded | None:
    """The invoice that the rows of all its pages show; None where they show none, or no number."""
    texts = [unicodedata.normalize("NFKC", row.text) for row in rows]
    title = _TITLE.search(re.sub(r"\s", "", "".join(texts)))
    number = _only(_NUMBER.findall("\n".join(texts)))
    if title is None or number is None:
        return None
    common = {
        "number": number,
        "date": day(_only(_DATE.findall("\n".join(texts)))),
        "currency": CURRENCY,
    }
    if "铁路" in title[0]:
        remarks = refund("退" if any("退票费" in text for text in texts) else "")
        facts = kept(common | _journey(texts))
        return Embedded(paper="train ticket", facts=facts, invoice=identity(number), remarks=remarks)
    facts = kept(common | _parties(texts) | _sums(texts) | {"item": several(_items(rows))})
    return Embedded(facts=facts, invoice=identity(number))


# ---------------------------------------------------------------- invoices


def _parties(texts: Sequence[str]) -> dict[str, str | None]:
    """Buyer and seller: the label stands twice on one height, the buyer's on the left."""
    names = next((parts for text in texts if len(parts := _NAME.split(text)) == 3), None)
    ids = next((parts for text in texts if len(parts := _TAX_ID.split(text)) == 3), None)
    found: dict[str, str | None] = {}
    if names is not None:
        found |= {"buyer": _SIDE_LABEL.sub("", names[1]), "seller": _SIDE_LABEL.sub("", names[2])}
    if ids is not None:
        found |= {"buyer tax id": _tax_id(ids[1]), "seller tax id": _tax_id(ids[2])}
    return found


def _tax_id(behind: str) -> str | None:
    match = _TAX_ID_VALUE.match(behind)
    return match[1] if match else None


def _sums(texts: Sequence[str]) -> dict[str, str | None]:
    page = "\n".join(texts)
    total = amount(_only(_TOTAL.findall(page)))
    sums = _only(match.groups() for text in texts if (match := _SUMS.search(text)) and "价税" not in text)
    net, tax = (amount(sums[0]), amount(sums[1])) if sums is not None else (None, None)
    if total and net and Decimal(net) + Decimal(tax or "0") != Decimal(total):
        return {}
    return {"net": net, "tax": tax, "total": total}


def _items(rows: Sequence[PrintedRow]) -> Iterable[str]:
    """The names in the first column of the table; one that is too long goes on in the next row."""
    heading = next((place for place, row in enumerate(rows) if "项目名称" in row.text.replace(" ", "")), None)
    if heading is None:
        return []
    edge = _second_column(rows[heading])
    names: list[str] = []
    for row in rows[heading + 1 :]:
        if re.match(r"\s*(?:合\s*计|价税合计)", row.text):
            break
        cell = row.between(float("-inf"), edge).replace(" ", "")
        if cell.startswith("*"):
            names.append(cell)
        elif cell and names:
            names[-1] += cell
    return names


def _second_column(heading: PrintedRow) -> float:
    """Where the column behind 项目名称 begins: behind the heading's first four characters, at the next gap."""
    said = ""
    for piece in heading.pieces:
        if len(said) >= 4:
            return piece.left - (piece.bottom - piece.top)
        said += piece.text.replace(" ", "")
    return float("inf")


# ---------------------------------------------------------------- journeys


def _journey(texts: Sequence[str]) -> dict[str, str | None]:
    page = "\n".join(texts)
    ways = [match for text in texts if (match := _STATIONS.match(text))]
    way = ways[0] if len(ways) == 1 else None
    trains = [word for text in texts for word in text.split() if _TRAIN.match(word)]
    departs, person = _only(_DEPARTS.findall(page)), _only(_PERSON.findall(page))
    return {
        "total": amount(_only(_FARE.findall(page))),
        "train": (way[2] if way and way[2] and _TRAIN.match(way[2]) else None) or _only(trains),
        "origin": f"{way[1]}站" if way else None,
        "destination": f"{way[3]}站" if way else None,
        "departure": f"{day(departs[0])} {departs[1]:0>5}" if departs else None,
        "seat": _only(seat.replace(" ", "") for seat in _SEAT.findall(page)),
        "seat class": _only(_CLASS.findall(page)),
        "person id": person[0] if person else None,
        "passenger": person[1] if person else None,
        "buyer": _behind(texts, re.compile(r"购买方名称\s*:\s*(\S+)")),
        "buyer tax id": _behind(texts, re.compile(r"统一社会信用代码\s*:\s*([0-9A-Z]{15,20})(?![0-9A-Z])")),
    }


def _behind(texts: Sequence[str], label: re.Pattern[str]) -> str | None:
    return _only(match[1] for text in texts if (match := label.search(text)))


def _only(found: Iterable[_T]) -> _T | None:
    """The one of `found`; None where there is none, or two that differ."""
    distinct = list(dict.fromkeys(found))
    return distinct[0] if len(distinct) == 1 else None
