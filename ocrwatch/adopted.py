"""A workbook that is there already, or a template, tells what the configuration leaves open: the sheet that is a
form's, and, where neither a document type nor fields are named, the fields: its headings.

    sheet not named        the usual one where there is one of that name; else the first that names most of the fields
    fields not named       the headings of that sheet, or of the first that has some; those of our own receipts' ledger
                           are the type receipt, as without a workbook

Knows the configuration, as `app` and `cli` do.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from ocrwatch.books import choice_of, is_csv, profile_of
from ocrwatch.config.profiles import FieldData
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.config.together import ensure_name
from ocrwatch.errors import ConfigurationError, LineError
from ocrwatch.ledger.first_look import FirstRows, fields_in, names_columns, sheets_in
from ocrwatch.ledger.layout import columns
from ocrwatch.ledger.volumes import is_series
from ocrwatch.messages import message
from ocrwatch.on_disk import is_there
from ocrwatch.ports import Field

_MOST = 0.75
"""The share of the fields that a form's sheet has headings for."""

_OURS = 0.5
"""The share of a receipt's fields by which a ledger of ours is known that has lost some columns."""


def with_what_is_there(settings: Settings, *, strict: bool = False) -> Settings:
    """The settings with sheets and fields told by workbooks that are there. What is told once stays as it is.

    A workbook that cannot be looked into now tells nothing; with `strict` that is a ConfigurationError where fields
    depend on it.
    """
    found = []
    for inbox in settings.inbox:
        others = (other for other in settings.inbox if other is not inbox and other.ledger == inbox.ledger)
        try:
            found.append(_told(inbox, {other.sheet_name().casefold() for other in others}))
        except LineError as error:
            if strict and inbox.asks_headings():
                text = "The fields are to be the headings of {ledger}, which cannot be looked into: {reason}"
                said = message(text, ledger=str(_workbook(inbox)), reason=error.message)
                raise ConfigurationError(said) from error
            found.append(inbox)
        else:
            ensure_name(found[-1])
    return settings.model_copy(update={"inbox": tuple(found)})


def _workbook(inbox: Inbox) -> Path | None:
    """What there is to look into."""
    is_seen = not is_series(inbox.ledger) and is_there(inbox.ledger)
    return inbox.ledger if is_seen else inbox.template


def _told(inbox: Inbox, taken: Collection[str]) -> Inbox:
    """`inbox`, and the sheets in the same workbook that other inboxes have `taken`."""
    workbook = _workbook(inbox)
    if workbook is None or is_csv(inbox) or not inbox.leaves_open():
        return inbox
    usual = inbox.sheet_name().casefold()
    others = []
    for name, look in sheets_in(workbook):
        if name.casefold() == usual:
            return _of_sheet(inbox, look()) or inbox
        if not inbox.sheet and name.casefold() not in taken:
            others.append(look())
    return next(filter(None, (_of_sheet(inbox, sheet) for sheet in others)), inbox)


def _of_sheet(inbox: Inbox, sheet: FirstRows) -> Inbox | None:
    """`inbox` with that sheet; None where the sheet is none of its own."""
    fields = profile_of(inbox).fields
    known = names_columns(sheet, columns(fields, folder_column=inbox.recursive, choice=choice_of(inbox)))
    usual = inbox.sheet_name()  # rows are known by it: its capitals do not change
    name = usual if sheet.name.casefold() == usual.casefold() else sheet.name
    if known >= (_OURS if inbox.asks_headings() else _MOST) * len(fields):
        return inbox.model_copy(update={"sheet": name})
    told = fields_in(sheet) if inbox.asks_headings() else ()
    return inbox.model_copy(update={"sheet": name, "fields": tuple(map(_data, told))}) if told else None


def _data(field: Field) -> FieldData:
    return FieldData(name=field.name, type=field.type, required=field.required)
