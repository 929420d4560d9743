"""Amounts: exact, whole, and none where there is a doubt."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.checking.amounts import decimal_sign_on, read_amount
from ocrwatch.checking.printed import Ambiguous
from ocrwatch.document import Amount

PLAIN = [
    ("12", "12"),
    ("12.50", "12.50"),
    ("12,50", "12.50"),
    ("12.5", "12.5"),
    (".50", "0.50"),
    ("0.123", "0.123"),
    ("007.50", "7.50"),
    ("1,234.56", "1234.56"),
    ("1.234,56", "1234.56"),
    ("1 234,56", "1234.56"),
    ("1\u202f234,56", "1234.56"),
    ("1'234.50", "1234.50"),
    ("1’234", "1234"),
    ("1,234,567", "1234567"),
    ("1.234.567", "1234567"),
    ("1 234 567", "1234567"),
    ("1,23,456.00", "123456.00"),
    ("12,34,567", "1234567"),
    ("1234.567", "1234.567"),
    ("1,234.567", "1234.567"),
    ("１２．５０", "12.50"),
    ("１，２３４．５０", "1234.50"),
    ("12.-", "12"),
    ("1.234,--", "1234"),
    ("-12.00", "-12.00"),
    ("−12.00", "-12.00"),
    ("－12.00", "-12.00"),
    ("- 12.00", "-12.00"),
    ("+12.00", "12.00"),
    ("12.00-", "-12.00"),
    ("(12.00)", "-12.00"),
    ("（12.00）", "-12.00"),
    ("12.00 CR", "-12.00"),
    ("退12.00", "-12.00"),
    ("退款：12.00", "-12.00"),
    ("退款 -12.00", "-12.00"),
    ("refund 12.00", "-12.00"),
    ("0.00-", "0.00"),
]


@pytest.mark.parametrize(("text", "number"), PLAIN)
def test_numbers_are_read_exactly_as_printed(text: str, number: str) -> None:
    """Separators, grouping, widths and signs of many countries give the exact decimal."""
    amount = read_amount(text)
    assert isinstance(amount, Amount)
    assert str(amount.number) == number
    assert amount.currency == ""


CURRENCIES = [
    ("RM 8.20", "8.20", "MYR"),
    ("RM8.20", "8.20", "MYR"),
    ("8.20 rm", "8.20", "MYR"),
    ("RM -8.20", "-8.20", "MYR"),
    ("-RM8.20", "-8.20", "MYR"),
    ("RM(8.20)", "-8.20", "MYR"),
    ("$8.20", "8.20", "$"),
    ("＄8.20", "8.20", "$"),
    ("$8.20 SGD", "8.20", "SGD"),
    ("US$8.20", "8.20", "USD"),
    ("NT$1,200", "1200", "TWD"),
    ("$1,234", "1234", "$"),
    ("$.50", "0.50", "$"),
    ("€ 1.234,56", "1234.56", "EUR"),
    ("1 234 €", "1234", "EUR"),
    ("£12", "12", "GBP"),
    ("CHF 1'234.50", "1234.50", "CHF"),
    ("Rs.50", "50", "Rs"),
    ("Rs. 1,23,456.00", "123456.00", "Rs"),
    ("₹1,23,456", "123456", "INR"),
    ("Rp 15.000", "15000", "IDR"),
    ("Rp 15,000", "15000", "IDR"),
    ("15.000₫", "15000", "VND"),
    ("R$ 1.234", "1234", "BRL"),
    ("KWD 1.234", "1.234", "KWD"),
    ("120 kr", "120", "kr"),
    ("¥1,234", "1234", "¥"),
    ("￥337.50元", "337.50", "CNY"),
    ("RMB 12", "12", "CNY"),
    ("1,200円", "1200", "JPY"),
    ("USD 12.00", "12.00", "USD"),
    ("退￥337.50元", "-337.50", "CNY"),
    ("人民币12元整", "12", "CNY"),
    ("新台幣123元", "123", "TWD"),
    ("12美元", "12", "USD"),
]


@pytest.mark.parametrize(("text", "number", "currency"), CURRENCIES)
def test_the_printed_currency_is_kept(text: str, number: str, currency: str) -> None:
    """A sign that means one currency becomes its code; one that means several stays as printed."""
    assert read_amount(text) == Amount(Decimal(number), currency)


@pytest.mark.parametrize(
    ("page", "text", "currency"),
    [
        ("增值税电子普通发票 购买方", "¥337.50", "CNY"),
        ("合計 領収書 ありがとうございます", "¥1,200", "JPY"),
        ("北京南", "¥337.50", "CNY"),
        ("北京南", "¥337", "¥"),
        ("统一发票 ありがとう", "¥337", "¥"),
        ("Thank you, come again", "¥337.50", "¥"),
        ("電子發票 統一編號", "337元", "元"),
        ("电子发票", "337元", "CNY"),
        ("电子发票", "$8.20", "$"),
    ],
)
def test_the_script_of_the_page_tells_yuan_from_yen(page: str, text: str, currency: str) -> None:
    """The yuan and the yen share a sign: the page's script decides, or nothing does."""
    amount = read_amount(text, page=page)
    assert isinstance(amount, Amount)
    assert amount.currency == currency


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("壹佰贰拾叁元整", "123", "元"),
        ("人民币壹佰贰拾叁元整", "123", "CNY"),
        ("叁拾元零伍分", "30.05", "元"),
        ("壹仟零伍圆肆角伍分", "1005.45", "圆"),
        ("壹萬貳仟元正", "12000", "元"),
        ("一百二十三元五角", "123.50", "元"),
        ("负壹佰元整", "-100", "元"),
        ("（大写）壹佰贰拾叁元伍角整 （小写）￥123.50", "123.50", "CNY"),
        ("人民币壹佰贰拾叁元整（¥123.00）", "123.00", "CNY"),
        ("负壹佰元整 ¥-100.00", "-100.00", "CNY"),
    ],
)
def test_chinese_numerals_are_read(text: str, number: str, currency: str) -> None:
    """Amounts in words, alone or beside the same amount in figures, are read."""
    assert read_amount(text) == Amount(Decimal(number), currency)


