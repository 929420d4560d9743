"""`ocrwatch ledger check` and `ocrwatch ledger rebuild`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ocrwatch.cli import terminal
from ocrwatch.cli.ledgers import LedgerOption, chosen, enumerated, shelf_of
from ocrwatch.cli.opening import ConfigOption, loaded, opened
from ocrwatch.cli.showing import display
from ocrwatch.cli.terminal import complain, help_text, say
from ocrwatch.errors import LedgerBusy, LedgerFull, UsageError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.settings import Inbox
    from ocrwatch.journal import Journal
    from ocrwatch.ports import Ledger
    from ocrwatch.service.comparison import Comparison
    from ocrwatch.service.mending import Moved

_DIFFERS = 1
_SHOWN = 50
"""Differences of one kind that are told one by one."""


def check(ledger: LedgerOption = "", config: ConfigOption = None) -> int:
    """Exit status 1 where something is to be looked at. What people corrected or deleted themselves is in order."""
    settings = loaded(config).settings
    inboxes, shelf = chosen(settings, ledger), shelf_of(settings)
    in_order = True
    with opened(settings) as (journal, _):
        for book, inbox in inboxes.items():
            in_order &= _check_one(journal, book, inbox, shelf.ledger(inbox))
    return 0 if in_order else _DIFFERS


def rebuild(
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FILE", help=help_text(message("Make a new spreadsheet there, of all rows ever written."))
        ),
    ] = None,
    deleted: Annotated[
        bool, typer.Option("--deleted", help=help_text(message("Rows that were deleted by hand, too.")))
    ] = False,
    ledger: LedgerOption = "",
    config: ConfigOption = None,
) -> int:
    """Rows that a person deleted stay deleted unless they say otherwise."""
    settings = loaded(config).settings
    inboxes, shelf = chosen(settings, ledger), shelf_of(settings)
    target = None if to is None else _new_workbook(to, inboxes)
    added = left_out = 0
    full: LedgerFull | None = None
    with opened(settings) as (journal, _):
        for book, inbox in inboxes.items():
            present = shelf.ledger(inbox)
            rows, kept_out = _wanted(journal, book, inbox, present, deleted=deleted, anew=target is not None)
            count, was_full = _add(
                journal, book, present if target is None else shelf.ledger(inbox, target), rows, target
            )
            added, left_out, full = added + count, left_out + kept_out, was_full or full
    if added:
        said = message("Rows added: {count}, in {ledger}.", count=added, ledger=_named(target, inboxes))
        say(said, mark=terminal.GOOD)
    elif full is None:
        say(message("No row is missing."))
    if left_out:
        text = "Rows that were deleted by hand stay so: {count}. To add them too: ocrwatch ledger rebuild --deleted"
        say(message(text, count=left_out))
    if full is not None:
        text = (
            "There are rows that did not fit: {file} has no empty row left above row {row}. Insert some there, save "
            "it, and run this again: ocrwatch ledger rebuild"
        )
        places = dict(full.message.places)
        complain(message(text, file=places["file"], row=places["row"]), mark=terminal.WARNING)
    return 0 if full is None else _DIFFERS


# ---------------------------------------------------------------- check


def _check_one(journal: Journal, book: str, inbox: Inbox, ledger: Ledger) -> bool:
    from ocrwatch.books import profile_of
    from ocrwatch.config.together import destinations
    from ocrwatch.service.mending import looked_at, moved_scans

    found = looked_at(journal, book, ledger, profile_of(inbox).fields)
    text = "{ledger}, sheet {sheet}: rows that stand there as they were written or corrected: {count}."
    said = message(text, ledger=str(inbox.ledger), sheet=inbox.sheet_name(), count=found.rows)
    say(said, mark=terminal.GOOD if found.is_in_order else terminal.WARNING)
    for each in (*_about_missing(journal, book, found), *_about_others(journal, book, found)):
        say(each)
    moved = moved_scans(journal, book, [*destinations(inbox), inbox.folder])
    return _mended(journal, ledger, moved) and found.is_in_order


def _about_missing(journal: Journal, book: str, found: Comparison) -> Iterator[Message]:
    from ocrwatch.journal.written import Cause

    for cause in Cause:
        rows = [row for row, why in found.missing.items() if why is cause]
        if not rows:
            continue
        names = enumerated(_names(journal, book, rows))
        match cause:
            case Cause.DELETED:
                text = (
                    "Rows that were deleted by hand: {count} ({names}). They stay deleted; to add them again: ocrwatch "
                    "ledger rebuild --deleted"
                )
            case Cause.LOST:
                text = (
                    "Rows that were lost, with the spreadsheet or because an older one took its place: {count} "
                    "({names}). To add them again: ocrwatch ledger rebuild"
                )
            case Cause.UNCLEAR:
                text = (
                    "The rows that were written last are missing: {count} ({names}). Did you delete them? Then all is "
                    "well. If not, an older copy was saved over the spreadsheet; to add them again: ocrwatch ledger "
                    "rebuild"
                )
            case Cause.NAMELESS:
                text = (
                    "Rows that lost their Document ID when that column was deleted: {count} ({names}). They are left "
                    "alone and not added again. To have the column back as it was: ocrwatch ledger restore"
                )
        yield message(text, count=len(rows), names=names)


def _about_others(journal: Journal, book: str, found: Comparison) -> Iterator[Message]:
    for number, noted in found.corrected[:_SHOWN]:
        yield message(
            "Row {row}, {field}: {written} was corrected to {found}. It stays so.",
            row=number,
            field=noted.heading,
            written=display(noted.written) or "—",
            found=display(noted.found) or "—",
        )
    if len(found.corrected) > _SHOWN:
        yield message("And more cells that were corrected by hand: {count}.", count=len(found.corrected) - _SHOWN)
    for row, numbers in found.doubled.items():
        (name,) = _names(journal, book, [row]) or [row]
        text = "The row of {name} stands more than once, in rows {rows}. Delete all but one."
        yield message(text, name=name, rows=", ".join(map(str, numbers)))
    if found.unknown:
        numbers_shown = enumerated([str(number) for number in found.unknown])
        text = "Rows with a Document ID that this computer did not write: {count} (rows {rows}). They are left alone."
        yield message(text, count=len(found.unknown), rows=numbers_shown)
    for column in found.columns_gone:
        yield message("The column {column} is gone. The next row brings it back, at the right.", column=column)


def _mended(journal: Journal, ledger: Ledger, moved: list[Moved]) -> bool:
    """Let the links of moved scans' rows follow, and tell it; whether all is well then."""
    from ocrwatch.service.mending import mend_links

    reason = None
    try:
        mend_links(journal, ledger, moved)
    except LedgerBusy as error:
        reason = error.message
    for each in moved:
        name = each.scan.path.name
        if each.found is None:
            complain(message("The scan {path} is not there any more.", path=str(each.scan.path)), mark=terminal.WARNING)
        elif reason is not None:
            text = "{name} lies in {path} now. Its row's link cannot be mended at this moment: {reason}"
            complain(message(text, name=name, path=str(each.found), reason=reason), mark=terminal.WARNING)
        else:
            say(message("{name} lies in {path} now. Its row's link leads there.", name=name, path=str(each.found)))
    return reason is None and all(each.found is not None for each in moved)


