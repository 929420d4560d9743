"""E-invoices for tests, after the published formats; every name and number in them is invented.

digital    a fully digital invoice (数电票): XML, OFD, PDF
railway    a railway e-ticket: XBRL, OFD, PDF
factur_x   Factur-X 1.0, profile EN 16931: XML, and PDF/A-3 with it attached
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace

from tests.pdf_paper import Paper, Text

BUYER, BUYER_TAX_ID = "杭州云溪测试科技有限公司", "91330105MA7C4PL8XP"
SELLER, SELLER_TAX_ID = "上海示例软件服务有限公司", "91310000MA1FL0A00F"

DIGITAL = {
    "number": "26312000000123456789",
    "date": "2026-11-05",
    "buyer": BUYER,
    "buyer tax id": BUYER_TAX_ID,
    "seller": SELLER,
    "seller tax id": SELLER_TAX_ID,
    "item": "*信息技术服务*云服务器租用",
    "net": "1132.08",
    "tax": "67.92",
    "total": "1200.00",
}
"""What the digital invoice says, by the meanings of `ocrwatch.reading.meanings`."""

DIGITAL_LINE = {
    "item": "*信息技术服务*云服务器租用",
    "unit": "月",
    "quantity": "12",
    "unit price": "94.34",
    "net": "1132.08",
    "tax rate": "6%",
    "tax": "67.92",
    "total": "1200.00",
}

TICKET = {
    "number": "26319166100003123457",
    "date": "2026-11-06",
    "buyer": BUYER,
    "buyer tax id": BUYER_TAX_ID,
    "net": "119.27",
    "tax": "10.73",
    "total": "130.00",
    "train": "G7629",
    "origin": "上海虹桥站",
    "destination": "杭州东站",
    "departure": "2026-11-03 19:54",
    "seat": "05车12A号",
    "seat class": "二等座",
    "passenger": "张三丰",
    "person id": "3301061990****1234",
}
"""What the railway e-ticket says; its XBRL names stations without 站."""

FACTUR_X = {
    "number": "RE-2026/0815",
    "date": "2026-11-04",
    "seller": "Beispiel Büromöbel GmbH",
    "seller tax id": "DE136695976",
    "buyer": "Muster & Söhne KG",
    "buyer tax id": "DE811907980",
    "net": "1350.50",
    "tax": "256.60",
    "total": "1607.10",
    "currency": "EUR",
    "item": "Schreibtisch; Bürostuhl",
}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


# ---------------------------------------------------------------- fully digital invoices


def digital_xml(changes: Mapping[str, str] | None = None, *, encoding: str = "UTF-8", before: str = "") -> bytes:
    """The invoice as the tax administration's XML. `before` stands above its root."""
    said = {meaning: _escaped(text) for meaning, text in {**DIGITAL, **(changes or {})}.items()}
    return f"""<?xml version="1.0" encoding="{encoding}"?>{before}
<EInvoice><Header><EIid>{said["number"]}</EIid><EInvoiceTag>SWEI3200</EInvoiceTag><Version>0.2</Version>
<InherentLabel><InIssuType><LabelCode>Y</LabelCode><LabelName>是否蓝字发票</LabelName></InIssuType>
<EInvoiceType><LabelCode>02</LabelCode><LabelName>普通发票</LabelName></EInvoiceType></InherentLabel></Header>
<EInvoiceData>
<SellerInformation><SellerIdNum>{said["seller tax id"]}</SellerIdNum><SellerName>{said["seller"]}</SellerName>
<SellerAddr/><SellerTelNum/></SellerInformation>
<BuyerInformation><BuyerIdNum>{said["buyer tax id"]}</BuyerIdNum><BuyerName>{said["buyer"]}</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{said["net"]}</TotalAmWithoutTax><TotalTaxAm>{said["tax"]}</TotalTaxAm>
<TotalTax-includedAmount>{said["total"]}</TotalTax-includedAmount>
<TotalTax-includedAmountInChinese>壹仟贰佰圆整</TotalTax-includedAmountInChinese><Drawer>李四</Drawer>
<RequestTime>{said["date"]} 10:11:12</RequestTime></BasicInformation>
<IssuItemInformation><ItemName>{said["item"]}</ItemName><SpecMod/><MeaUnits>月</MeaUnits><Quantity>12</Quantity>
<UnPrice>94.34</UnPrice><Amount>{said["net"]}</Amount><TaxRate>0.06</TaxRate><ComTaxAm>{said["tax"]}</ComTaxAm>
<TotaltaxIncludedAmount>{said["total"]}</TotaltaxIncludedAmount></IssuItemInformation>
</EInvoiceData>
<SellerAuthentication><AuthenticationMethods>01</AuthenticationMethods></SellerAuthentication>
<TaxSupervisionInfo><InvoiceNumber>{said["number"]}</InvoiceNumber><IssueTime>{said["date"]}</IssueTime>
<TaxBureauCode>13100000000</TaxBureauCode><TaxBureauName>国家税务总局上海市税务局</TaxBureauName></TaxSupervisionInfo>
</EInvoice>""".encode("gb18030" if encoding.upper().startswith("GB") else encoding)


