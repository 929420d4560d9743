"""Several pages as one reading."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.messages import message
from ocrwatch.reading.answers import Answer
from ocrwatch.reading.merging import PageLost, PageRead, merged

FIELDS = ("company", "date", "total")
ENTRY = st.dictionaries(st.sampled_from(FIELDS), st.none() | st.sampled_from(["1", "2", "A", "a "]), min_size=1)
PAGES = st.lists(ENTRY | st.just("lost"), min_size=1, max_size=6).filter(lambda pages: any(p != "lost" for p in pages))


def pages_of(written: list[dict[str, str | None] | str]) -> list[PageRead | PageLost]:
    """Pages from 1 on; "lost" ones could not be read."""
    return [
        PageRead(number, Answer((page,))) if isinstance(page, dict) else PageLost(number, message("blurred"))
        for number, page in enumerate(written, 1)
    ]


@given(PAGES)
def test_the_first_page_gives_a_field_and_no_other_value_is_lost_silently(
    written: list[dict[str, str | None] | str],
) -> None:
    """Each value is the first page's that has one; each other value, and each lost page, is in a remark."""
    reading = merged(pages_of(written), engine="m")
    (entry,) = reading.entries
    said = "\n".join(map(str, reading.remarks))
    for name in FIELDS:
        texts = [page[name] for page in written if isinstance(page, dict) and page.get(name) is not None]
        assert entry.get(name) == (texts[0] if texts else None)
        for text in texts:
            same = str(text).casefold().strip() == str(entry[name]).casefold().strip()
            assert same or f"and {text} on page" in said
    lost = [number for number, page in enumerate(written, 1) if page == "lost"]
    assert reading.pages == (f"{len(written) - len(lost)} of {len(written)}" if lost else str(len(written)))
    assert all(f"page {number} was not read: blurred" in said for number in lost)


def test_a_page_with_several_papers_keeps_all_pages_apart() -> None:
    """Then no values are mixed; what holds nothing makes no row."""
    pages = [
        PageRead(1, Answer(({"total": "1"}, {"total": "2"}))),
        PageRead(2, Answer(({"total": None},))),
        PageRead(3, Answer(({"total": "3"},), (message("look"),))),
    ]
    reading = merged(pages, engine="m")
    assert reading.entries == ({"total": "1"}, {"total": "2"}, {"total": "3"})
    assert [str(remark) for remark in reading.remarks] == ["look"]
