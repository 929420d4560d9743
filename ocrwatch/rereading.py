"""What of another reading goes into the ledger: everything but what a person changed there.

    written at first    the sheet shows    read now       becomes
    A                   A                  B              B
    A                   C                  B              C    corrected by a person (and A is still what we wrote)
    nothing             nothing            B              B    a field that is new
    A                   A                  not a field    A    a field that is none any more: left alone

A plan is saved before it is carried out. After a crash the sheet may show its outcome already; that is no correction.

Items are taken together: where a person changed, added, moved or deleted any of a document's, all stay as they are.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ocrwatch.document import Cell, Document, Items, Read, Row, Value, advance
from ocrwatch.ledger.comparing import Kinds, kinds_of, shows
from ocrwatch.ledger.layout import Part, heading_key
from ocrwatch.messages import Message, message
from ocrwatch.ports import Change, Field, Line, Render, items_fields

ItemLines = Mapping[str, Mapping[str, Sequence[Line]]]
"""What stands in the sheets of tables: by the table's name and the row's id, in the sheet's order."""


_NO_ITEMS: ItemLines = {}


def planned(
    document: Document,
    lines: Mapping[str, Line],
    fields: Sequence[Field],
    render: Render,
    item_lines: ItemLines = _NO_ITEMS,
) -> Document:
    """`document`, read again, with the rows that the ledger is to hold; `lines` are its rows there, by id.

    A plan that was saved before is looked at once more: a person may have changed something since.
    """
    stage = document.stage
    assert isinstance(stage, Read)
    kinds = kinds_of(fields)
    wanted = stage.rows if stage.recording else _paired(document, stage)
    earlier = {row.id: row for row in stage.earlier}
    rows = tuple(
        _merged(
            earlier[row.id],
            _with_items(earlier[row.id], row, fields, item_lines, begun=stage.recording),
            lines.get(row.id),
            kinds,
            render,
            begun=stage.recording,
        )
        if row.id in earlier
        else row
        for row in wanted
    )
    return advance(document, Read(rows=rows, recording=True, earlier=stage.earlier))


def amendments(stage: Read) -> list[Change]:
    """The rows that are to be changed, and in what."""
    found = []
    for before in stage.earlier:
        row = next((row for row in stage.rows if row.id == before.id), before)
        values = _values(before)
        cells = tuple(cell for cell in row.cells if cell.value != values.get(cell.name))
        items = _changed_items(before, row)
        if cells or items or (row.check, row.pages, row.engine) != (before.check, before.pages, before.engine):
            found.append(Change(id=row.id, cells=cells, reading=row, items=items))
    return found


def further_rows(stage: Read) -> list[Row]:
    """The rows that the earlier reading did not have."""
    ids = {row.id for row in stage.earlier}
    return [row for row in stage.rows if row.id not in ids]


def _changed_items(before: Row, row: Row) -> tuple[Items, ...]:
    """The tables of `row` that are others than before; one that it has no more has no lines."""
    known = {items.name: items for items in before.items}
    names = {items.name for items in row.items}
    changed = [items for items in row.items if items != known.get(items.name, Items(name=items.name, lines=()))]
    return (*changed, *(Items(name=name, lines=()) for name in known if name not in names))


def _with_items(before: Row, wanted: Row, fields: Sequence[Field], item_lines: ItemLines, *, begun: bool) -> Row:
    """`wanted` with those of its tables as before that a person changed, or that are no fields any more."""
    known = {items.name: items for items in before.items}
    new = {items.name: items for items in wanted.items}
    check = wanted.check
    tables = {field.name: field for field in items_fields(fields)}
    for name in dict.fromkeys((*known, *new)):
        if name in tables:
            shown = item_lines.get(name, {}).get(wanted.id, ())
            written = [known.get(name), *([new.get(name)] if begun else [])]
            if any(_shows_items(shown, each, tables[name]) for each in written):
                continue
            text = "{items} were changed in the spreadsheet and stay as they are"
            check = (*check, message(text, items=name)) if known.get(name) != new.get(name) else check
        new[name] = known.get(name, Items(name=name, lines=()))
    return replace(
        wanted, items=tuple(items for items in new.values() if items.lines), check=tuple(dict.fromkeys(check))
    )


