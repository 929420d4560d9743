"""By what two documents are the same invoice: the marks of a row.

    fields marked `unique` (an invoice's number)     where the row has a value in one
    seller, date and amount                          otherwise
    what an e-invoice's own data says                beside both: that one is no likeness, but the same for certain

Rule: only what is plainly read counts. A text that could not be typed, or has characters that were not read, marks
nothing.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ocrwatch.checking.printed import folded, has_unread
from ocrwatch.checking.rules import TOTAL, of_role
from ocrwatch.document import Amount, Row, Value
from ocrwatch.ports import Field

_SELLER = frozenset({
    "seller", "vendor", "supplier", "merchant", "company", "store", "shop", "销售方", "销售方名称", "销方名称", "商户",
    "商户名称", "店名", "收款单位",
})  # fmt: skip
_DATE = frozenset({"date", "invoice date", "date of issue", "日期", "开票日期", "交易日期", "消费时间"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """`sought`: what an earlier row must have one of, to be the same invoice. `left`: by which later ones find this."""

    sought: tuple[str, ...]
    left: tuple[str, ...]


def marks(row: Row, fields: Sequence[Field]) -> Marks:
    """The marks of `row`."""
    values = {cell.name: cell.value for cell in row.cells}
    unique = tuple(
        f"{folded(field.name).casefold()}|{said}"
        for field in fields
        if field.unique and (said := _said(values.get(field.name)))
    )
    together = _together(fields, values)
    return Marks(sought=unique or together, left=(*unique, *together, *certain_mark(row)))


def certain_mark(row: Row) -> tuple[str, ...]:
    """By what `row` is one invoice with another row for certain: both have it from their own data."""
    return (f"e-invoice|{folded(row.invoice).casefold()}",) if row.invoice else ()


def marks_left(row: Row, fields: Sequence[Field]) -> tuple[str, ...]:
    """By which later rows find `row`."""
    return marks(row, fields).left


def rule(fields: Sequence[Field]) -> str:
    """What the marks of an inbox's rows depend on, beside their values."""
    unique = sorted(field.name for field in fields if field.unique)
    return "|".join((*unique, "", *(name or "" for name in _roles(fields))))


def _together(fields: Sequence[Field], values: dict[str, Value]) -> tuple[str, ...]:
    seller, day, total = (values.get(name or "") for name in _roles(fields))
    if not (isinstance(seller, str) and isinstance(day, date) and isinstance(total, Amount)):
        return ()
    said = [_said(each) for each in (seller, day, total)]
    return ("|".join(("", *said)),) if all(said) else ()


def _roles(fields: Sequence[Field]) -> tuple[str | None, str | None, str | None]:
    """The fields that name seller, date and amount."""
    day = of_role(fields, _DATE, "date") or _only(fields, "date")
    return of_role(fields, _SELLER, "text"), day, of_role(fields, TOTAL, "amount") or _only(fields, "amount")


def _only(fields: Sequence[Field], kind: str) -> str | None:
    names = [field.name for field in fields if field.type == kind]
    return names[0] if len(names) == 1 else None


def _said(value: Value) -> str:
    """`value` in the one form in which it is compared; "" for what marks nothing."""
    match value:
        case Amount(number=number, currency=currency):
            return f"{number.normalize():f} {currency}".strip()
        case datetime():
            return value.date().isoformat()
        case None:
            return ""
        case str():
            return "" if has_unread(value) else "".join(folded(value).casefold().split())
        case _:
            return str(value)