def digital_page() -> list[Text]:
    """The invoice as it is printed: labels first, values after them, as issuers typeset it."""
    year, month, day = DIGITAL["date"].split("-")
    labels = [
        Text(215, 45, "电子发票（普通发票）", 20),
        Text(430, 40, "发票号码："),
        Text(430, 58, "开票日期："),
        *(Text(22, 95 + 12 * row, said) for row, said in enumerate("购买方信息")),
        *(Text(305, 95 + 12 * row, said) for row, said in enumerate("销售方信息")),
        Text(40, 100, "名称："),
        Text(322, 100, "名称："),
        Text(40, 130, "统一社会信用代码/纳税人识别号："),
        Text(322, 130, "统一社会信用代码/纳税人识别号："),
        *(
            Text(left, 175, said)
            for left, said in (
                (40, "项目名称"), (130, "规格型号"), (200, "单 位"), (260, "数 量"), (320, "单 价"), (395, "金 额"),
                (450, "税率/征收率"), (540, "税 额"),
            )
        ),
        Text(55, 290, "合      计"),
        Text(40, 312, "价税合计（大写）"),
        Text(380, 312, "（小写）"),
        Text(40, 370, "开票人："),
    ]  # fmt: skip
    values = [
        Text(478, 40, DIGITAL["number"]),
        Text(478, 58, f"{year}年{month}月{day}日"),
        Text(70, 100, BUYER),
        Text(352, 100, SELLER),
        Text(182, 130, BUYER_TAX_ID),
        Text(464, 130, SELLER_TAX_ID),
        Text(30, 190, DIGITAL["item"][:11], 8),
        Text(30, 202, DIGITAL["item"][11:], 8),
        Text(210, 190, "月"),
        Text(270, 190, "12"),
        Text(320, 190, "94.34"),
        Text(395, 190, DIGITAL["net"]),
        Text(465, 190, "6%"),
        Text(540, 190, DIGITAL["tax"]),
        Text(385, 290, "¥" + DIGITAL["net"]),
        Text(535, 290, "¥" + DIGITAL["tax"]),
        Text(170, 312, "壹仟贰佰圆整"),
        Text(420, 312, "¥" + DIGITAL["total"]),
        Text(80, 370, "李四"),
    ]
    return labels + values


def digital_pdf(*, properties: bool = True, attachments: Mapping[str, bytes] | None = None) -> bytes:
    """The invoice as PDF; `properties`: those that the platform writes into it."""
    named = {
        "InvoiceNumber": DIGITAL["number"],
        "IssueTime": DIGITAL["date"],
        "SellerIdNum": SELLER_TAX_ID,
        "TotalAmWithoutTax": DIGITAL["net"],
        "TotalTaxAm": DIGITAL["tax"],
        "TotalTax-includedAmount": DIGITAL["total"],
    }
    return Paper(pages=[digital_page()], properties=named if properties else {}, attachments=attachments or {}).data()


def forms_of(number: str) -> dict[str, bytes]:
    """The invoice under another number as PDF, OFD and XML, by suffix."""
    page = [replace(text, said=text.said.replace(DIGITAL["number"], number)) for text in digital_page()]
    return {
        "pdf": Paper(pages=[page]).data(),
        "ofd": ofd(page),
        "xml": digital_xml({"number": number}),
    }


_TAGS = {
    "InvoiceNo": "number",
    "IssueDate": "date",
    "BuyerName": "buyer",
    "BuyerTaxID": "buyer tax id",
    "SellerName": "seller",
    "SellerTaxID": "seller tax id",
    "Item": "item",
    "TaxExclusiveTotalAmount": "net",
    "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "total",
}


def digital_ofd(*, tagged: bool = True, attached: Mapping[str, bytes] | None = None) -> bytes:
    """The invoice as OFD: its print, and where `tagged` what each piece of it means."""
    return ofd(digital_page(), tags=_tags(digital_page()) if tagged else b"", attached=attached or {})


