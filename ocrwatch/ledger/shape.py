"""How a ledger's sheet stands, as a person is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocrwatch.ledger.layout import Column
from ocrwatch.ledger.references import column_letters
from ocrwatch.ledger.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The letters of our columns with them, from left to right, and how many empty rows a form has left (None: it is
    no form)."""

    columns: tuple[tuple[str, Column], ...] = ()
    rows_left: int | None = None


def shape_of(standing: Standing | None, columns: Sequence[Column]) -> Shape:
    """The shape of the sheet that stands so."""
    if standing is None or standing.survey.header is None:
        return Shape()
    survey, places = standing.survey, standing.survey.header.places
    ours = sorted(
        ((places[column.key], column) for column in columns if column.key in places), key=lambda each: each[0]
    )
    return Shape(
        columns=tuple((column_letters(place), column) for place, column in ours),
        rows_left=survey.prepared_ends - survey.last_row if survey.has_footer else None,
    )
