"""Invoices between companies, Chinese ones of the old and the new form included."""

from __future__ import annotations

from ocrwatch.config.profiles import built_in
from tests.unit.reading.typed import found

INVOICE = built_in()["invoice"]

ENGLISH = """
  Oakfield Plumbing Ltd                         INVOICE
  22 Mill Lane
  Bristol BS1 5TR                   Invoice No.  10452
  VAT Reg No: GB 123 4567 82        Date         02/11/2023
                                    Due Date     02/12/2023
  Invoice To:
  Fielding & Sons Ltd
  7 Hill Rise
  VAT No: GB 987 6543 21

  Description            Qty      Unit      Amount
  Boiler service           1    120.00      120.00
  Valve                    2     15.00       30.00
                        Subtotal           £150.00
                        VAT @ 20%           £30.00
                        Total              £180.00
"""
CHINESE = """
                     电子发票（普通发票）        发票号码：25312000000087654321
                                                 开票日期：2025年06月12日
  名称：青石滩科技有限公司                             名称：云栖谷文具商行
  统一社会信用代码/纳税人识别号：9131000012345678A9    统一社会信用代码/纳税人识别号：91110105MA00000A09
  项目名称        单位    数量    单价      金额      税率    税额
  *纸制品*打印纸    箱      5    160.00    800.00    13%    104.00
  *文具*档案盒      个     40     10.00    400.00    13%     52.00
  合计                                   ¥1200.00          ¥156.00
  价税合计（大写）   壹仟叁佰伍拾陆圆整      （小写）  ¥1356.00
  备注：
"""
CHINESE_OLD = """
                 上海增值税电子普通发票
  发票代码：031001800211
  发票号码：12345678
  开票日期：2019年05月06日
  名称：青石滩科技有限公司
  纳税人识别号：9131000012345678A9
  货物或应税劳务、服务名称   单位   数量   单价   金额   税率   税额
  *餐饮服务*餐费    次   1   188.68   188.68   6%   11.32
  合计                        ￥188.68     ￥11.32
  价税合计（大写）  贰佰圆整      （小写）￥200.00
  名称：云栖谷餐饮有限公司
  纳税人识别号：91110105MA00000A09
"""


def test_an_english_invoice_is_read() -> None:
    """Number, dates, both parties with their tax numbers, and the three sums, each from its label or place."""
    assert found(ENGLISH, INVOICE) == {
        "number": "10452",
        "date": "02/11/2023",
        "seller": "Oakfield Plumbing Ltd",
        "seller tax id": "GB 123 4567 82",
        "buyer": "Fielding & Sons Ltd",
        "buyer tax id": "GB 987 6543 21",
        "net": "£150.00",
        "tax": "£30.00",
        "total": "£180.00",
    }


def test_a_chinese_electronic_invoice_is_read() -> None:
    """The buyer's box is the left one, the seller's the right; net and tax are the two sums of the table."""
    assert found(CHINESE, INVOICE) == {
        "number": "25312000000087654321",
        "date": "2025年06月12日",
        "seller": "云栖谷文具商行",
        "seller tax id": "91110105MA00000A09",
        "buyer": "青石滩科技有限公司",
        "buyer tax id": "9131000012345678A9",
        "net": "¥1200.00",
        "tax": "¥156.00",
        "total": "¥1356.00",
    }


def test_a_chinese_invoice_of_the_old_form_is_read() -> None:
    """In the old form the buyer's box is the upper one; its number is the short one, not its code."""
    assert found(CHINESE_OLD, INVOICE) == {
        "number": "12345678",
        "date": "2019年05月06日",
        "seller": "云栖谷餐饮有限公司",
        "seller tax id": "91110105MA00000A09",
        "buyer": "青石滩科技有限公司",
        "buyer tax id": "9131000012345678A9",
        "net": "￥188.68",
        "tax": "￥11.32",
        "total": "￥200.00",
    }


def test_a_red_letter_invoice_is_negative() -> None:
    """The sums of a cancelling invoice carry their minus."""
    red = CHINESE.replace("¥1200.00", "¥-1200.00").replace("¥156.00", "¥-156.00").replace("¥1356.00", "¥-1356.00")
    values = found(red, INVOICE)
    assert (values["net"], values["tax"], values["total"]) == ("¥-1200.00", "¥-156.00", "¥-1356.00")


