"""The items of a receipt among its rows of print: between the table's head and the totals, one amount an item.

    Description   Qty   Price   Amount        the head: words for a name and for an amount
    Tea           2     2.50    5.00          name and amount in one row,
    9555067700208 10    10.57   105.66        or a row of numbers and the name
    - YELLOW PAPER                            above or below it, the same way all over the table
    Total                       110.66        the end

Rules
  1. All or nothing. Lines are given only where every row is one of these, the amounts add up to a total that is
     printed below them, and no other such rows follow among the totals: what adds up was read.
  2. Quantity and unit price are given only where they make the amount, and it is plain which is which. Numbers that
     cannot be told are left out.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile, takewhile

from ocrwatch.ports import Field, ItemTexts
from ocrwatch.reading.field_keys import folded_key
from ocrwatch.reading.lines import VisualRow

_NAME_WORDS = re.compile(r"\b(?:desc\w*|items?|particulars?|articles?|products?)\b|品名|商品|名称|项目", re.IGNORECASE)
_AMOUNT_WORDS = re.compile(r"\b(?:amount|amt|total|price|rm|sum|value)\b|金额|小计|合计|总价|价格", re.IGNORECASE)
_TOTAL_WORDS = re.compile(
    r"total|jumlah|amount due|balance|cash\b|change\b|rounding|\bgst\b|\btax\b|\bsst\b|\bvat\b|service ch|discount|"
    r"\bsales?\b|net\b|payment|visa|master|card|item count|合计|总计|小计|总额|应付|实付|找零|优惠|折扣",
    re.IGNORECASE,
)
_SUM_WORDS = re.compile(r"total|jumlah|amount due|net\b|合计|总计|小计|总额|应付|实付", re.IGNORECASE)
_PAYMENT_WORDS = re.compile(r"\bcash\b|change|tender|paid|visa|master|card|summary|thank|现金|找零|支付", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d.,])-?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d.,]\d)|(?<![\d.,])-?\d+(?:\.\d+)?(?![\d.,]*\d)")
_MONEY = re.compile(r"-?[\d,]*\d\.\d{2}")
_CODE = re.compile(r"\s*(?:[*#]|\(?[A-Z]{1,3}\)?|\(?[A-Z]?\d?\)?)\s*")
"""What may stand behind an amount: a tax code, a star."""

_TRAILING_NUMBERS = re.compile(r"(?:\s+[x×@*]?\s*-?[\d.,]+\s*[x×@*%]?)+\s*\Z|\s+[x×@*]\s*\Z", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2,}|[\u3400-\u9fff]")
_UNITS = re.compile(r"(?<![^\W\d_])(?:pcs?|ea|unit|kg|g|ml|l|x|rm|sr|zr|zrl|os)(?![^\W\d_])", re.IGNORECASE)
"""Words that are no name."""

_QUANTITY_WORDS = re.compile(r"\bq(?:ty|uantity)\b|数量", re.IGNORECASE)
_PRICE_WORDS = re.compile(r"\bprice\b|u/?\.?\s?p\b|s/price|\brate\b|单价", re.IGNORECASE)
_HEAD_WORDS = re.compile(
    rf"{_NAME_WORDS.pattern}|{_AMOUNT_WORDS.pattern}|{_QUANTITY_WORDS.pattern}|{_PRICE_WORDS.pattern}|"
    r"\b(?:code|no|disc|tax|unit|uom)\b",
    re.IGNORECASE,
)
_PLAIN_COUNT = re.compile(r"[1-9]\d{0,3}")
_ROUNDING = Decimal("0.05")
_QUANTITY = ("quantity", "qty", "count", "数量", "件数")
_UNIT_PRICE = ("unit price", "price each", "单价")
_AMOUNT = ("amount", "line total", "total", "price", "金额", "小计", "总价")


@dataclass(frozen=True, slots=True)
class _Item:
    """One row with an amount; texts as printed. `name` is "" where the row has none. `factors` make the amount."""

    name: str
    factors: tuple[str, str] | None
    amount: str


def items(paper: Sequence[VisualRow], field: Field) -> ItemTexts:
    """The lines of the table `field`; none where they cannot be told for sure."""
    for head in (at for at, row in enumerate(paper) if _is_head(row)):
        rows = list(dropwhile(_is_head_too, paper[head + 1 :]))
        end = next((at for at, row in enumerate(rows) if _is_total(row)), len(rows))
        found = _named(rows[:end])
        if found and _adds_up(found, rows[end:]) and not _go_on(rows[end:]):
            order = _order_of(_text(paper[head]))
            return tuple(_line(item, field, order) for item in found)
    return ()


def _is_head(row: VisualRow) -> bool:
    text = _text(row)
    return bool(_NAME_WORDS.search(text) and _AMOUNT_WORDS.search(text)) and not _MONEY.search(text)


def _is_head_too(row: VisualRow) -> bool:
    """A second row of the head: nothing but words and units of heads."""
    text = _text(row)
    rest = _UNITS.sub("", _HEAD_WORDS.sub(" ", text))
    return not re.search(r"\d", text) and _LETTERS.search(rest) is None


def _go_on(below: Sequence[VisualRow]) -> bool:
    """Whether anything but sums stands among the sums: the table may have another part."""
    totals = list(takewhile(lambda row: not _PAYMENT_WORDS.search(_text(row)), below))
    last = max((at for at, row in enumerate(totals) if _SUM_WORDS.search(_text(row))), default=0)
    return any(not _is_total(row) and _LETTERS.search(_UNITS.sub(" ", _text(row))) for row in totals[:last])


def _order_of(head: str) -> int:
    """1 where the head names the quantity before the price, -1 where after it, 0 where not both."""
    quantity, price = _QUANTITY_WORDS.search(head), _PRICE_WORDS.search(head)
    if quantity is None or price is None:
        return 0
    return 1 if quantity.start() < price.start() else -1


def _is_total(row: VisualRow) -> bool:
    return _TOTAL_WORDS.search(_text(row)) is not None


def _named(rows: Sequence[VisualRow]) -> list[_Item]:
    """The items of `rows`, each with its name; none where rows do not alternate in one way."""
    read = [_item(row) or _text(row) for row in rows]
    found = [each for each in read if isinstance(each, _Item)]
    if not found:
        return []
    if all(item.name for item in found):
        return found if len(found) == len(read) else []
    if any(item.name for item in found):
        return []
    below = isinstance(read[0], _Item)
    if isinstance(read[-1], _Item) == below:
        return []
    return _with_names(read if below else read[::-1], is_below=below)


def _with_names(read: Sequence[_Item | str], *, is_below: bool) -> list[_Item]:
    """Each item with the texts that follow it in `read`, which is turned round where names stand above."""
    found: list[tuple[_Item, list[str]]] = []
    for each in read:
        if isinstance(each, _Item):
            found.append((each, []))
        else:
            found[-1][1].append(each)
    if not all(texts for _, texts in found):
        return []
    named = [
        _Item(_tidy(" ".join(texts if is_below else texts[::-1])), item.factors, item.amount) for item, texts in found
    ]
    return named if is_below else named[::-1]


def _item(row: VisualRow) -> _Item | None:
    amount = _amount_of(row)
    if amount is None:
        return None
    before = _text(row)[: _text(row).rindex(amount)]
    numbers = [each for each in _NUMBER.finditer(before) if not re.match(r"-?0\d", each[0])]  # codes begin with 0
    at = _factors_at(numbers, _number(amount))
    name = _tidy(_TRAILING_NUMBERS.sub("", before if at is None else before[: numbers[at].start()]))
    factors = None if at is None else (numbers[at][0], numbers[at + 1][0])
    return _Item(name if _LETTERS.search(_UNITS.sub(" ", name)) else "", factors, amount)


def _factors_at(numbers: Sequence[re.Match[str]], amount: Decimal) -> int | None:
    """The place of the two neighbours, the last such, that make the amount."""
    pairs = ((at, _number(numbers[at][0]) * _number(numbers[at + 1][0])) for at in range(len(numbers) - 1))
    return max((at for at, product in pairs if amount and abs(product - amount) <= Decimal("0.01")), default=None)


def _told_apart(factors: tuple[str, str], order: int) -> tuple[str | None, str | None]:
    """Quantity and unit price: as the head says, else a plain count and a sum of money."""
    first, second = factors if order >= 0 else factors[::-1]
    if order:
        return first, second
    counts = [bool(_PLAIN_COUNT.fullmatch(each)) for each in factors]
    if counts == [True, False]:
        return factors
    return (factors[1], factors[0]) if counts == [False, True] else (None, None)


def _amount_of(row: VisualRow) -> str | None:
    """The amount at the row's end; a tax code may stand behind it."""
    found = list(_MONEY.finditer(_text(row)))
    if not found or not _CODE.fullmatch(_text(row)[found[-1].end() :]):
        return None
    return found[-1][0]


