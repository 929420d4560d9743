"""The head of a paper: who issued it, and where that is.

The name is a line near the top that carries a legal form (Sdn Bhd, Ltd, GmbH, 有限公司), else the first line there
that reads like a name and is no greeting, number or heading. The address is what stands below the name in the same
column, from the first line that looks like one to the telephone, the tax number or the paper's body.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ocrwatch.reading import finder_labels as labels
from ocrwatch.reading import finder_values as values
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.lines import Line, VisualRow

_HEAD_LINES = 16
_LEGAL_FORM = re.compile(
    r"(?:\bsdn\.?\W?\s*bhd|\bs/b\b|\bbhd\b|\bltd\b|\blimited\b|\bllc\b|\bl\.l\.c|\bllp\b|\binc\b|\bcorp(?:oration)?\b|\bplc\b"
    r"|\bpte\b|\bpty\b|\bgmbh\b|\bag\b|\be\.\s?k\.|\bo\.?h\.?g\b|\bs\.?a\.?r\.?l\b|\bs\.a\.|\bs\.?p\.?a\.?\Z|\bsas\b|\bb\.?v\.?\Z"
    r"|\bn\.?v\.?\Z|\boy\b|\baps\b|\bkft\b|\bs\.?r\.?o\b|\bco\.,?\s*ltd|\bcompany\Z|sdn\.?\s*bhd|公司|集团|商行|商店|超市"
    r"|餐厅|酒店|药房|便利店|经营部)",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"\s*(?:[(（\[{]\s*(?:(?:co|company|reg|roc|ssm|no)\W*)*[A-Z]{0,3}\s?\d[\d\s-]{3,}\s?[-–]?\s?[A-Z]{0,2}\s*[)）\]}]?"
    r"|\s\d{5,}\s?-\s?[A-Z])(?:\s*[(（][^)）]*[)）])?\s*\Z",
    re.IGNORECASE,
)
_LEGAL_FORM_ALONE = re.compile(
    r"\W*(?:\(M\)|sdn|bhd|berhad|s/b|co|ltd|limited|llc|llp|inc|corp|corporation|company|plc|pte|pty|gmbh|ag|kg|sarl|sas|bv|nv"
    r"|\W)+\W*",
    re.IGNORECASE,
)
_COMPANY_NUMBER = re.compile(r"[(（]\s*\d{5,}\s?-\s?[A-Z]{1,2}\s*[)）]|\b\d{6,}-[A-Z]\b")
_NOT_A_NAME = re.compile(
    r"\btel\b|\bphone|\bfax\b|\bmobile\b|\bhotline|whats|www\.|https?:|\.com\b|@\w+\.\w|welcome|thank|reg\W*no"
    r"|\bgst\W?(id|no|reg)|tax\W*(id|no|invoice|reg)|\binvoice\b|\breceipt\b|\bbill\b|\btable\b|\bcashier|\bdate\b"
    r"|\border\b"
    r"|\b(?:\w+er|\w+ant|office|file|store|shop|bank|original|duplicate)'?s?\W*copy\b|\A\W*copy\b|\bcopy\W*(?:of|no)\b"
    r"|\bcheck\b|\bcash\W*(?:\Z|sales?\b|memo\b)|\bcredit note|\bstatement\b|\bquotation|co\W*reg"
    r"|company\W*reg|reprint|duplicate|\bpage\b|opening|hours|customer"
    r"|电话|税号|欢迎|谢谢|发票|收据|小票|日期|时间|单号|收银|桌号|客户|监制|联\Z",
    re.IGNORECASE,
)
_ADDRESS_END = re.compile(
    r"\btelp?\b|\btlp\b|\bph\b|\btel[\d:.+(-]|\bphone|\bfax\b|\bmobile|\bhotline|\bcareline|whats|www\.|https?:"
    r"|\A\W*(?!\w*(?:addr|adres|alamat|地址))[^\W\d_]{3,}\s?[:：]|#\s?[:：]|\d{2,4}[- ]\d{6,8}\b|\.com\b|@\w+\.\w"
    r"|\bgst\b|\bvat\b|\btin\b|\btax|\bsst\b|\d{8}|\b(?!\w*(?:addr|adres|alamat|地址))[^\W\d_]{4,}\s?[:：]\s?[\d+]|reg\W*no|co\W*reg|\binvoice\b|\breceipt\b"
    r"|\bbill\b|\btable\b|\bcashier|\bdate\b|\border\b|\bcash\b|opening|hours|\bowned\b|\bcustomer|\bguest\b|\bslip\b|\boutlet:"
    r"|\buen\b|\babn\b|thank|welcome|电话|传真|税号|纳税人|统一社会|开户|发票|日期|时间|单号|收银|桌号|客户",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:jalan|jln|j1n|jaian|lorong|lrg|lebuh|lebuhraya|persiaran|taman|tmn|kampung|kg|bandar|kawasan|kws|seksyen|mukim|batu|lot"
    r"|floor|flr|level|unit|block|blk|suite|ste|street|str|road|rd|avenue|ave|boulevard|blvd|lane|ln|drive|square"
    r"|highway|hwy|plaza|mall|megamall|building|tower|park|centre|center|p\.?o\.?\s*box|district|rue|route|autoroute|via"
    r"|calle|avenida|rua|strasse|platz|gasse|weg|allee|straat|laan|ground)\b|\bst\.|\w(?:straße|strasse|str\.|platz|gasse|weg)\b"
    r"|\bno\.?\s?\d|\b\d{5,6}\b|[\u4e00-\u9fff](?:省|市|区|县|镇|路|街|道|巷|弄|号|楼|层|室|栋|座)",
    re.IGNORECASE,
)
_HOUSE_FIRST = re.compile(r"\A\W*(?:no\W*)?\d+[A-Z]?(?:[-/&]\d*[A-Z]?)*\W*,?\s+[A-Za-z]{3}", re.IGNORECASE)
_HOUSE_AND_PLACES = re.compile(r"\A\W*(?:no\W*)?\d+[A-Z]?\s*,[^,]{2,},\s*(?:[A-Za-z]{3}|\Z)", re.IGNORECASE)
_PHONE = re.compile(r"\A\W*\+?\d[\d\s-]{7,}\W*\Z")


def company(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The name of who issued the paper."""
    named = _after_label(rows, names)
    if named is not None:
        return named
    head = _head(rows)
    line = _name_line(head)
    if line is None or not _LEGAL_FORM_ALONE.fullmatch(_without_registration(line.text)):
        return Found(_without_registration(line.text), (line,)) if line else None
    above = head[head.index(line) - 1] if head.index(line) else None  # a long name went on in a second line
    if above is None or not _reads_like_a_name(above.text) or _looks_like_address(above.text):
        return None
    return Found(f"{above.text.strip()} {_without_registration(line.text)}", (above, line))


