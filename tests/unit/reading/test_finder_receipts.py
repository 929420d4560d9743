"""Receipts of several countries and shapes; what they do not say stays empty."""

from __future__ import annotations

import pytest

from ocrwatch.config.profiles import built_in
from tests.unit.reading.typed import fields, found

RECEIPT = built_in()["receipt"]

BRITISH = """
            HARBOUR LANE GROCERS LTD
            14 Harbour Lane, Saltmouth
                  SM1 4QX
           VAT No. GB 123 4567 82
  Receipt No. 004817
  23 May 2025 14:07                      Till 2
  1  Sourdough loaf                       3.80
  2  Whole milk 2 L                       3.30
  Subtotal                                7.10
  Loyalty discount                       -1.50
  TOTAL                                  £5.60
  Card ************4402
  VAT included                            0.21
"""
MALAYSIAN = """
       RESTORAN SERI MUTIARA SDN BHD (123456-A)
             NO 8, JALAN BUNGA RAYA 2,
             TAMAN BUNGA, 68000 AMPANG
                   SELANGOR
               TEL: 03-41001234
                 TAX INVOICE
  Invoice # : A0012233
  Bill Date: 21-02-2018 13:44
  Teh Tarik       2        2.00        4.00
  Roti Canai      3        1.30        3.90
  Total Qty : 5
  Total (Excl. GST)                    7.90
  Service Tax 6%                       0.47
  Total (Incl. GST)                    8.37
  Rounding Adj                        -0.02
  Rounded Total                        8.35
  Cash                                10.00
  Change                               1.65
  GST Summary      Amount      Tax
  SR 6%            7.90        0.47
  Total            7.90        0.47
"""
GERMAN = """
        Bäckerei Sonnenkorn GmbH
             Marktplatz 4
           70173 Stuttgart
          Tel. 0711/123456
  Bon-Nr. 4711      12.03.2024 08:15
  Brezel    2 x 0,85          1,70 A
  Kaffee                      2,90 B
  SUMME EUR                   4,60
  Bar                        10,00
  Rückgeld                    5,40
"""
AMERICAN = """
            Joe's Diner
            45 W 3rd Ave
            New York NY 10012
  Server: Kim               Table 12
  Check #: 8841
  10/22/2022 7:14 PM
  2 Burger                    25.00
  1 Fries                      4.50
  Sub Total                   29.50
  Sales Tax                    2.62
  Amount Due                  32.12
  Tip ________
  Total ________
  Suggested tip 18%: 5.31
"""
CHINESE = """
            好又多便利店
        上海市徐汇区漕溪路123号
         电话：021-64000000
  单号：20240311000123
  日期：2024-03-11 18:22:31
  收银员：003
  品名      数量    单价    金额
  矿泉水      2      2.00    4.00
  面包        1      6.50    6.50
  合计：                    10.50
  优惠：                     1.00
  实付：                     9.50
  谢谢惠顾
"""
INDONESIAN = """
         WARUNG SEDERHANA
    Jl. Sudirman No. 25, Jakarta
         Telp 021-5551234
  12/08/2023 19:22
  Nasi Goreng     2          50.000
  Es Teh          2          10.000
  Subtotal                   60.000
  PB1 10%                     6.000
  Total                      66.000
  Tunai                     100.000
  Kembali                    34.000
"""


@pytest.mark.parametrize(
    ("paper", "company", "address", "date", "total"),
    [
        (BRITISH, "HARBOUR LANE GROCERS LTD", "14 Harbour Lane, Saltmouth SM1 4QX", "23 May 2025", "£5.60"),
        (
            MALAYSIAN,
            "RESTORAN SERI MUTIARA SDN BHD",
            "NO 8, JALAN BUNGA RAYA 2, TAMAN BUNGA, 68000 AMPANG SELANGOR",
            "21-02-2018",
            "8.35",
        ),
        (GERMAN, "Bäckerei Sonnenkorn GmbH", "Marktplatz 4 70173 Stuttgart", "12.03.2024", "EUR 4,60"),
        (AMERICAN, "Joe's Diner", "45 W 3rd Ave New York NY 10012", "10/22/2022", "32.12"),
        (CHINESE, "好又多便利店", "上海市徐汇区漕溪路123号", "2024-03-11", "9.50"),
        (INDONESIAN, "WARUNG SEDERHANA", "Jl. Sudirman No. 25, Jakarta", "12/08/2023", "66.000"),
    ],
    ids=["British", "Malaysian", "German", "American", "Chinese", "Indonesian"],
)
def test_the_four_main_fields_are_found(paper: str, company: str, address: str, date: str, total: str) -> None:
    """Who issued it, where, when, and what was paid come out as printed."""
    values = found(paper, RECEIPT)
    assert (values["company"], values["address"], values["date"], values["total"]) == (company, address, date, total)