@pytest.mark.parametrize("text", ["壹佰贰拾叁元整 ￥124.00", "（大写）伍元整（小写）￥500"])
def test_words_and_figures_that_differ_are_ambiguous(text: str) -> None:
    """An amount whose words and figures disagree is none of the two."""
    assert isinstance(read_amount(text), Ambiguous)


NO_AMOUNT = [
    "", "-", "abc", "RM", "元", "12%", "12.00 or 13.00", "12.00 13.00", "RM 8.20 (incl. GST)", "12.", "12,", "12.00.",
    "1,23", "1.2.3", "12,345,67.8.9", "01,234,567", "5 100.00", "1 234", "RM 5 100.00", "12 50", "RM.50", "RM - 12.00",
    "12.00 -", "--12", "-(12.00)", "(12.00", "12.00)", "-12.00-", "12.00 DR", "1.2e5", "12²", "①", "½", "12元5角",
    "退票费20.00", "USD 12.00 EUR", "¥12.00 USD", "RMX 12", "ALL 12.00", "*23.00", "12.00 A", "18:30", "12/03/2018",
    "1234567890123456.00", "一万五元", "三百五元", "整12", "CR 12.00", "₹12 Cr", "٣٫٥", "12.00 x 2", "约12元", "12万元",
]  # fmt: skip


@pytest.mark.parametrize("text", [text for text in NO_AMOUNT if text != "1,23"])
def test_a_text_that_is_not_wholly_one_amount_is_none(text: str) -> None:
    """Words, second numbers, unclear dashes and cut-off numbers make no amount."""
    assert read_amount(text) is None