def address(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The address of who issued the paper, its lines joined by spaces (none between Chinese ones)."""
    head = _head(rows, 2 * _HEAD_LINES)
    name = _name_line(head[:_HEAD_LINES])
    begin = head.index(name) + 1 if name else 0
    block: list[Line] = []
    for number, line in enumerate(head[begin:], begin):
        if not block:
            if _looks_like_address(line.text) or (name is not None and _begins_with_house(line.text)):
                block += [*_street_above(head[begin:number], line), line]
            elif _ends_head(line.text):
                break
        elif block[-1].box.overlap(line.box) > 0.2:
            if not _continues(block, line):
                break
            block.append(line)
    return Found(_joined(_cut_label(block, names)), tuple(block)) if block else None


def _head(rows: Sequence[VisualRow], count: int = _HEAD_LINES) -> list[Line]:
    """The first `count` lines, down to the row that prints the first price."""
    above = itertools.takewhile(lambda row: not any(_has_price(line.text) for line in row), rows)
    return [line for row in above for line in row][:count]


def _has_price(text: str) -> bool:
    return any(values.has_cents(amount) for amount in values.amounts(text))


def _name_line(head: Sequence[Line]) -> Line | None:
    above = []
    for line in head:
        if _looks_like_address(line.text) and not _LEGAL_FORM.search(line.text):
            break
        above.append(line)
    likely = [line for line in above if _reads_like_a_name(line.text)]
    formal = (line for line in likely if _LEGAL_FORM.search(line.text))
    return next(formal, None) or next((line for line in likely if _begins_like_a_name(line.text)), None)


def _reads_like_a_name(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    digits = sum(character.isdigit() for character in _without_registration(text))
    if text.lstrip()[:1] in "(（" or _NOT_A_NAME.search(text) or values.dates(text):
        return False
    if any(labels.is_cjk(character) for character in letters):
        return len(letters) >= 3 and digits <= len(letters)
    return len(letters) >= 4 and digits * 2 <= len(letters)


def _begins_like_a_name(text: str) -> bool:
    """Notes by hand and shreds of logos rarely begin with a capital."""
    begins = next((character for character in text if character.isalnum()), "")
    return begins.isdigit() or not begins.islower()


def _looks_like_address(text: str) -> bool:
    if _ends_address(text) or _PHONE.match(text) or values.dates(text):
        return False
    if sum(c.isalpha() for c in text) < 2 or text.lstrip()[:1] in "(（" or _REGISTRATION.fullmatch(text):
        return False
    marks = len(_STREET.findall(text))
    return marks >= 1 and (any(c.isdigit() for c in text) or "," in text or marks >= 2)


def _street_above(above: Sequence[Line], line: Line) -> list[Line]:
    """The street right above the address's first line, where it has no number of its own."""
    if not above or not _STREET.search(above[-1].text) or above[-1].text.lstrip()[:1] in "(（":
        return []
    near = line.box.top - above[-1].box.bottom < line.box.height and above[-1].box.overlap(line.box) > 0.2
    return [above[-1]] if near and not _LEGAL_FORM.search(above[-1].text) and not _ends_address(above[-1].text) else []


def _begins_with_house(text: str) -> bool:
    begins = _HOUSE_FIRST.match(text) or _HOUSE_AND_PLACES.match(text)
    return bool(begins) and not values.dates(text) and not _ends_address(text)


def _ends_address(text: str) -> bool:
    """Whether a line is none of an address: it names something else, or carries a company's number."""
    return bool(_ADDRESS_END.search(text) or _COMPANY_NUMBER.search(text))


def _ends_head(text: str) -> bool:
    """Whether the paper's body begins here: a line of its head never holds these."""
    return bool(re.search(r"\binvoice\s*(no|#)|\bcashier|\bqty\b|\breceipt\s*(no|#)|收银|数量", text, re.IGNORECASE))


def _continues(block: Sequence[Line], line: Line) -> bool:
    last, text = block[-1], line.text
    if _ends_address(text) or _PHONE.match(text) or values.dates(text) or text.lstrip()[:1] in "(（*#":
        return False
    if line.box.top - last.box.bottom > 1.2 * last.box.height or len(block) >= 7:
        return False
    return sum(character.isalpha() for character in text) >= 3


def _joined(texts: Sequence[str]) -> str:
    joined = ""
    for text in texts:
        close = joined and labels.is_cjk(joined[-1]) and labels.is_cjk(text[:1] or " ")
        joined = f"{joined}{text}" if close or not joined else f"{joined} {text}"
    return joined.strip()


def _cut_label(block: Sequence[Line], names: Sequence[str]) -> list[str]:
    """The block's texts, without a label like "Address:" before the first."""
    texts = [line.text.strip() for line in block]
    hit = labels.find(texts[0], names) if texts else None
    if hit is not None and hit.start == 0 and labels.behind(texts[0], hit):
        texts[0] = labels.behind(texts[0], hit)
    return texts


def _without_registration(text: str) -> str:
    return _REGISTRATION.sub("", text).strip() or text.strip()


def _after_label(rows: Sequence[VisualRow], names: Sequence[str]) -> Found | None:
    """The name behind a label such as "Seller:"."""
    for row in rows:
        for line in row:
            hit = labels.find(line.text, names)
            if hit is None or hit.start != 0:
                continue
            rest = labels.behind(line.text, hit)
            if rest and line.text[hit.end :].lstrip()[:1] in (":", "：") and _reads_like_a_name(rest):
                return Found(_without_registration(rest), (line,))
    return None
