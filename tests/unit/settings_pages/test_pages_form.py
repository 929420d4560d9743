"""From what a browser sends to a draft."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.settings_pages.draft import Column, Draft, Watched
from ocrwatch.settings_pages.form import draft_of, fresh_watched

BEFORE = Draft(
    engine="local",
    base_url="https://one.example/v1",
    model="m",
    watched=(
        Watched(was=0, folder="/a", kind="receipt", ledger="/l.xlsx", headings=(("total", "Sum"),)),
        Watched(was=1, folder="/b", kind="own", columns=(Column(was=0, name="number"),), ledger="/l.xlsx", sheet="B"),
    ),
)


def test_what_a_page_does_not_show_stays() -> None:
    """A form of one step changes that step alone."""
    assert draft_of({}, BEFORE) == BEFORE
    assert draft_of({"engine": "endpoint"}, BEFORE) == replace(BEFORE, engine="endpoint")
    assert draft_of({"engine": "rubbish", "language": "xx"}, BEFORE) == BEFORE


def test_paths_are_taken_out_of_quotes_and_workbooks_get_their_suffix() -> None:
    """As file managers copy them, and as people write them."""
    watched = draft_of({"w0.folder": ' "C:\\My Scans" ', "w0.ledger": "‘/home/anna/Ledger’"}, BEFORE).watched[0]
    assert (watched.folder, watched.ledger) == ("C:\\My Scans", "/home/anna/Ledger.xlsx")
    assert draft_of({"w0.folder": "/a", "w0.ledger": ""}, BEFORE).watched[0].ledger == ""


def test_columns_of_the_persons_own() -> None:
    """Rows without a name are left out; each knows its place in the file, and its heading."""
    form = {
        "w1.folder": "/b",
        "w1.c0.name": "number",
        "w1.c0.was": "0",
        "w1.c0.type": "id",
        "w1.c0.heading": "No.",
        "w1.c1.name": "  ",
        "w1.c1.type": "text",
        "w1.c2.name": " valid\tuntil ",
        "w1.c2.type": "date",
    }
    watched = draft_of(form, BEFORE).watched[1]
    assert watched.columns == (Column(was=0, name="number", type="id"), Column(name="valid until", type="date"))
    assert watched.headings == (("number", "No."),)


def test_headings_are_those_of_the_kind_that_was_chosen() -> None:
    """The page holds those of every kind; empty ones are none."""
    form = {"w0.folder": "/a", "w0.kind": "invoice", "w0.h.receipt.total": "Sum", "w0.h.invoice.total": "Gross"}
    assert draft_of(form, BEFORE).watched[0].headings == (("total", "Gross"),)
    assert draft_of({**form, "w0.h.invoice.total": ""}, BEFORE).watched[0].headings == ()
    assert draft_of({"w0.folder": "/a"}, BEFORE).watched[0].headings == (("total", "Sum"),)


def test_another_folder_is_like_the_last_and_is_none_of_them() -> None:
    """Its proposal can be saved at once."""
    draft = replace(BEFORE, watched=(*BEFORE.watched, Watched(folder="/b 2", kind="own", ledger="/l.xlsx")))
    fresh = fresh_watched(draft)
    assert (fresh.folder, fresh.kind, fresh.was) == ("/b 3", "receipt", None)


@given(
    st.dictionaries(
        st.sampled_from(["w0.folder", "w0.kind", "w0.ledger", "w1.folder", "w1.c0.name", "w1.c0.was", "w1.c0.type"])
        | st.text(),
        st.text(),
    )
)
def test_nothing_that_is_sent_can_break_it(form: dict[str, str]) -> None:
    """Whatever comes, there are as many folders as before, and each is where it was."""
    after = draft_of(form, BEFORE)
    assert [each.was for each in after.watched] == [0, 1]