@pytest.mark.parametrize(
    ("paper", "number", "tax"),
    [
        (BRITISH, "004817", "0.21"),
        (MALAYSIAN, "A0012233", "0.47"),
        (GERMAN, "4711", None),
        (AMERICAN, "8841", "2.62"),
        (CHINESE, "20240311000123", None),
        (INDONESIAN, None, None),
    ],
    ids=["British", "Malaysian", "German", "American", "Chinese", "Indonesian"],
)
def test_number_and_tax_are_found_where_they_are_printed(paper: str, number: str | None, tax: str | None) -> None:
    """The receipt's number and its tax are taken from their labels, or not at all."""
    values = found(paper, RECEIPT)
    assert (values.get("number"), values.get("tax")) == (number, tax)


def test_a_currency_is_that_of_the_amounts() -> None:
    """The sign at the amounts is the currency; a paper that prints none has none, wherever its shop may be."""
    assert found(BRITISH, RECEIPT)["currency"] == "£"
    assert found(GERMAN, RECEIPT)["currency"] == "EUR"
    assert "currency" not in found(MALAYSIAN, RECEIPT)
    assert "currency" not in found(AMERICAN, RECEIPT)


def test_two_currencies_are_none() -> None:
    """A paper with amounts in two currencies does not say which is meant."""
    assert "currency" not in found("TOTAL    £12.00\nPaid     €14.10", RECEIPT)


def test_a_refund_is_negative() -> None:
    """The minus of a refund is part of its total, before the currency or behind the number."""
    assert found("REFUND\nTOTAL REFUND     -£89.00", RECEIPT)["total"] == "-£89.00"
    assert found("REFUND\nTOTAL     89.00-", RECEIPT)["total"] == "89.00-"
    assert found("退货单\n合计     -89.00", RECEIPT)["total"] == "-89.00"


@pytest.mark.parametrize(
    "row",
    [
        "Subtotal      12.00",
        "Total Qty      12",
        "Total items:      3",
        "Total discount      1.20",
        "Total excl. GST      12.00",
        "Total GST      0.72",
        "Total points      120.00",
        "You saved a total of      3.00",
        "小计      12.00",
    ],
)
def test_totals_of_something_else_are_no_total(row: str) -> None:
    """What sums up something other than what is to be paid is left alone."""
    assert "total" not in found(f"CORNER SHOP LTD\nMilk      12.00\n{row}", RECEIPT)


def test_two_amounts_at_one_total_are_none() -> None:
    """Where a row that says total holds two amounts, neither is taken."""
    assert "total" not in found("Total      12.00      14.00", RECEIPT)


def test_an_amount_under_its_label_belongs_to_it() -> None:
    """A total that is printed large under the word is found there."""
    assert found("CORNER SHOP LTD\n        TOTAL\n        £12.00", RECEIPT)["total"] == "£12.00"


def test_a_total_that_cannot_be_read_is_what_was_paid_less_the_change() -> None:
    """Without a readable total it is the printed subtotal that payment and change agree on, else absent."""
    assert found("SUBTOTAL      53.60\nCASH      100.00\nCHANGE      46.40", RECEIPT)["total"] == "53.60"
    assert found("TOTAL      12 FE\nCASH      53.60\nCHANGE      0.00", RECEIPT)["total"] == "53.60"
    assert "total" not in found("SUBTOTAL      53.60\nCASH      100.00\nCHANGE      40.00", RECEIPT)
    assert "total" not in found("CASH      100.00\nCHANGE      46.40", RECEIPT)
    assert "total" not in found("CASH      53.60", RECEIPT)


def test_another_date_is_not_the_papers_date() -> None:
    """Dates of expiry, delivery or return are passed over for the paper's own, and alone they are none."""
    paper = "Best before: 01/02/2026\nReturn until 20/06/2025\nDate: 23/05/2025"
    assert found(paper, RECEIPT)["date"] == "23/05/2025"
    assert "date" not in found("Best before: 01/02/2026", RECEIPT)


def test_a_date_keeps_to_itself_when_a_time_sticks_to_it() -> None:
    """A lost space between date and time does not spoil the date."""
    assert found("REG 1      18-03-201811:23", RECEIPT)["date"] == "18-03-2018"


def test_headings_greetings_and_numbers_are_no_company() -> None:
    """What stands at the head of a paper and is no name is not taken for one."""
    paper = "TAX INVOICE\nWelcome to our shop\nTel 03-41001234\n12/03/2024 10:11\nTOTAL      5.00"
    assert "company" not in found(paper, RECEIPT)


def test_a_registration_number_is_not_part_of_the_name() -> None:
    """The number that companies print behind their name is left out."""
    assert found("LITTLE OWL SDN BHD (562007-D)", RECEIPT)["company"] == "LITTLE OWL SDN BHD"


def test_the_name_with_a_legal_form_is_the_company() -> None:
    """Below a shop's sign stands the company that runs it: that one has the legal form."""
    paper = "NIGHT OWL CAFE\nLITTLE OWL SDN BHD (562007-D)\nNo 7, Jalan Damai, 47400 PJ"
    assert found(paper, RECEIPT)["company"] == "LITTLE OWL SDN BHD"


