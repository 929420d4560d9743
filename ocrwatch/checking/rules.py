"""What must hold between the fields of one row. A breach is named for a person; nothing is changed.

    net + tax = total        within 0.05, in one currency
    |tax| <= |total|
    departure, arrival       are two places; seller and buyer are two parties

Rule: only where it is unmistakable. A role is taken by exactly one field, told by its whole name or one of its labels.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from ocrwatch.checking.printed import folded
from ocrwatch.document import Amount, Value
from ocrwatch.messages import Message, message
from ocrwatch.ports import Field

ROUNDING = Decimal("0.05")

NET = frozenset({"net", "net amount", "net total", "total net", "不含税金额", "金额", "合计金额", "不含税"})
TAX = frozenset({"tax", "tax amount", "total tax", "vat", "vat amount", "gst", "税额", "合计税额"})
TOTAL = frozenset(
    {"total", "total amount", "grand total", "gross", "gross amount", "价税合计", "总计", "总额", "总金额"}
)

BUYER = frozenset({"buyer", "customer", "purchaser", "购买方", "购买方名称", "购方名称"})
BUYER_TAX_ID = frozenset({
    "buyer tax id", "购买方税号", "购买方纳税人识别号", "购买方统一社会信用代码/纳税人识别号",
})  # fmt: skip

_DIFFERENT = (
    (
        frozenset({"起始站", "出发站", "始发站", "出发地", "departure station", "from", "origin"}),
        frozenset({"终点站", "到达站", "目的地", "arrival station", "to", "destination"}),
    ),
    (frozenset({"seller", "vendor", "supplier", "销售方", "销售方名称", "销方名称"}), BUYER),
    (
        frozenset({"seller tax id", "销售方税号", "销售方纳税人识别号", "销售方统一社会信用代码/纳税人识别号"}),
        BUYER_TAX_ID,
    ),
)


def breaches(fields: Sequence[Field], values: Mapping[str, Value]) -> tuple[Message, ...]:
    """The rules that `values` (by field name) break."""
    return (*_sums(fields, values), *_pairs(fields, values))


def _sums(fields: Sequence[Field], values: Mapping[str, Value]) -> list[Message]:
    net, tax, total = (of_role(fields, role, "amount") for role in (NET, TAX, TOTAL))
    if tax is None or total is None or tax == total:
        return []
    tax_value, total_value = values.get(tax), values.get(total)
    if not _in_one_currency(tax_value, total_value):
        return []
    assert isinstance(tax_value, Amount)
    assert isinstance(total_value, Amount)
    if abs(tax_value.number) > abs(total_value.number):
        return [message("{tax} is more than {total}", tax=tax, total=total)]
    net_value = None if net in (tax, total) else values.get(net or "")
    if isinstance(net_value, Amount) and _in_one_currency(net_value, total_value):
        difference = abs(net_value.number + tax_value.number - total_value.number)
        if difference > ROUNDING:
            return [message("{net} and {tax} do not add up to {total}", net=str(net), tax=tax, total=total)]
    return []


def _pairs(fields: Sequence[Field], values: Mapping[str, Value]) -> list[Message]:
    found = []
    for one_role, other_role in _DIFFERENT:
        one, other = of_role(fields, one_role), of_role(fields, other_role)
        if one is None or other is None or one == other:
            continue
        left, right = values.get(one), values.get(other)
        if isinstance(left, str) and isinstance(right, str) and folded(left).casefold() == folded(right).casefold():
            found.append(message("{first} and {second} are the same", first=one, second=other))
    return found


def _in_one_currency(one: Value, other: Value) -> bool:
    return (
        isinstance(one, Amount)
        and isinstance(other, Amount)
        and (one.currency == other.currency or not one.currency or not other.currency)
    )


def of_role(fields: Sequence[Field], role: frozenset[str], type_: str | None = None) -> str | None:
    """The name of the one field that has `role`; a field's name tells more than its labels."""
    fitting = [field for field in fields if type_ in (None, field.type)]
    named = [field.name for field in fitting if folded(field.name).casefold() in role]
    labelled = [f.name for f in fitting if any(folded(label).casefold() in role for label in f.labels)]
    found = named or labelled
    return found[0] if len(found) == 1 else None
