"""What holds for the finder on any paper at all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ocrwatch.config.profiles import built_in
from ocrwatch.reading import finder
from ocrwatch.reading.lines import Box, Line

PIECES = (
    "TOTAL", "Total:", "Grand Total", "Subtotal", "Total incl. GST", "CASH", "CHANGE", "12.50", "RM8.20", "-3.00", "¥1356.00",
    "1,234.56", "4,60", "Date: 12/03/2018", "2024-03-11", "18-03-201811:23", "2025年05月18日 09:36开", "G123", "北京南站", "上海虹桥站",
    "05车12A号", "二等座", "票价：¥553.50元", "4107281990****5515 林小川", "名称：云栖谷文具商行", "合计", "价税合计（大写）", "（小写）¥12.00",
    "纳税人识别号：91110105MA00000A09", "开票日期：", "LITTLE OWL SDN BHD (562007-D)", "NO 8, JALAN BUNGA RAYA 2,", "68000 AMPANG",
    "Bill to", "Invoice No.", "INV-001", "VAT No: GB 123 4567 82", "TEL: 03-41001234", "www.shop.com", "(", ":", "", " ", "…", "٣", "ﬁ",
)  # fmt: skip

texts = st.one_of(st.sampled_from(PIECES), st.text(max_size=30))


@st.composite
def papers(draw: st.DrawFn) -> list[Line]:
    lines = []
    for text in draw(st.lists(texts, max_size=25)):
        left, top = draw(st.integers(0, 80)) * 10, draw(st.integers(0, 40)) * 15
        width, height = draw(st.integers(1, 400)), draw(st.integers(1, 60))
        lines.append(Line(text, Box(left, top, left + width, top + height), draw(st.floats(0, 1))))
    return lines


@settings(max_examples=150, deadline=None)
@given(papers(), st.sampled_from(sorted(built_in())))
def test_every_value_is_text_of_the_paper(paper: list[Line], profile: str) -> None:
    """A value is made of print that is on the paper, in the lines it names, and of nothing else."""
    for value in finder.find(paper, built_in()[profile]).values():
        assert value.text.strip() == value.text
        assert value.text
        assert value.lines
        assert set(value.lines) <= set(paper)
        assert squeezed(value.text) in squeezed("".join(line.text for line in value.lines))


@settings(max_examples=50, deadline=None)
@given(papers(), st.sampled_from(sorted(built_in())), st.randoms())
def test_the_order_in_which_lines_were_read_does_not_matter(paper: list[Line], profile: str, chance) -> None:
    """Where print stands decides, not when the engine came to it."""
    apart = [
        Line(line.text, Box(line.box.left, 40 * number, line.box.right, 40 * number + 20), line.score)
        for number, line in enumerate(paper)
    ]
    mixed = list(apart)
    chance.shuffle(mixed)
    assert finder.find(mixed, built_in()[profile]) == finder.find(apart, built_in()[profile])


def squeezed(text: str) -> str:
    return "".join(text.split())