def _names(journal: Journal, book: str, rows: list[str]) -> list[str]:
    """What a person knows rows by: the names of their scans."""
    written = journal.written.rows(book, rows)
    return [row.file.name if row.file is not None else row.id for row in written.values()]


# ---------------------------------------------------------------- rebuild


def _new_workbook(to: Path, inboxes: dict[str, Inbox]) -> Path:
    path = to.expanduser().absolute()
    if path.exists():
        raise UsageError(message("{path} is there already: name a file that is not.", path=str(path)))
    suffixes = {inbox.ledger.suffix.lower() for inbox in inboxes.values()}
    if len({inbox.ledger for inbox in inboxes.values()}) > 1:
        names = ", ".join(dict.fromkeys(inbox.ledger.name for inbox in inboxes.values()))
        raise UsageError(message("There are several spreadsheets: {names}. Say which: --ledger NAME", names=names))
    if path.suffix.lower() not in suffixes:
        raise UsageError(message("The name of {path} must end in {suffix}.", path=path.name, suffix=min(suffixes)))
    return path


def _wanted(
    journal: Journal, book: str, inbox: Inbox, present: Ledger, *, deleted: bool, anew: bool
) -> tuple[list[str], int]:
    """The rows to be added, and how many are not because they were deleted by hand."""
    from ocrwatch.books import profile_of
    from ocrwatch.journal.written import Cause
    from ocrwatch.service.mending import looked_at

    try:
        missing = dict(looked_at(journal, book, present, profile_of(inbox).fields).missing)
    except LedgerBusy:
        if not anew:
            raise
        missing = journal.written.absences(book)  # it cannot be read: what was noticed before counts
    kept_out = set() if deleted else {row for row, cause in missing.items() if cause is Cause.DELETED}
    nameless = {row for row, cause in missing.items() if cause is Cause.NAMELESS and not anew}
    unwanted = kept_out | nameless
    every = journal.written.times(book) if anew else missing
    return [row for row in every if row not in unwanted], len(kept_out)


def _add(
    journal: Journal, book: str, ledger: Ledger, rows: list[str], target: Path | None
) -> tuple[int, LedgerFull | None]:
    """How many were added, and why not all: a form may have less room."""
    from ocrwatch.service.mending import put_back

    count = 0
    try:
        for written in put_back(journal, book, ledger, rows, is_another=target is not None):
            count += written
    except LedgerFull as error:
        return count, error
    return count, None


def _named(target: Path | None, inboxes: dict[str, Inbox]) -> str:
    if target is not None:
        return str(target)
    return ", ".join(dict.fromkeys(str(inbox.ledger) for inbox in inboxes.values()))
