"""A table's lines: each text becomes a typed cell, and what does not add up is named.

    quantity x unit price = amount       of each line that has all three, within the rounding of the unit price
    amounts of all lines    = total      or the net, or the total without the tax; within 0.05, in one currency; or a
                                         sum that is printed beside them

Rule: warnings only; nothing is changed, completed or left out. A rule that lacks a value is not applied. A role is
taken by exactly one field, told by its whole name or one of its labels.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from ocrwatch.checking.evidence import Evidence
from ocrwatch.checking.rules import NET, ROUNDING, TAX, TOTAL, of_role
from ocrwatch.checking.values import checked
from ocrwatch.document import Amount, Cell, Items, Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field, ItemTexts

_QUANTITY = frozenset({"quantity", "qty", "count", "数量", "件数"})
_UNIT_PRICE = frozenset({"unit price", "price each", "price per unit", "单价"})
_AMOUNT = frozenset({
    "amount", "line total", "line amount", "total", "total price", "sum", "subtotal", "price",
    "金额", "小计", "合计", "总价",
})  # fmt: skip

_MOST_REMARKS = 5
"""So many lines of a table are named; of the others it is told how many there are."""


def typed_items(lines: ItemTexts, field: Field, evidence: Evidence) -> tuple[Items, tuple[Message, ...]]:
    """The lines of the table `field`, typed, and what in them a person should look at."""
    typed: list[tuple[Cell, ...]] = []
    remarks: list[Message] = []
    for number, line in enumerate(lines, 1):
        results = [(each.name, checked(line.get(each.name), each, evidence)) for each in field.fields]
        typed.append(tuple(Cell(name, result.value) for name, result in results))
        doubts = [doubt for _, result in results for doubt in result.check]
        remarks += (_of_line(field, number, doubt) for doubt in (*doubts, *_product(field, typed[-1])))
    return Items(name=field.name, lines=tuple(typed)), tuple(_shortened(field, remarks))


def sums(
    items: Items, field: Field, fields: Sequence[Field], values: Mapping[str, Value], text: str = ""
) -> tuple[Message, ...]:
    """What the amounts of the lines do not add up to, of the document's `values`. `text`: all that is printed."""
    name = of_role(field.fields, _AMOUNT, "amount")
    total = of_role(fields, TOTAL, "amount")
    amounts = [cell.value for line in items.lines for cell in line if cell.name == name]
    sought = values.get(total or "")
    if not amounts or not isinstance(sought, Amount):
        return ()
    typed = [amount for amount in amounts if isinstance(amount, Amount)]
    if len(typed) < len(amounts) or len({each.currency for each in (*typed, sought)} - {""}) > 1:
        return ()
    added = sum((amount.number for amount in typed), Decimal())
    is_printed = _times(added, text) > [amount.number for amount in typed].count(added)
    if is_printed or any(abs(added - each) <= ROUNDING for each in _acceptable(sought, fields, values)):
        return ()
    said = "{items} add up to {sum}, {total} says {said}"
    return (message(said, items=field.name, sum=f"{added:f}", total=str(total), said=f"{sought.number:f}"),)


def _times(number: Decimal, text: str) -> int:
    """How often the number stands in the text."""
    return len(re.findall(rf"(?<![\d.]){re.escape(f'{number:f}')}(?![.]?\d)", text.replace(",", "")))


def _acceptable(total: Amount, fields: Sequence[Field], values: Mapping[str, Value]) -> Iterator[Decimal]:
    """What the lines may add up to: papers list them with tax or without."""
    yield total.number
    net, tax = (values.get(of_role(fields, role, "amount") or "") for role in (NET, TAX))
    if isinstance(net, Amount):
        yield net.number
    if isinstance(tax, Amount):
        yield total.number - tax.number


def _product(field: Field, line: Sequence[Cell]) -> Iterator[Message]:
    values = {cell.name: cell.value for cell in line}
    names = [of_role(field.fields, role, "amount") for role in (_QUANTITY, _UNIT_PRICE, _AMOUNT)]
    quantity, price, amount = (values.get(name or "") for name in names)
    if len(set(names)) < len(names) or not (
        isinstance(quantity, Amount) and isinstance(price, Amount) and isinstance(amount, Amount)
    ):
        return
    if abs(quantity.number * price.number - amount.number) > max(ROUNDING, _slack(quantity.number, price.number)):
        yield message(
            "{quantity} x {price} is not {amount}",
            quantity=f"{quantity.number:f}",
            price=f"{price.number:f}",
            amount=f"{amount.number:f}",
        )


def _slack(quantity: Decimal, price: Decimal) -> Decimal:
    """What the rounding of a unit price makes: half of its last printed digit, as often as there are pieces."""
    exponent = price.as_tuple().exponent
    if not isinstance(exponent, int) or exponent > -2:  # 3 and 2.5 are meant as they are
        return Decimal()
    return abs(quantity) * Decimal(1).scaleb(exponent) / 2


def _of_line(field: Field, number: int, doubt: Message) -> Message:
    return message("{items}, line {line}: {doubt}", items=field.name, line=number, doubt=doubt)


def _shortened(field: Field, remarks: Sequence[Message]) -> Iterable[Message]:
    yield from remarks[:_MOST_REMARKS]
    if len(remarks) > _MOST_REMARKS:
        yield message("{items}: {count} more to look at", items=field.name, count=len(remarks) - _MOST_REMARKS)
