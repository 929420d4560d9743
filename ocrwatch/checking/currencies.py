"""Currencies as printed: which ISO 4217 codes a sign may stand for, and how its country writes numbers.

Rules
  1. A sign is a set of possible codes. Several signs on one amount (`$8.20 SGD`) leave the codes common to all.
  2. Where more than one code is left, the page's script may decide (`¥`, 元). Otherwise the printed sign itself is the
     answer: `$` is nobody's dollar in particular.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# ALL, TOP and CUP are left out: on paper they are words.
_CODES = _codes(
    "AED AFN AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY "
    "COP CRC CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS "
    "INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TRY TTD TWD TZS UAH UGX USD UYU UZS VES "
    "VND VUV WST XAF XCD XOF XPF YER ZAR ZMW"
)
_DOLLARS = "USD CAD AUD NZD SGD HKD TWD MXN CLP COP ARS BND FJD JMD TTD BBD BSD BZD GYD NAD LRD XCD UYU"
_YUAN = "CNY TWD HKD MOP"
_SIGNS = {
    "$": _DOLLARS, "US$": "USD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "SG$": "SGD", "A$": "AUD", "AU$": "AUD",
    "CA$": "CAD", "NZ$": "NZD", "MX$": "MXN", "R$": "BRL", "€": "EUR", "£": "GBP", "¥": "CNY JPY", "CN¥": "CNY",
    "JP¥": "JPY", "RMB": "CNY", "RM": "MYR", "Rp": "IDR", "₩": "KRW", "₹": "INR", "₽": "RUB", "₺": "TRY", "฿": "THB",
    "₫": "VND", "₱": "PHP", "₪": "ILS", "₴": "UAH", "₸": "KZT", "₦": "NGN", "zł": "PLN", "Kč": "CZK", "Ft": "HUF",
    "лв": "BGN", "kr": "SEK NOK DKK ISK", "Rs": "INR PKR LKR NPR MUR", "Fr": "CHF XOF XAF XPF", "lei": "RON MDL",
    "R": "ZAR BRL", "元": _YUAN, "圆": _YUAN, "圓": _YUAN, "人民币": "CNY", "人民幣": "CNY", "円": "JPY", "日元": "JPY",
    "日圆": "JPY", "美元": "USD", "美金": "USD", "欧元": "EUR", "歐元": "EUR", "英镑": "GBP", "英鎊": "GBP",
    "港元": "HKD", "港币": "HKD", "港幣": "HKD", "韩元": "KRW", "新台币": "TWD", "新台幣": "TWD", "新臺幣": "TWD",
    "台币": "TWD", "台幣": "TWD", "澳元": "AUD", "泰铢": "THB", "新加坡元": "SGD", "澳门元": "MOP", "澳門元": "MOP",
}  # fmt: skip
_BY_SIGN = {sign.casefold(): _codes(codes) for sign, codes in _SIGNS.items()} | {
    code.casefold(): frozenset({code}) for code in _CODES
}

SIGN = "(?:" + "|".join(re.escape(sign) for sign in sorted(_BY_SIGN, key=len, reverse=True)) + r")"
"""A pattern for one printed currency sign or code; match it with re.IGNORECASE."""

_NO_DECIMALS = _codes("JPY KRW VND IDR CLP PYG ISK UGX RWF XOF XAF XPF KMF GNF BIF DJF VUV")
_THREE_DECIMALS = _codes("BHD IQD JOD KWD LYD OMR TND")
_DOT = _codes(
    _DOLLARS + " CNY JPY MYR GBP THB INR PKR LKR NPR BDT PHP ILS KES NGN EGP MOP AED SAR QAR BHD JOD KWD OMR"
) - {"CAD", "CLP", "COP", "ARS", "UYU"}
_COMMA = _codes("BRL DKK TRY PLN CZK RUB UAH RON BGN ARS COP UYU NOK SEK HUF KZT MDL RSD MKD BAM TND")

_KANA = re.compile("[\u3041-\u30fa]|円|消費税|税込")
_SIMPLIFIED = re.compile(
    "[发单车计价购销开东银馆总时间实应优码证专业务电话额纳财编订员费场门签识货账]|[0-9]元|人民币|RMB|CNY"
)
_TRADITIONAL = re.compile(
    "[發單車計價購銷開東銀館總時間實應優碼證專業務電話額納財編訂員費場門簽識貨賬]|NT\\$|HK\\$|新台幣"
)
_HAN = re.compile("[\u4e00-\u9fff]")


def codes_of(signs: Iterable[str]) -> frozenset[str] | None:
    """The codes that all of the printed `signs` may stand for; None when there is no sign."""
    common: frozenset[str] | None = None
    for sign in signs:
        codes = _BY_SIGN[sign.casefold()]
        common = codes if common is None else common & codes
    return common


def codes_by_script(codes: frozenset[str], text: str, *, has_decimals: bool) -> frozenset[str]:
    """Those of `codes` that the script of the page's `text` leaves, where it tells the yuan and the yen apart."""
    if "CNY" not in codes or len(codes) == 1:
        return codes
    japanese, mainland = _KANA.search(text), _SIMPLIFIED.search(text)
    traditional = _TRADITIONAL.search(text)
    if mainland and not japanese and not traditional:
        return frozenset({"CNY"})
    if "JPY" in codes:
        if japanese and not mainland and not has_decimals:
            return frozenset({"JPY"})
        if has_decimals and _HAN.search(text) and not japanese and not traditional:
            return frozenset({"CNY"})  # the yen has no decimals
    return codes


def decimal_sign_of(codes: frozenset[str] | None, sign: str) -> str | None:
    """`.` or `,`: the decimal sign where currencies of `codes` are paid; None where both are in use.

    `sign` is as printed: with a bare `$` the comma groups thousands, whichever dollar it is.
    """
    if sign == "$" or (codes and codes <= _DOT):
        return "."
    return "," if codes and codes <= _COMMA else None


def has_no_decimals(codes: frozenset[str] | None) -> bool:
    """Whether amounts in any of `codes` are whole numbers."""
    return bool(codes) and codes is not None and codes <= _NO_DECIMALS


def has_three_decimals(codes: frozenset[str] | None) -> bool:
    """Whether amounts in any of `codes` have three decimals."""
    return bool(codes) and codes is not None and codes <= _THREE_DECIMALS