def test_the_buyers_tax_number_is_not_the_sellers() -> None:
    """With one tax number on the paper, in the buyer's block, the seller has none."""
    values = found(ENGLISH.replace("VAT Reg No: GB 123 4567 82", " " * 26), INVOICE)
    assert values["buyer tax id"] == "GB 987 6543 21"
    assert "seller tax id" not in values


def test_the_buyers_block_ends_at_a_gap() -> None:
    """What stands below the buyer's address, after a gap, is not the buyer's."""
    paper = """
      Oakfield Plumbing Ltd
      Bill to:
      Fielding & Sons Ltd
      7 Hill Rise


      VAT No: GB 123 4567 82
      Total          £180.00
    """
    values = found(paper, INVOICE)
    assert values["seller tax id"] == "GB 123 4567 82"
    assert "buyer tax id" not in values


def test_one_party_of_two_is_not_taken_for_either() -> None:
    """Where only one of the two names on a Chinese form was read, nobody can say whose it is."""
    values = found(CHINESE.replace("名称：青石滩科技有限公司", ""), INVOICE)
    assert "buyer" not in values
    assert values.get("seller") != "青石滩科技有限公司"


def test_the_due_date_is_not_the_invoices_date() -> None:
    """An invoice that prints only when it is due has no date."""
    assert "date" not in found("INVOICE\nDue Date: 02/12/2023\nTotal     £180.00", INVOICE)


def test_tax_in_words_about_tax_is_no_amount_of_tax() -> None:
    """Rates, tax numbers and totals that include tax are not the tax."""
    for row in ("GST No: 000689913856", "VAT rate      20.00", "Total incl. VAT      180.00", "Tax invoice 10452"):
        assert "tax" not in found(row, INVOICE)


GERMAN = """
  Muster Werkzeuge GmbH                        Rechnung
  Industriestr. 5, 70565 Stuttgart

  Kunde:                            Rechnungsnummer: RE-2024-0815
  Beispiel AG                       Rechnungsdatum: 15.03.2024
  Hauptstr. 1                       Kundennummer: 10023
  10115 Berlin

  Pos   Bezeichnung        Menge    Einzelpreis    Gesamt
  1     Bohrmaschine        2         119,00      238,00
  2     Bits                5           4,00       20,00
                           Nettobetrag            258,00 €
                           MwSt. 19 %              49,02 €
                           Gesamtbetrag           307,02 €
  USt-IdNr.: DE123456788
  IBAN DE89 3704 0044 0532 0130 00
"""
AMERICAN = """
  ACME Consulting LLC                               INVOICE
  500 Market Street, Suite 12
  San Francisco, CA 94105

  BILL TO                      INVOICE #        US-1001
  Blue Whale Inc.              INVOICE DATE     03/05/2024
  77 Ocean Drive               DUE DATE         04/04/2024

  DESCRIPTION                  QTY    RATE       AMOUNT
  Strategy workshop             1    1,500.00    1,500.00
                                     Subtotal    $1,500.00
                                     Tax (8%)      $120.00
                                     TOTAL       $1,620.00
"""


def test_a_german_invoice_is_read() -> None:
    """The buyer stands under its heading, not in the column beside it."""
    assert found(GERMAN, INVOICE) == {
        "number": "RE-2024-0815",
        "date": "15.03.2024",
        "seller": "Muster Werkzeuge GmbH",
        "seller tax id": "DE123456788",
        "buyer": "Beispiel AG",
        "net": "258,00 €",
        "tax": "49,02 €",
        "total": "307,02 €",
    }


def test_an_american_invoice_is_read() -> None:
    """A label beside another label is not its value."""
    assert found(AMERICAN, INVOICE) == {
        "number": "US-1001",
        "date": "03/05/2024",
        "seller": "ACME Consulting LLC",
        "buyer": "Blue Whale Inc.",
        "net": "$1,500.00",
        "tax": "$120.00",
        "total": "$1,620.00",
    }
