"""A workbook is looked through: where the ledger's sheet is and how it stands, and what of the rest depends on it.

After someone else saved the file, this is done once: all that later appends need to know is in the `Standing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain

from ocrwatch.ledger.archive import Archive, mark_of
from ocrwatch.ledger.body_packing import BodyPacker
from ocrwatch.ledger.dressing import Surroundings
from ocrwatch.ledger.grammar import Grammar, SheetRow
from ocrwatch.ledger.growing import ends_of_chart, ends_of_close, ends_of_names
from ocrwatch.ledger.header import Header
from ocrwatch.ledger.layout import Column
from ocrwatch.ledger.package import Package, SheetPart
from ocrwatch.ledger.references import MAX_COLUMNS, Area, named_areas
from ocrwatch.ledger.refusals import BadPackage
from ocrwatch.ledger.shared_strings import texts
from ocrwatch.ledger.sheet_stream import SheetStream
from ocrwatch.ledger.stale import Reached, affected_sheets, formulas_in, reached_by
from ocrwatch.ledger.standing import Ends, Mark, Standing
from ocrwatch.ledger.styles import MINIMAL, Styles
from ocrwatch.ledger.survey import WINDOW_ROWS
from ocrwatch.ledger.survey_rows import Texts
from ocrwatch.ledger.surveying import surveyed
from ocrwatch.ledger.tables import TablePart, tables_of

_MOST_DRAWN = 50
"""Columns without content that may belong to a form."""


def standing_of(
    package: Package,
    sheet: SheetPart,
    columns: Sequence[Column],
    *,
    window_rows: int = WINDOW_ROWS,
    packer: BodyPacker | None = None,
) -> Standing:
    """How `sheet` stands; `packer` packs its body meanwhile. Raises `BadPackage`."""
    tables = tuple(tables_of(package, sheet))
    keys = {column.key for column in columns}

    def scope(header: Header) -> Area | None:
        table = table_at(header, tables, keys)
        return table.ref.grown(table.data_bottom) if table else None

    strings = package.part_of("sharedStrings")
    survey = surveyed(
        sheet_pieces(package, sheet.part),
        columns,
        shared_texts(package),
        scope,
        is_drawn=_Lines(package).are_drawn,
        window_rows=window_rows,
        packer=packer,
    )
    styles = package.part_of("styles")
    return Standing(
        directory_crc=package.archive.directory_crc,
        sheet_mark=_mark(package, sheet.part),
        styles_mark=_mark(package, styles or ""),
        name=sheet.name,
        part=sheet.part,
        workbook_part=package.workbook_part,
        styles_part=styles or "",
        strings_part=strings,
        is_1904=package.is_1904,
        survey=survey,
        tables=tables,
        table=table_at(survey.header, tables, keys) if survey.header else None,
    )


class _Lines:
    """The border lines of formats; the part is read when they are asked for."""

    def __init__(self, package: Package) -> None:
        self._package = package

    def are_drawn(self, number: int) -> bool:
        return self._styles is not None and self._styles.has_lines(number)

    @cached_property
    def _styles(self) -> Styles | None:
        part = self._package.part_of("styles")
        return Styles(self._package.read(part)) if part is not None else None


def _mark(package: Package, part: str) -> Mark:
    return mark_of(package.archive.member(part)) if part in package.archive else (0, 0, 0)


def table_at(header: Header, tables: Iterable[TablePart], keys: set[str]) -> TablePart | None:
    """The table whose header the header is."""
    ours = {place for key, place in header.places.items() if key in keys}
    for table in tables:
        if table.has_header and table.ref.top == header.row and ours & set(table.ref.columns):
            return table
    return None


def sheet_pieces(package: Package, part: str) -> Iterator[bytes]:
    """The XML of a sheet, new ones too."""
    if part in package.changed:
        return iter((package.changed[part],))
    return package.archive.inflated(package.archive.member(part))


def with_styles(package: Package, standing: Standing) -> Standing:
    """A workbook may have no formats at all; ours need the part."""
    if standing.styles_part:
        return standing
    part = package.free_part("xl/styles{}.xml") if package.has("xl/styles.xml") else "xl/styles.xml"
    package.add(part, "styles", MINIMAL.format(space=package.space).encode())
    package.relate(package.workbook_part, "styles", part)
    return replace(standing, styles_part=part)


# ---------------------------------------------------------------- what depends on the sheet


def connected(package: Package, standing: Standing) -> tuple[Standing, set[str]]:
    """The standing with all that later appends must keep right, and the parts of sheets whose values may be stale."""
    ours = standing.name.casefold()
    others = [each for each in package.sheets if each.kind == "worksheet" and each.part != standing.part]
    reached: dict[str, Reached] = {}
    pinned = False
    for sheet in others:
        pins = _Pins(standing, ours)
        formulas = pins.watched(_distinct(formulas_in(sheet_pieces(package, sheet.part))))
        reached[sheet.name.casefold()] = reached_by(formulas)
        pinned = pinned or pins.found
    names = package.names()
    its_formulas = {each.attributes.get("name", "").casefold(): each.text for each in names}
    charts = {part: ends_of_chart(package.read(part), ours) for part in package.parts_of_type("chart+xml")}
    tables = {each.name.casefold(): _table_names(tables_of(package, each)) for each in others}
    affected = affected_sheets(
        ours,
        reached,
        {name: reached_by((formula,)) for name, formula in its_formulas.items()},
        {**tables, ours: _table_names(standing.tables)},
    )
    if standing.table is not None and standing.table.totals_rows:
        own = _distinct(formulas_in(sheet_pieces(package, standing.part)))
        pinned = pinned or _Pins(standing, "").among(own) or _Pins(standing, ours).among(its_formulas.values())
    survey = standing.survey
    ends = Ends(
        close=frozenset(ends_of_close(survey.head, survey.close)),
        names=frozenset(ends_of_names(names, ours)),
        charts=tuple((part, frozenset(found)) for part, found in charts.items() if found),
    )
    stale = {each.part for each in others if each.name.casefold() in affected}
    return replace(standing, pinned=pinned, ends=ends), stale


class _Pins:
    """Whether formulas refer to the totals row by its place; `sheet` is how they call ours."""

    def __init__(self, standing: Standing, sheet: str) -> None:
        self.found = False
        self._table = standing.table if standing.table is not None and standing.table.totals_rows else None
        self._sheet = sheet

    def watched(self, formulas: Iterable[str]) -> Iterator[str]:
        """The formulas, as they are; what is `found` is known at their end."""
        for formula in formulas:
            self.found = self.found or self._pins(formula)
            yield formula

    def among(self, formulas: Iterable[str]) -> bool:
        return any(map(self._pins, formulas))

    def _pins(self, formula: str) -> bool:
        table = self._table
        return table is not None and any(
            place == self._sheet and where.touches(table.ref) and table.ref.bottom in (where.top, where.bottom)
            for place, where in named_areas(formula)
        )


def _table_names(tables: Iterable[TablePart]) -> list[str]:
    return [name.casefold() for table in tables for name in table.names]


def _distinct(formulas: Iterator[str]) -> Iterator[str]:
    """Neighbours that are the same only once; there may be very many."""
    seen: set[str] = set()
    for formula in formulas:
        if formula not in seen:
            if len(seen) < 100_000:
                seen.add(formula)
            yield formula


# ---------------------------------------------------------------- slow looks, rarely needed


def filled_columns(package: Package, part: str, from_row: int) -> set[int]:
    """The columns with content in or below the row."""
    found: set[int] = set()
    for grammar, row in _rows(package, part):
        if row.number >= from_row:
            found.update(c.column for c in grammar.cells(row) if c.column not in found and grammar.has_content(c))
    return found


def drawn_right(package: Package, standing: Standing) -> int:
    """The last column in which a form has anything: content, merged cells, or formats near those."""
    survey = standing.survey
    merged = (each.right for each in Surroundings(survey.head, survey.close).merged() if each.right < MAX_COLUMNS)
    filled = max((*filled_columns(package, standing.part, 1), *merged), default=0)
    return survey.right if filled < survey.right <= filled + _MOST_DRAWN else filled


def shared_formulas(package: Package, part: str) -> Mapping[str, tuple[str, int]]:
    """The formulas that cells share, by their group, and the row of each one's first cell."""
    found: dict[str, tuple[str, int]] = {}
    for grammar, row in _rows(package, part):
        if b"shared" in row.data:
            for cell in grammar.cells(row):
                formula = grammar.formula_of(cell)
                if formula is not None and formula.kind == "shared" and formula.text:
                    found[formula.group] = (formula.text, row.number)
    return found


def _rows(package: Package, part: str) -> Iterator[tuple[Grammar, SheetRow]]:
    stream = SheetStream(sheet_pieces(package, part))
    before = 0
    for batch in stream.batches():
        for _, row in stream.grammar.rows_at(batch.data, batch.shadow, before):
            before = row.number
            yield stream.grammar, row


def shared_texts(package: Package) -> Texts:
    """The texts that the workbook's cells share."""
    archive: Archive = package.archive
    part = package.part_of("sharedStrings")

    def found(wanted: Iterable[int]) -> Iterator[str]:
        waiting = iter(wanted)
        first = next(waiting, None)
        if first is None:
            return
        if part is None:
            raise BadPackage("there are no shared texts")
        yield from texts(archive.inflated(archive.member(part)), chain((first,), waiting))

    return found
