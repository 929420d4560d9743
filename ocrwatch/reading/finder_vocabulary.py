"""The names people give to fields, and the labels under which papers print them.

    kind                what the field is, hence how it is found (`finder_kinds`)
    names               what users call such a field
    labels              what papers print at its value, the most telling first

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from dataclasses import dataclass

from ocrwatch.ports import Field
from ocrwatch.reading.finder_kinds import Kind
from ocrwatch.reading.finder_labels import squeezed


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One row of the table."""

    kind: Kind
    names: tuple[str, ...]
    labels: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(" | "))


FINAL_TOTALS = _words(
    "rounded total | total rounded | total after rounding | final total | grand total | total payable | "
    "amount payable | payable amount | nett payable | net payable | total amount payable | total amount due | "
    "total due | invoice amount | bill total | order total | amount due | balance due | due | invoice total | "
    "total to pay | to pay | gesamtbetrag | rechnungsbetrag | endbetrag | zu zahlen | te betalen | a pagar | "
    "total ttc | net à payer | 价税合计 | 应付金额 | 应付总额 | 应付合计 | 应收金额 | 实付金额 | 实付款 | 实付 | "
    "实收金额 | 应付 | 应收"
)
"""Labels that leave no doubt: the last word on what is to be paid."""

ROUNDED = _words("rounding | rounded | round off | pembundaran | arrondi | gerundet")
"""Labels of the adjustment to the smallest coin, and of the total after it."""

SUBTOTALS = _words("subtotal | sub total | 小计")
TENDERED = _words(
    "cash | cash tendered | amount tendered | tendered | tender | cash paid | amount paid | paid | tunai | bar | "
    "gegeben | espèces | efectivo | 现金 | 实收 | 收款"
)
"""Labels of what the customer handed over."""

CHANGE = _words("change | change due | cash change | kembali | rückgeld | rendu | cambio | 找零 | 找回")
"""Labels of what the customer got back."""

_TAX_IDS = _words(
    "vat registration no | vat reg no | vat no | vat number | vat id | tax id | tax registration number | "
    "tax reg no | tax no | gst registration no | gst reg no | gst reg | gst id no | gst id | gst no | sst no | "
    "sst id | ust idnr | ust id nr | n tva | numéro de tva | tin | abn | 统一社会信用代码/纳税人识别号 | "
    "统一社会信用代码 | 纳税人识别号 | 税号"
)

