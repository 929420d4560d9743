"""Fills a profile's fields from the lines of print on a paper.

Each field is found by what it means (`finder_kinds`): amounts and dates by label and shape, the issuer by its place
at the head, a ticket's seat by its shape, anything else by the label that the profile or its name gives.

Rules
  1. A value is text of the paper, as printed; what was pieced together differs from it by spaces alone.
  2. Absent rather than wrong: where two readings are possible, there is none.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocrwatch.ports import Field, Profile, cell_fields
from ocrwatch.reading import finder_amounts as amounts
from ocrwatch.reading import finder_heading as heading
from ocrwatch.reading import finder_parties as parties
from ocrwatch.reading import finder_texts as texts
from ocrwatch.reading import finder_train as train
from ocrwatch.reading.finder_amounts import Found
from ocrwatch.reading.finder_kinds import Kind
from ocrwatch.reading.finder_vocabulary import kind_of, labels_of
from ocrwatch.reading.lines import Line, VisualRow, rows

_BY_LABEL: dict[Kind, Callable[[Sequence[VisualRow], Sequence[str]], Found | None]] = {
    Kind.COMPANY: parties.seller,
    Kind.ADDRESS: heading.address,
    Kind.NET: amounts.net,
    Kind.TAX: amounts.tax,
    Kind.NUMBER: texts.number,
    Kind.BUYER: parties.buyer,
    Kind.SELLER_TAX_ID: parties.seller_tax_id,
    Kind.BUYER_TAX_ID: parties.buyer_tax_id,
}
_BY_SHAPE: dict[Kind, Callable[[Sequence[VisualRow]], Found | None]] = {
    Kind.TRAIN: train.train,
    Kind.ORIGIN: train.origin,
    Kind.DESTINATION: train.destination,
    Kind.DEPARTURE: train.departure,
    Kind.SEAT: train.seat,
    Kind.SEAT_CLASS: train.seat_class,
    Kind.PERSON_ID: train.person_id,
    Kind.PASSENGER: train.passenger,
}


def find(lines: Sequence[Line], profile: Profile) -> dict[str, Found]:
    """The fields of `profile` that `lines` hold, by field name; a field that is not there is not in it."""
    paper = rows(lines)
    fields = cell_fields(profile.fields)
    others = tuple(label for field in fields for label in labels_of(field))
    found = {field.name: _value(paper, field, others) for field in fields}
    return {name: value for name, value in found.items() if value is not None and value.text}


def _value(paper: Sequence[VisualRow], field: Field, others: Sequence[str]) -> Found | None:
    kind, names = kind_of(field), labels_of(field)
    if kind in _BY_LABEL:
        return _BY_LABEL[kind](paper, names)
    if kind in _BY_SHAPE:
        return _BY_SHAPE[kind](paper) or texts.labelled(paper, field.type, names, others)
    match kind:
        case Kind.TOTAL:
            return amounts.total(paper, names)
        case Kind.FARE:
            return amounts.labelled(paper, names) or amounts.only_marked(paper)
        case Kind.CURRENCY:
            return texts.currency(paper, names)
        case Kind.DATE:
            return texts.date(paper, names, with_time=field.type == "datetime")
        case _:
            if field.type == "amount":
                return amounts.labelled(paper, names)
            return texts.labelled(paper, field.type, names, others)