@pytest.mark.parametrize("text", ["1,234", "1.234", "12,345", "€1.234", "$1.234", "RM 1.234", "KWD 1,234", "CAD 1,234"])
def test_a_lone_group_of_three_is_ambiguous(text: str) -> None:
    """1,234 alone may be a thousand or one and a bit: both readings are named, none is taken."""
    ambiguous = read_amount(text)
    assert isinstance(ambiguous, Ambiguous)
    assert len(set(ambiguous.readings)) == 2


@pytest.mark.parametrize(
    ("text", "sign", "number"),
    [
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1.234", ",", "1234"),
        ("€1.234", ",", "1234"),
        ("RM 1,234", ".", "1234"),
        ("$1.234", ".", "1.234"),
    ],
)
def test_the_other_numbers_of_the_page_settle_it(text: str, sign: str, number: str) -> None:
    """The decimal sign that the page's other numbers use tells what a group of three is."""
    amount = read_amount(text, decimal_sign=sign)
    assert isinstance(amount, Amount)
    assert amount.number == Decimal(number)


def test_currency_and_page_that_disagree_leave_it_ambiguous() -> None:
    """Ringgit with a decimal point on a page of decimal commas: nobody can tell."""
    assert isinstance(read_amount("RM 1,234", decimal_sign=","), Ambiguous)


@pytest.mark.parametrize(
    ("page", "sign"),
    [
        ("Nasi lemak 8.20\nTeh 1.50", "."),
        ("Brot 2,95\nSumme 1.234,56", ","),
        ("8.20\n2,95", None),
        ("12.03.18 05/03/2018 10:30", None),
        ("Qty 5", None),
        ("", None),
    ],
)
def test_the_decimal_sign_of_a_page_is_what_all_its_numbers_use(page: str, sign: str | None) -> None:
    """Numbers with two decimals show the sign; dates do not; disagreement shows nothing."""
    assert decimal_sign_on(page) == sign


numbers = st.decimals(min_value=-999_999_999, max_value=999_999_999, places=2)


def _grouped(number: Decimal, group: str, decimal: str) -> str:
    return f"{number:,.2f}".replace(",", "G").replace(".", decimal).replace("G", group)


@given(number=numbers, style=st.sampled_from([(",", "."), (".", ","), ("'", "."), ("", "."), ("", ","), (" ", ",")]))
def test_what_is_written_in_a_known_way_is_read_back(number: Decimal, style: tuple[str, str]) -> None:
    """Any number written with two decimals in any known way is read back exactly."""
    amount = read_amount(_grouped(number, *style))
    assert isinstance(amount, Amount)
    assert amount.number == number


@given(number=numbers, sign=st.sampled_from(["RM", "USD ", "€", "¥", "kr ", "£"]))
def test_a_currency_does_not_change_the_number(number: Decimal, sign: str) -> None:
    """The number beside a currency sign is the number without it."""
    amount = read_amount(f"{sign}{number:,.2f}")
    assert isinstance(amount, Amount)
    assert amount.number == number


wild = st.text() | st.text(alphabet="0123456789.,' ()-+RM$¥€元角分整壹贰拾佰退CRcr大写：", max_size=20)


@given(text=wild, page=wild)
def test_no_text_raises_and_no_digit_is_invented(text: str, page: str) -> None:
    """Whatever the text, an amount's digits all stand in it, and its currency comes of a sign."""
    amount = read_amount(text, page=page, decimal_sign=decimal_sign_on(page))
    if not isinstance(amount, Amount) or any(
        numeral in text for numeral in "零〇一二三四五六七八九十百千万亿两壹贰貳叁參叄肆伍陆陸柒捌玖拾佰仟萬億兩"
    ):
        return
    found = Counter(digit for digit in f"{amount.number:f}" if digit.isdigit())
    printed = Counter(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in text)
    printed["0"] += 1  # .50 is 0.50
    assert not found - printed