MEANINGS = (
    Meaning(
        kind=Kind.COMPANY,
        names=_words(
            "company | company name | merchant | merchant name | vendor | vendor name | seller | seller name | "
            "supplier | store | store name | shop | shop name | issuer | payee | 商家 | 商户 | 商户名称 | 商店 | "
            "店名 | 公司 | 公司名称 | 销售方 | 销售方名称 | 销方名称 | 卖方 | 收款方 | 收款单位 | 开票单位 | 供应商"
        ),
        labels=_words(
            "seller | vendor | merchant | supplier | sold by | 销售方名称 | 销方名称 | 销售方 | 收款单位 | 商户名称 | "
            "商户名 | 店名 | 卖方"
        ),
    ),
    Meaning(
        kind=Kind.BUYER,
        names=_words(
            "buyer | buyer name | customer | customer name | client | bill to | 购买方 | 购买方名称 | 购方名称 | "
            "买方 | 客户 | 客户名称 | 抬头 | 发票抬头 | 付款方 | 付款单位"
        ),
        labels=_words(
            "bill to | billed to | invoice to | invoiced to | sold to | facturé à | rechnung an | kunde | buyer | "
            "customer name | customer | client | 购买方名称 | 购方名称 | 购买方 | 买方 | 客户名称 | 付款单位 | 抬头"
        ),
    ),
    Meaning(
        kind=Kind.ADDRESS,
        names=_words(
            "address | company address | merchant address | store address | seller address | location | 地址 | "
            "公司地址 | 商户地址 | 门店地址 | 销售方地址"
        ),
        labels=_words("address | 地址"),
    ),
    Meaning(
        kind=Kind.TOTAL,
        names=_words(
            "total | total amount | grand total | amount | amount due | sum | total price | total price with tax | "
            "合计 | 合计金额 | 总计 | 总额 | 总金额 | 金额 | 价税合计 | 实付金额 | 应付金额 | 消费金额"
        ),
        labels=FINAL_TOTALS
        + _words(
            "total amount | total sales | total inclusive | total incl | total with | total sale | nett total | "
            "net total | nett amount | nett amt | sale total | total | ttl | jumlah | summe | gesamtsumme | gesamt | "
            "totaal | totale | toplam | montant total | importe total | 合计金额 | 总金额 | 总计 | 合计 | 总额 | "
            "总价 | 總計 | 合計 | 總額 | 應付金額 | 共计 | 消费金额 | 金额"
        ),
    ),
    Meaning(
        kind=Kind.FARE,
        names=_words("fare | price | ticket price | 票价 | 车票价格"),
        labels=_words("票价 | fare | ticket price | price | total fare | total"),
    ),
    Meaning(
        kind=Kind.NET,
        names=_words(
            "net | net amount | subtotal | sub total | amount before tax | net total | 小计 | 不含税金额 | 税前金额 | "
            "未税金额"
        ),
        labels=_words(
            "subtotal | sub total | net amount | total net | net total | net | total excluding | total excl | "
            "total sales excluding | amount before tax | total before tax | taxable amount | nettobetrag | netto | "
            "total ht | 不含税金额 | 未税金额 | 小计"
        ),
    ),
    Meaning(
        kind=Kind.TAX,
        names=_words("tax | tax amount | vat | vat amount | gst | sst | sales tax | 税额 | 税金 | 增值税"),
        labels=_words(
            "total tax | tax total | total gst | total vat | vat amount | gst amount | tax amount | sales tax | "
            "gst payable | service tax | vat | gst | sst | tax | mwst | tva | 合计税额 | 税额合计 | 税额 | 增值税"
        ),
    ),
    Meaning(
        kind=Kind.CURRENCY,
        names=_words("currency | 币种 | 货币"),
        labels=_words("currency | 币种 | 货币"),
    ),
    Meaning(
        kind=Kind.DATE,
        names=_words(
            "date | invoice date | receipt date | issue date | date of issue | transaction date | purchase date | "
            "日期 | 开票日期 | 交易日期 | 消费日期 | 购买日期 | 时间 | 日期时间 | 交易时间 | date and time | datetime"
        ),
        labels=_words(
            "invoice date | date of invoice | date of issue | issue date | issued on | issued | receipt date | "
            "transaction date | sales date | bill date | order date | date/time | date & time | date | tarikh | "
            "datum | fecha | data | 开票日期 | 交易日期 | 交易时间 | 消费时间 | 下单时间 | 日期 | 时间"
        ),
    ),
    Meaning(
        kind=Kind.NUMBER,
        names=_words(
            "number | no | invoice number | invoice no | receipt number | receipt no | document number | bill no | "
            "bill number | order number | order no | 发票号码 | 发票号 | 票据号码 | 单号 | 小票号 | 流水号 | 订单号 | "
            "编号 | 号码"
        ),
        labels=_words(
            "invoice number | invoice no | tax invoice no | receipt number | receipt no | inv no | bill number | "
            "bill no | document no | doc no | cash inv no | sales no | order number | order no | transaction no | "
            "trans no | rechnungsnummer | rechnung nr | rechnungs nr | beleg nr | bon nr | facture no | facture n | "
            "credit note no | credit note number | gutschrift nr | ticket no | check no | rcpt | invoice | receipt | "
            "bill | doc | order | check | 发票号码 | 票据号码 | 小票号 | 单据号 | 流水号 | 交易号 | 订单号 | 单号 | "
            "编号"
        ),
    ),
    Meaning(
        kind=Kind.SELLER_TAX_ID,
        names=_words(
            "seller tax id | seller tax number | tax id | tax number | vat number | vat id | gst number | gst id | "
            "tax registration number | 税号 | 纳税人识别号 | 销售方税号 | 销售方纳税人识别号 | 统一社会信用代码"
        ),
        labels=_TAX_IDS,
    ),
    Meaning(
        kind=Kind.BUYER_TAX_ID,
        names=_words("buyer tax id | buyer tax number | customer tax id | 购买方税号 | 购买方纳税人识别号 | 购方税号"),
        labels=_words("buyer tax id | customer tax id | customer vat | buyer vat | 购买方税号 | 购买方纳税人识别号")
        + _TAX_IDS,
    ),
    Meaning(
        kind=Kind.TRAIN,
        names=_words("train | train number | train no | 车次 | 列车 | 车次号"),
        labels=_words("车次 | train no | train"),
    ),
    Meaning(
        kind=Kind.ORIGIN,
        names=_words("from | origin | departure station | from station | 起始站 | 出发站 | 始发站 | 起点站 | 上车站"),
        labels=_words("起始站 | 出发站 | 始发站 | from | departure station"),
    ),
    Meaning(
        kind=Kind.DESTINATION,
        names=_words("to | destination | arrival station | to station | 终点站 | 到达站 | 目的站 | 下车站"),
        labels=_words("终点站 | 到达站 | 目的站 | to | arrival station | destination"),
    ),
    Meaning(
        kind=Kind.DEPARTURE,
        names=_words(
            "departure | departure time | departure date | departure date and time | 发车日期和时间点 | 发车时间 | "
            "发车日期 | 出发时间 | 乘车时间 | 乘车日期 | 开车时间"
        ),
        labels=_words("发车时间 | 开车时间 | 乘车时间 | 乘车日期 | 出发时间 | departure"),
    ),
    Meaning(
        kind=Kind.SEAT,
        names=_words("seat | seat number | seat no | 座位号 | 座位 | 座号 | 席位"),
        labels=_words("座位号 | 座位 | 席位 | seat"),
    ),
    Meaning(
        kind=Kind.SEAT_CLASS,
        names=_words("seat class | seat type | class | 席别类型 | 席别 | 座位类型 | 座席 | 座次"),
        labels=_words("席别类型 | 席别 | 座席 | class"),
    ),
    Meaning(
        kind=Kind.PERSON_ID,
        names=_words(
            "id number | id card | id card number | passenger id | 身份证号码 | 身份证号 | 身份证 | 证件号码 | 证件号"
        ),
        labels=_words("身份证号码 | 身份证号 | 证件号码 | 证件号 | id no"),
    ),
    Meaning(
        kind=Kind.PASSENGER,
        names=_words("passenger | passenger name | 购票人姓名 | 购票人 | 乘客姓名 | 乘客 | 旅客姓名 | 乘车人 | 姓名"),
        labels=_words("购票人姓名 | 乘客姓名 | 旅客姓名 | 乘车人 | 姓名 | passenger name | passenger"),
    ),
)

_BY_NAME = {squeezed(name): meaning for meaning in MEANINGS for name in meaning.names}


_ALL_LABELS = frozenset(squeezed(label) for meaning in MEANINGS for label in meaning.labels)


def is_label(text: str) -> bool:
    """Whether `text` is nothing but what papers print before a value, so no value itself."""
    return squeezed(text) in _ALL_LABELS


def kind_of(field: Field) -> Kind:
    """What `field` is, by its name; LABELLED where no meaning has that name."""
    meaning = _BY_NAME.get(squeezed(field.name))
    return meaning.kind if meaning else Kind.LABELLED


def labels_of(field: Field) -> tuple[str, ...]:
    """Under what papers print `field`: its profile's labels, its name, and those its meaning is known by."""
    meaning = _BY_NAME.get(squeezed(field.name))
    return tuple(dict.fromkeys((*field.labels, field.name, *(meaning.labels if meaning else ()))))