def _tags(page: list[Text]) -> bytes:
    """The platform's CustomTag.xml; its prefix is empty, as it is in many real ones."""
    year, month, day = DIGITAL["date"].split("-")
    printed = {**DIGITAL, "date": f"{year}年{month}月{day}日"}
    ids: dict[str, list[int]] = {}
    for number, text in enumerate(page, 100):
        for tag, meaning in _TAGS.items():
            said = text.said.removeprefix("¥")
            if said == printed[meaning] or (tag == "Item" and len(said) > 2 and said in printed["item"]):
                ids.setdefault(tag, [])
                if tag == "Item" or not ids[tag] or text.said.startswith("¥"):
                    ids[tag] = [*ids[tag], number] if tag == "Item" else [number]
    body = "".join(
        f"<:{tag}>" + "".join(f'<:ObjectRef PageRef="1">{each}</:ObjectRef>' for each in found) + f"</:{tag}>"
        for tag, found in ids.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><:eInvoice xmlns:="">{body}</:eInvoice>'.encode()


# ---------------------------------------------------------------- OFD


def ofd(page: list[Text], *, tags: bytes = b"", attached: Mapping[str, bytes] | None = None) -> bytes:
    """An OFD of one page (GB/T 33190), in millimetres."""
    namespace = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    point = 25.4 / 72
    objects = "".join(
        f'<ofd:TextObject ID="{number}" Font="3" Size="{text.size * point:.4f}" Boundary="{text.left * point:.3f} '
        f'{(text.top - text.size) * point:.3f} {len(text.said) * text.size * point:.3f} {text.size * point * 1.2:.3f}">'
        f'<ofd:TextCode X="0" Y="{text.size * point:.3f}">{_escaped(text.said)}</ofd:TextCode></ofd:TextObject>'
        for number, text in enumerate(page, 100)
    )
    members = {
        "OFD.xml": f'{head}<ofd:OFD {namespace} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>'
        f"0123456789abcdef</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{head}<ofd:Document {namespace}><ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>"
        f'<ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
        + ("<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>" if tags else "")
        + "</ofd:Document>",
        "Doc_0/Pages/Page_0/Content.xml": f"{head}<ofd:Page {namespace}><ofd:Content><ofd:Layer ID=\"2\">{objects}"
        "</ofd:Layer></ofd:Content></ofd:Page>",
    }  # fmt: skip
    data = {name: text.encode() for name, text in members.items()}
    if tags:
        index = f'{head}<ofd:CustomTags {namespace}><ofd:CustomTag TypeID="0"><ofd:FileLoc>CustomTag.xml</ofd:FileLoc>'
        data["Doc_0/Tags/CustomTags.xml"] = f"{index}</ofd:CustomTag></ofd:CustomTags>".encode()
        data["Doc_0/Tags/CustomTag.xml"] = tags
    data |= {f"Doc_0/Attachs/{name}": content for name, content in (attached or {}).items()}
    return zipped(data)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip of these members, in their order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# ---------------------------------------------------------------- railway e-tickets


def railway_xml(changes: Mapping[str, str] | None = None) -> bytes:
    """The ticket as the Ministry of Finance's XBRL. `changes` by element."""
    day, time = TICKET["departure"].split()
    said = {
        "TypeOfVoucher": "电子发票（铁路电子客票）",
        "ElectronicInvoiceRailwayETicketNumber": TICKET["number"],
        "DateOfIssue": TICKET["date"],
        "TypeOfBusiness": "售",
        "DepartureStation": TICKET["origin"].removesuffix("站"),
        "DestinationStation": TICKET["destination"].removesuffix("站"),
        "TrainNumber": TICKET["train"],
        "TravelDate": day,
        "DepartureTime": time,
        "Carriage": "05",
        "Seat": "12A",
        "SeatLevel": TICKET["seat class"],
        "Fare": TICKET["total"],
        "TotalAmountExcludingTax": TICKET["net"],
        "TaxRate": "0.09",
        "TaxAmount": TICKET["tax"],
        "Name": TICKET["passenger"],
        "IdNumber": TICKET["person id"],
        "NameOfPurchaser": TICKET["buyer"],
        "UnifiedSocialCreditCodeOfPurchaser": TICKET["buyer tax id"],
        "Remarks": "",
        **(changes or {}),
    }
    context = f"As_Of_{TICKET['date'].replace('-', '_')}"
    facts = "\n".join(
        f'<rai:{name} contextRef="{context}">{_escaped(text)}</rai:{name}>' for name, text in said.items()
    )
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:rai="http://xbrl.mof.gov.cn/taxonomy/2021-11-30/rai">
<context id="{context}"><entity><identifier scheme="http://xbrl.mof.gov.cn">{TICKET["number"]}</identifier></entity>
<period><instant>{TICKET["date"]}</instant></period></context><unit id="CNY"><measure>iso4217:CNY</measure></unit>
{facts}
</xbrl>""".encode()


def railway_page() -> list[Text]:
    """The ticket as it is printed."""
    day, time = TICKET["departure"].split()
    year, month, date = day.split("-")
    issued = TICKET["date"].split("-")
    return [
        Text(190, 40, "电子发票（铁路电子客票）", 16),
        Text(30, 75, f"发票号码:{TICKET['number']}", 10),
        Text(380, 75, f"开票日期:{issued[0]}年{issued[1]}月{issued[2]}日", 10),
        Text(60, 130, TICKET["origin"].removesuffix("站"), 18),
        Text(140, 130, "站", 14),
        Text(250, 128, TICKET["train"], 16),
        Text(390, 130, TICKET["destination"].removesuffix("站"), 18),
        Text(455, 130, "站", 14),
        Text(70, 148, "Shanghaihongqiao", 9),
        Text(400, 148, "Hangzhoudong", 9),
        Text(40, 180, f"{year}年{month}月{date}日", 10),
        Text(180, 180, f"{time}开", 10),
        Text(330, 180, "05车12A号", 10),
        Text(480, 180, TICKET["seat class"], 10),
        Text(40, 205, f"票价:￥{TICKET['total']}", 10),
        Text(40, 250, TICKET["person id"], 10),
        Text(180, 250, TICKET["passenger"], 10),
        Text(40, 285, "电子客票号:6610060012345678901234567", 9),
        Text(40, 310, f"购买方名称:{TICKET['buyer']}", 9),
        Text(300, 310, f"统一社会信用代码:{TICKET['buyer tax id']}", 9),
        Text(40, 340, "买票请到12306 发货请到95306", 9),
        Text(40, 355, "中国铁路祝您旅途愉快", 9),
    ]


def railway_ofd() -> bytes:
    """The ticket as OFD, its data attached as the railway does it."""
    return ofd(railway_page(), attached={f"rai_issuer_{TICKET['number']}.xml": railway_xml()})


def railway_pdf(*, attached: bool = False) -> bytes:
    """The ticket as PDF; `attached`: with its data."""
    files = {f"rai_issuer_{TICKET['number']}.xml": railway_xml()} if attached else {}
    return Paper(pages=[railway_page()], attachments=files).data()


# ---------------------------------------------------------------- Factur-X


def factur_x_xml(*, kind: str = "380") -> bytes:
    """The invoice as UN/CEFACT CII, profile EN 16931. `kind`: 380 an invoice, 381 a credit note."""
    said = {meaning: _escaped(text) for meaning, text in FACTUR_X.items()}
    lines = "".join(
        f"""<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>{number}</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>{name}</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{price}</ram:ChargeAmount>
</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="H87">{count}</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{total}</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>"""
        for number, name, price, count, total in (
            (1, "Schreibtisch", "450.50", "1", "450.50"), (2, "Bürostuhl", "300.00", "3", "900.00"),
        )
    )  # fmt: skip
    address = (
        "<ram:PostalTradeAddress><ram:PostcodeCode>10115</ram:PostcodeCode><ram:LineOne>Beispielweg 1</ram:LineOne>"
        "<ram:CityName>Berlin</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>"
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
 xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{said["number"]}</ram:ID><ram:TypeCode>{kind}</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{said["date"].replace("-", "")}</udt:DateTimeString></ram:IssueDateTime>
</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{lines}
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>{said["seller"]}</ram:Name>{address}
<ram:SpecifiedTaxRegistration><ram:ID schemeID="FC">37/123/45678</ram:ID></ram:SpecifiedTaxRegistration>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{said["seller tax id"]}</ram:ID></ram:SpecifiedTaxRegistration>
</ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>{said["buyer"]}</ram:Name>{address}
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{said["buyer tax id"]}</ram:ID></ram:SpecifiedTaxRegistration>
</ram:BuyerTradeParty></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime>
<udt:DateTimeString format="102">20261101</udt:DateTimeString></ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent>
</ram:ApplicableHeaderTradeDelivery>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{said["tax"]}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>
<ram:BasisAmount>{said["net"]}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode>
<ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20261204</udt:DateTimeString>
</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:LineTotalAmount>{said["net"]}</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>{said["net"]}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">{said["tax"]}</ram:TaxTotalAmount>
<ram:GrandTotalAmount>{said["total"]}</ram:GrandTotalAmount><ram:DuePayableAmount>{said["total"]}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def factur_x_pdf(xml: bytes | None = None, *, name: str = "factur-x.xml") -> bytes:
    """The invoice as PDF with its XML attached."""
    page = [
        Text(50, 60, f"Rechnung {FACTUR_X['number']}", 18),
        Text(50, 90, FACTUR_X["seller"]),
        Text(50, 120, "Gesamtbetrag 1.607,10 EUR"),
    ]
    return Paper(pages=[page], attachments={name: factur_x_xml() if xml is None else xml}).data()