def _shows_items(shown: Sequence[Line], items: Items | None, field: Field) -> bool:
    """Whether the sheet's lines are these items, in their order; lines that were emptied aside."""
    kinds = {heading_key(each.name): each.type for each in field.fields}
    lines = items.lines if items is not None else ()
    present = [line for line in shown if any(line.shown.get(key) is not None for key in kinds)]
    return len(present) == len(lines) and all(
        shows(line.shown[key], cell.value, kinds.get(key, "text"))
        for line, cells in zip(present, lines, strict=True)
        for cell in cells
        if (key := heading_key(cell.name)) in line.shown
    )


def _paired(document: Document, stage: Read) -> tuple[Row, ...]:
    """The new rows in the place of the earlier ones, in their order; those that are more get ids of their own."""
    if any(row.page for row in stage.rows) and any(row.page for row in stage.earlier):
        return _paired_by_page(document, stage)
    rows = list(stage.earlier)
    for number, row in enumerate(stage.rows):
        if number < len(stage.earlier):
            before = stage.earlier[number]
            rows[number] = _in_place_of(before, row)
        else:
            rows.append(replace(row, id=f"{document.id}-{number + 1}", file=document.path, volume=rows[0].volume))
    if len(stage.rows) < len(stage.earlier):
        rows[0] = replace(rows[0], check=(*rows[0].check, _fewer(stage)))
    return tuple(rows)


def _paired_by_page(document: Document, stage: Read) -> tuple[Row, ...]:
    """As `_paired`, page by page: a page that was not read the last time, or is not this time, moves no other's values.

    A new page's row leads to the batch.
    """
    further: dict[int, list[Row]] = defaultdict(list)
    for row in stage.rows:
        further[row.page].append(row)
    rows: list[Row] = []
    for before in stage.earlier:
        if not further[before.page]:
            rows.append(before)
            continue
        row = further[before.page].pop(0)
        rows.append(_in_place_of(before, row))
    rows += [replace(row, file=document.path) for page in further.values() for row in page]
    if len(stage.rows) < len(stage.earlier):
        rows[0] = replace(rows[0], check=(*rows[0].check, _fewer(stage)))
    return tuple(rows)


def _in_place_of(before: Row, row: Row) -> Row:
    return replace(
        row, id=before.id, received=before.received, folder=before.folder, file=before.file, volume=before.volume
    )


def _fewer(stage: Read) -> Message:
    text = "read again, it gives fewer rows ({count}) than before ({earlier})"
    return message(text, count=len(stage.rows), earlier=len(stage.earlier))


def _merged(before: Row, wanted: Row, line: Line | None, kinds: Kinds, render: Render, *, begun: bool) -> Row:
    """`wanted` with what a person changed in `before` as it was written; all of `before` where they deleted it."""
    if line is None:
        return before
    values = _values(before)
    cells = [
        cell if _is_ours(cell, values.get(cell.name), line, kinds, begun=begun) else Cell(cell.name, values[cell.name])
        for cell in wanted.cells
        if cell.name in values or _is_ours(cell, None, line, kinds, begun=begun)
    ]
    named = {cell.name for cell in cells}
    cells += [cell for cell in before.cells if cell.name not in named]
    return replace(wanted, cells=tuple(cells), check=_check(before, wanted, line, render))


def _is_ours(cell: Cell, before: Value, line: Line, kinds: Kinds, *, begun: bool) -> bool:
    """Whether nobody changed what stands under the cell's heading."""
    key = heading_key(cell.name)
    if key not in line.shown:
        return True
    shown, kind = line.shown[key], kinds.get(key, "text")
    return shows(shown, before, kind) or (begun and shows(shown, cell.value, kind))


def _check(before: Row, wanted: Row, line: Line, render: Render) -> tuple[Message, ...]:
    """The remarks of the new reading; a person's own note comes along, and what they took out as seen stays out."""
    key = heading_key(Part.CHECK.value)
    if key not in line.shown:
        return wanted.check
    shown = str(line.shown[key] or "").strip()
    if not shown:
        return () if wanted.check == before.check else wanted.check
    if shown in (_said(before, render), _said(wanted, render)):
        return wanted.check
    return (message("Noted before: {note}", note=shown), *wanted.check)


def _said(row: Row, render: Render) -> str:
    return "; ".join(map(render, row.check))


def _values(row: Row) -> dict[str, Value]:
    return {cell.name: cell.value for cell in row.cells}