def test_fields_with_usual_names_are_known_without_labels() -> None:
    """A user's own fields need no labels where people commonly call them so, in either language."""
    assert found(CHINESE, fields("店名", "日期", "合计", "单号")) == {
        "店名": "好又多便利店",
        "日期": "2024-03-11",
        "合计": "9.50",
        "单号": "20240311000123",
    }


def test_a_total_after_rounding_is_what_was_paid() -> None:
    """Where cash is rounded to the smallest coin, the rounded amount counts, the adjustment itself does not."""
    paper = "Total Sales (Inclusive GST)      177.22\nRounding Adjustment      -0.02\nRounding      177.20"
    assert found(paper, RECEIPT)["total"] == "177.20"
    assert found("Total      177.22\nRounding Adjustment      0.02", RECEIPT)["total"] == "177.22"
    assert found("Total      177.22\nRounding      150.00", RECEIPT)["total"] == "177.22"


def test_a_currency_may_stick_to_its_label() -> None:
    """A lost space between a label and the currency does not hide the label; other letters there do."""
    assert found("TotalRM      5.00", RECEIPT)["total"] == "RM 5.00"
    assert "total" not in found("Totalisator      5.00", RECEIPT)


def test_a_long_name_goes_on_in_a_second_line() -> None:
    """A legal form alone in its line belongs to the name above it; without one it is no name."""
    assert (
        found("BORNEO TIMBER TRADING\nSDN BHD\nTOTAL      5.00", RECEIPT)["company"] == "BORNEO TIMBER TRADING SDN BHD"
    )
    assert "company" not in found("Tel 03-41001234\nSDN BHD\nTOTAL      5.00", RECEIPT)


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("CAFE LUNA\n109, SS21/1A,\nDAMANSARA UTAMA", "109, SS21/1A, DAMANSARA UTAMA"),
        ("CAFE LUNA LLC\nOLD HARBOUR ROAD\n15000 KINGSPORT", "OLD HARBOUR ROAD 15000 KINGSPORT"),
        ("99 DAYS MART SDN BHD (519537-X)\nLOT 5, BATU 4\nJALAN KAPAR", "LOT 5, BATU 4 JALAN KAPAR"),
        ("CAFE LUNA\nAddress: 14 Main Street, Leeds\nTel: 0113 4960000", "14 Main Street, Leeds"),
        ("CAFE LUNA\n14 Main Street, Leeds\nServer: Kim", "14 Main Street, Leeds"),
        ("CAFE LUNA\nCo. No.: (124525-H)\nNO 19-G, JALAN TASIK", "NO 19-G, JALAN TASIK"),
        ("CAFE LUNA\nVisit www.luna.example\nOpen 9.00-17.00", None),
    ],
)
def test_an_address_is_the_block_below_the_name(head: str, address: str | None) -> None:
    """It begins with house, street or place, and ends where the paper speaks of something else."""
    assert found(f"{head}\n\nMilk      3.00\nTOTAL      3.00", RECEIPT).get("address") == address


@pytest.mark.parametrize(
    "printed",
    [
        "25/12/2018", "25.12.18", "2018-12-25", "20181225", "25-Dec-18", "25 Dec'18", "Dec 25, 2018", "25. Dezember 2018",
        "25 décembre 2018", "25 de diciembre de 2018", "25 Disember 2018", "25. 12. 2018", "2018年12月25日", "民国107年12月25日",
    ],
)  # fmt: skip
def test_dates_are_known_in_many_shapes(printed: str) -> None:
    """A date is taken as printed, in the orders and languages that receipts have."""
    assert found(f"CORNER SHOP LTD\nReg 1   {printed}   Milk      3.00", RECEIPT)["date"] == printed


@pytest.mark.parametrize("damaged", ["25/12/201", "5/2018", "32/13/2018", "1/2/34567", "12.50", "0312-2245"])
def test_damaged_dates_are_none(damaged: str) -> None:
    """A date that was cut off, or is none, is not completed."""
    assert "date" not in found(f"CORNER SHOP LTD\nDate: {damaged}", RECEIPT)


@pytest.mark.parametrize(
    "label",
    [
        "TOTAL (RM)", "Nett Total", "Total Payable", "Grand Total :", "Total w/GST", "Total Incl Tax", "Bill Total",
        "Amount due", "Due", "Gesamtbetrag", "Zu zahlen", "Net à payer", "Totaal", "Jumlah", "合计", "總計", "实付款", "应付金额",
    ],
)  # fmt: skip
def test_totals_are_known_by_many_labels(label: str) -> None:
    """What is to be paid is found by the words that receipts have for it."""
    assert found(f"CORNER SHOP LTD\nMilk      3.00\n{label}      12.00", RECEIPT)["total"] == "12.00"


def test_a_copy_shop_is_a_name_and_a_customers_copy_is_none() -> None:
    """The mark above the name is passed over; a name that ends in "& COPY" is one."""
    paper = """
              CUSTOMER COPY
          SALTMOUTH PRINT & COPY
        12 Harbour Lane, Saltmouth
      23 May 2025
      Copies A4        40        4.00
      TOTAL                     £4.00
    """
    assert found(paper, RECEIPT)["company"] == "SALTMOUTH PRINT & COPY"
