"""Several pages as one reading."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.document import PageFile
from ocrwatch.messages import message
from ocrwatch.reading.answers import Answer
from ocrwatch.reading.merging import Page, PageBlank, PageLost, PageRead, merged

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


def test_each_page_keeps_its_own_reading_and_the_first_says_what_became_of_the_others() -> None:
    """Nothing is merged; unread and blank pages are counted once."""
    pages: list[Page] = [
        PageBlank(1),
        PageRead(2, Answer(({"total": "1"},), (message("look"),)), "one"),
        PageLost(3, message("torn")),
        PageRead(4, Answer(({"total": "2"},)), "two"),
    ]
    reading = merged(pages, engine="m", rule="each")
    first, second = reading.apart
    assert (first.page, first.reading.entries, first.reading.text) == (2, ({"total": "1"},), "one")
    assert first.reading.pages == "2 of 4 (1 blank)"
    assert [str(remark) for remark in first.reading.remarks] == ["look", "page 3 was not read: torn"]
    assert (second.page, second.reading.entries, second.reading.text) == (4, ({"total": "2"},), "two")
    assert (second.reading.pages, second.reading.remarks) == ("1", ())
    assert reading.unread == (PageFile(page=3, reason=message("torn")),)
    assert reading.entries == ({"total": "1"}, {"total": "2"})


def test_a_sheet_with_a_blank_back_is_no_batch() -> None:
    """One row for the file, which is filed whole; the back is counted."""
    reading = merged([PageRead(1, Answer(({"total": "1"},))), PageBlank(2)], engine="m", rule="each")
    assert reading.apart == ()
    assert (reading.entries, reading.pages, reading.remarks) == (({"total": "1"},), "1 of 2 (1 blank)", ())


def test_blank_pages_alone_are_no_document() -> None:
    """However many there are, by either rule."""
    for rule in ("together", "each"):
        reading = merged([PageBlank(1), PageBlank(2)], engine="m", rule=rule)
        assert reading.is_blank
        assert reading.entries == ()


def test_many_pages_of_which_few_could_be_read_say_so() -> None:
    """39 pages in, 5 read: never told as a success."""
    pages = [
        PageRead(number, Answer(({"total": str(number)},))) if number <= 5 else PageLost(number, message("torn"))
        for number in range(1, 40)
    ]
    for rule in ("together", "each"):
        reading = merged(pages, engine="m", rule=rule)
        assert reading.pages == "5 of 39"
        remarks = reading.apart[0].reading.remarks if reading.apart else reading.remarks
        assert sum("was not read" in str(remark) for remark in remarks) == 34
