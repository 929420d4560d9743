"""What a field asks for, as an e-invoice's data names it; and the fields of a profile filled from it.

A field is known by its name, else by its labels where all that are known mean one thing. 金额 is what is paid, but the
sum before tax beside a field for the whole. On a train ticket, whose day of issue is not its day of travel, a bare
"date" is neither.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ocrwatch.ports import Embedded, Field, ItemTexts, Profile, cell_fields, items_fields
from ocrwatch.reading.field_keys import folded_key


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(" | "))


_NAMES: dict[str, tuple[str, ...]] = {
    "number": _names(
        "发票号码 | 发票号 | 发票编号 | 数电票号码 | 数电发票号码 | 票据号码 | 号码 | 票号 | number | no | "
        "invoice number | invoice no | invoice # | invoice id | receipt number | receipt no | bill number | "
        "bill no | document number | rechnungsnummer"
    ),
    "code": _names("发票代码 | invoice code"),
    "date": _names(
        "开票日期 | 开票时间 | 发票日期 | invoice date | date of issue | issue date | issued | rechnungsdatum"
    ),
    "some date": _names("date | 日期 | 交易日期 | 消费日期 | transaction date | receipt date | purchase date"),
    "seller": _names(
        "销售方名称 | 销售方 | 销方名称 | 销方 | 卖方 | 卖方名称 | 开票方 | 开票单位 | 收款单位 | 收款方 | "
        "商户 | 商户名称 | 商家 | 商店 | 店名 | 供应商 | 公司 | 公司名称 | seller | seller name | vendor | "
        "vendor name | supplier | supplier name | merchant | merchant name | company | company name | store | "
        "store name | shop | issuer | payee"
    ),
    "seller tax id": _names(
        "销售方税号 | 销方税号 | 销售方纳税人识别号 | 销售方识别号 | 销售方统一社会信用代码 | "
        "销售方统一社会信用代码/纳税人识别号 | seller tax id | seller tax number | seller vat id | "
        "seller vat no | supplier tax id | vendor tax id"
    ),
    "buyer": _names(
        "购买方名称 | 购买方 | 购方名称 | 购方 | 买方 | 买方名称 | 客户 | 客户名称 | 抬头 | 发票抬头 | "
        "付款单位 | buyer | buyer name | customer | customer name | client | purchaser | bill to"
    ),
    "buyer tax id": _names(
        "购买方税号 | 购方税号 | 购买方纳税人识别号 | 购买方识别号 | 购买方统一社会信用代码 | "
        "购买方统一社会信用代码/纳税人识别号 | buyer tax id | buyer tax number | buyer vat id | buyer vat no | "
        "customer tax id | customer vat no"
    ),
    "net": _names(
        "不含税金额 | 未税金额 | 税前金额 | 合计金额 | 金额合计 | net | net amount | net total | total net | "
        "subtotal | amount before tax | total excluding tax | nettobetrag"
    ),
    "some amount": _names("金额 | amount"),
    "tax": _names("税额 | 合计税额 | 税额合计 | 增值税 | 税金 | tax | tax amount | total tax | vat | vat amount | gst"),
    "total": _names(
        "价税合计 | 价税合计(小写) | 含税金额 | 总金额 | 总额 | 总计 | 合计 | 实付金额 | 应付金额 | 消费金额 | "
        "total | total amount | grand total | invoice total | amount due | gross | gross amount | sum | "
        "gesamtbetrag"
    ),
    "fare": _names("票价 | 车票价格 | 车票金额 | fare | price | ticket price"),
    "currency": _names("币种 | 货币 | currency"),
    "item": _names(
        "项目名称 | 项目 | 货物名称 | 商品名称 | 服务名称 | 品名 | 货物或应税劳务、服务名称 | 开票项目 | item | "
        "items | item name | description | goods or services"
    ),
    "train": _names("车次 | 车次号 | 列车 | train | train no | train number"),
    "origin": _names(
        "起始站 | 出发站 | 始发站 | 起点站 | 上车站 | 出发地 | from | origin | departure station | from station"
    ),
    "destination": _names(
        "终点站 | 到达站 | 目的站 | 下车站 | 目的地 | to | destination | arrival station | to station"
    ),
    "departure": _names(
        "发车日期和时间点 | 发车时间 | 发车日期 | 出发时间 | 出发日期 | 乘车时间 | 乘车日期 | 开车时间 | "
        "departure | departure time | departure date | travel date"
    ),
    "seat": _names("座位号 | 座位 | 座号 | 席位 | seat | seat no | seat number"),
    "seat class": _names("席别类型 | 席别 | 座席 | 座次 | 座位类型 | class | seat class | seat type"),
    "passenger": _names(
        "购票人姓名 | 购票人 | 旅客姓名 | 乘客姓名 | 乘客 | 乘车人 | 姓名 | passenger | passenger name"
    ),
    "person id": _names(
        "身份证号码 | 身份证号 | 身份证 | 证件号码 | 证件号 | id no | id number | id card number | passenger id"
    ),
}
_BY_NAME = {folded_key(name): meaning for meaning, names in _NAMES.items() for name in names}

_LINE_NAMES: dict[str, tuple[str, ...]] = {
    "item": _names(
        "项目名称 | 货物名称 | 商品名称 | 服务名称 | 品名 | 名称 | 商品 | 货品 | "
        "name | item | description | article | product"
    ),
    "specification": _names("规格型号 | 规格 | 型号 | specification | model"),
    "unit": _names("单位 | 计量单位 | unit"),
    "quantity": _names("数量 | 件数 | quantity | qty | count | pieces"),
    "unit price": _names("单价 | unit price | price | price each | rate"),
    "net": _names("金额 | 小计 | 不含税金额 | amount | net | net amount | line total | line amount | subtotal | total"),
    "tax rate": _names("税率 | 税率/征收率 | 征收率 | tax rate | vat rate"),
    "tax": _names("税额 | tax | tax amount | vat"),
    "total": _names("价税合计 | 含税金额 | gross | gross amount | total with tax"),
}
_BY_LINE_NAME = {folded_key(name): meaning for meaning, names in _LINE_NAMES.items() for name in names}

_AMOUNTS = ("net", "tax", "total", "unit price")
_NEVER_PRINTED = {"train ticket": frozenset({"seller", "seller tax id", "item"}), "invoice": frozenset[str]()}
"""What such a paper has no place for, so that looking at it tells nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the data tells, fields and tables by name; what it does not, but the page may; what it has no word for."""

    entry: Mapping[str, str]
    tables: Mapping[str, ItemTexts]
    open: tuple[Field, ...]
    unknown: tuple[Field, ...]


def filled(profile: Profile, found: Embedded) -> Filled:
    """The fields of `profile` from the data `found`."""
    cells = cell_fields(profile.fields)
    meanings = {field.name: _meaning(field, cells, found) for field in cells}
    tables = {field.name: _lines(field, found) for field in items_fields(profile.fields) if found.lines}
    entry = {name: text for name, meaning in meanings.items() if (text := _text(meaning, found)) is not None}
    never = _NEVER_PRINTED[found.paper]
    missing = [field for field in cells if field.name not in entry and meanings[field.name] not in never]
    rest = [field for field in items_fields(profile.fields) if field.name not in tables]
    return Filled(
        entry=entry,
        tables=tables,
        open=(*missing, *rest),
        unknown=tuple(field for field in missing if meanings[field.name] is None),
    )


def _lines(field: Field, found: Embedded) -> ItemTexts:
    """The data's lines under the names of the table's fields."""
    currency = found.facts.get("currency")
    meanings = {each.name: _named(each, _BY_LINE_NAME) or "" for each in field.fields}
    return tuple(
        {name: _with_currency(meaning, line.get(meaning), currency) for name, meaning in meanings.items()}
        for line in found.lines
    )


def _named(field: Field, names: Mapping[str, str]) -> str | None:
    """The one meaning of a field's name, else of its labels."""
    named = names.get(folded_key(field.name))
    if named is not None:
        return named
    labelled = {meaning for label in field.labels if (meaning := names.get(folded_key(label))) is not None}
    return labelled.pop() if len(labelled) == 1 else None


def _meaning(field: Field, fields: Sequence[Field], found: Embedded) -> str | None:
    match named := _named(field, _BY_NAME):
        case "some date":
            explicit = any(_BY_NAME.get(folded_key(label)) == "date" for label in field.labels)
            return "date" if explicit or found.paper == "invoice" else None
        case "some amount":
            others = (_BY_NAME.get(folded_key(other.name)) for other in fields)
            return "net" if "total" in others else "total"
        case "fare":
            return "total" if found.paper == "train ticket" else None
        case _:
            return named


def _text(meaning: str | None, found: Embedded) -> str | None:
    """What the data says of `meaning`; an amount with its currency."""
    return _with_currency(meaning or "", found.facts.get(meaning or ""), found.facts.get("currency"))


def _with_currency(meaning: str, said: str | None, currency: str | None) -> str | None:
    return f"{currency} {said}" if said and currency and meaning in _AMOUNTS else said