def _adds_up(found: Sequence[_Item], below: Sequence[VisualRow]) -> bool:
    total = sum((_number(item.amount) for item in found), Decimal())
    sums = (_amount_of(row) for row in below if _SUM_WORDS.search(_text(row)))
    return any(each is not None and abs(_number(each) - total) <= _ROUNDING for each in sums)


def _line(item: _Item, field: Field, order: int) -> Mapping[str, str | None]:
    name = next((each.name for each in field.fields if each.type == "text"), None)
    values: dict[str, str | None] = {name: item.name} if name is not None else {}
    quantity, price = _told_apart(item.factors, order) if item.factors is not None else (None, None)
    for role, text in ((_QUANTITY, quantity), (_UNIT_PRICE, price), (_AMOUNT, item.amount)):
        column = _of_role(field, role)
        if column is not None:
            values.setdefault(column, text)
    return {each.name: values.get(each.name) for each in field.fields}


def _of_role(field: Field, role: Sequence[str]) -> str | None:
    """The field that is called so; else the one with such a label."""
    fitting = [each for each in field.fields if each.type in ("amount", "integer")]
    named = [each.name for each in fitting if folded_key(each.name) in role]
    labelled = [each.name for each in fitting if any(folded_key(label) in role for label in each.labels)]
    found = named or labelled
    return found[0] if len(found) == 1 else None


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _text(row: VisualRow) -> str:
    return "  ".join(line.text for line in row)


def _tidy(name: str) -> str:
    return re.sub(r"\s+", " ", name).strip()
