"""One change of a workbook, from its opening to its saving.

file ── Archive ── Package ── survey ── (a new sheet is dressed) ── Draft ── write
            └── as we left it: what stands is known ─────────────────┘
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import BinaryIO

from ocrwatch.ledger import opening, writing
from ocrwatch.ledger.archive import Archive, mark_of
from ocrwatch.ledger.body_packing import BodyPacker, Packed
from ocrwatch.ledger.creating import dressed, empty_sheet
from ocrwatch.ledger.draft import Draft, Source
from ocrwatch.ledger.dressing import Surroundings, keep_print_area
from ocrwatch.ledger.formats import Entry
from ocrwatch.ledger.growing import grown_chart, grown_names
from ocrwatch.ledger.layout import Column
from ocrwatch.ledger.markup import spliced
from ocrwatch.ledger.package import Package, SheetPart
from ocrwatch.ledger.references import MAX_ROWS, Area
from ocrwatch.ledger.refusals import damage_translated, unusable
from ocrwatch.ledger.standing import EarlierSheet, Ends, Standing
from ocrwatch.ledger.styles import Styles
from ocrwatch.ledger.survey import WINDOW_ROWS
from ocrwatch.messages import message

_NAME_UNITS = 31
_NEARLY_FULL = 0.9
_NOT_IN_NAMES = frozenset("[]:*?/\\")


class Edition:
    """The workbook in `file`, called `name`, with the ledger's sheet `sheet`.

    `known` is how the sheet stood when we last looked, if nobody but us saved the file since. `packs`: rows are
    going to be added. Raises `LedgerBusy` for what is no workbook we can use.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        sheet: str,
        columns: Sequence[Column],
        known: Standing | None,
        *,
        packs: bool = False,
    ) -> None:
        self._name = name
        self._sheet = sheet
        self._columns = columns
        self._draft: Draft | None = None
        self._stale: set[str] = set()
        self._new_ids: list[tuple[str, int]] = []
        self._packed: Packed | None = None
        with damage_translated(name):
            self._archive = Archive(file)
            self._standing = self._as_known(known) or self._looked_through(packs=packs)

    @property
    def directory_crc(self) -> int:
        """By which the file is known again, whatever its size and time say."""
        return self._archive.directory_crc

    @property
    def standing(self) -> Standing | None:
        """How the sheet stands; None where there is no such sheet."""
        return self._standing

    def append(self, rows: Mapping[str, Mapping[str, Entry]], further: Sequence[Column] = ()) -> dict[str, int]:
        """Add rows, by their ids; the rows' numbers. `further` columns are those that only some of them have."""
        return dict(self.append_all(list(rows.items()), further))

    def append_all(
        self, rows: Sequence[tuple[str, Mapping[str, Entry]]], further: Sequence[Column] = ()
    ) -> list[tuple[str, int]]:
        """The same, with several rows of one id."""
        with damage_translated(self._name):
            filled = [entries for _, entries in rows]
            if self._standing is not None and self._standing.survey.last_row + len(filled) > MAX_ROWS:
                self._go_on_in_another(self._standing)
            first = self._begun(filled).append(filled, further)
        self._new_ids = [(each, number) for number, (each, _) in enumerate(rows, first)]
        return self._new_ids

    def amend(self, sheet: str, changes: Mapping[int, Mapping[str, Entry]], further: Sequence[Column] = ()) -> None:
        """Change cells of rows of `sheet`, which may be an earlier one, by the rows' numbers, in one pass."""
        with damage_translated(self._name):
            standing = self._standing
            assert standing is not None
            if standing.pieces is not None or standing.name != sheet:
                self._standing = replace(self._found(self._part(sheet)), earlier=standing.earlier)
            draft = self._begun(())
            draft.ensure_columns(further)
            draft.amend(changes)

    def write(self, file: BinaryIO) -> Standing:
        """Write the changed workbook to `file`; how the sheet stands in that."""
        draft, standing = self._draft, self._standing
        assert draft is not None
        assert standing is not None
        with damage_translated(self._name):
            return self._written(draft, standing, file)

    def close(self) -> None:
        """Let go of what was packed on the way."""
        if self._packed is not None:
            self._packed.file.close()

    def settle(self, standing: Standing) -> None:
        """What `write` wrote stands on the disk as `standing` now."""
        for each, number in self._new_ids:
            standing.survey.ids.add(each, number)

    # ------------------------------------------------------------

    @cached_property
    def _package(self) -> Package:
        return Package(self._archive)

    def _as_known(self, known: Standing | None) -> Standing | None:
        """What is known still holds: the file is as we left it, or other ledgers of ours changed other sheets."""
        if known is None or known.directory_crc == self._archive.directory_crc:
            return known
        marks = [
            mark_of(self._archive.member(part)) if part in self._archive else None
            for part in (known.part, known.styles_part)
        ]
        if marks[0] != known.sheet_mark:
            return None
        return known if marks[1] == known.styles_mark else replace(known, styles=None)

    def _looked_through(self, *, packs: bool) -> Standing | None:
        """How the sheet stands, or the last of those that continue it; None where there is none."""
        earlier: list[EarlierSheet] = []
        part = self._package.sheet(self._sheet)
        if part is None or part.kind != "worksheet":
            return None
        while True:
            standing = self._found_packing(part) if packs else self._found(part)
            following = self._package.sheet(continued(self._sheet, len(earlier) + 2))
            nearly_full = standing.survey.last_row > _NEARLY_FULL * MAX_ROWS  # else it is a copy that someone made
            if following is None or following.kind != "worksheet" or not nearly_full:
                return replace(standing, earlier=tuple(earlier))
            earlier.append(EarlierSheet(standing.name, standing.survey.ids))
            part = following

    def _go_on_in_another(self, standing: Standing) -> None:
        """The sheet is full: rows go on in a new one."""
        earlier = (*standing.earlier, EarlierSheet(standing.name, standing.survey.ids))
        part = self._added_sheet(continued(self._sheet, len(earlier) + 1))
        self._packed = None
        self._standing = replace(self._found(part), earlier=earlier)

    def _found(self, part: SheetPart, window_rows: int = WINDOW_ROWS) -> Standing:
        return opening.standing_of(self._package, part, self._columns, window_rows=window_rows)

    def _found_packing(self, part: SheetPart) -> Standing:
        """The same; the rows are packed meanwhile, since new ones are to follow."""
        with BodyPacker() as packer:
            standing = opening.standing_of(self._package, part, self._columns, packer=packer)
        self._packed = packer.packed if not standing.survey.window_full and standing.survey.header else None
        return standing

    def _part(self, name: str) -> SheetPart:
        part = self._package.sheet(name)
        assert part is not None
        return part

    def _begun(self, rows: Sequence[Mapping[str, Entry]]) -> Draft:
        """The draft of a change, all that it needs looked up."""
        standing = self._standing or self._found(self._added_sheet(self._sheet))
        if standing.survey.window_full and len(standing.survey.window) < len(rows):
            again = self._found(self._part(standing.name), window_rows=len(rows) + WINDOW_ROWS)
            standing, self._packed = replace(again, earlier=standing.earlier), None
        if standing.pieces is None:
            standing = self._looked_around(standing, rows)
        styles = standing.styles or Styles(self._content(standing.styles_part))
        self._standing = replace(standing, styles=styles)
        source = Source(
            self._content,
            lambda row: opening.filled_columns(self._package, standing.part, row),
            lambda: opening.drawn_right(self._package, standing),
            lambda: opening.shared_formulas(self._package, standing.part),
        )
        self._draft = Draft(self._standing, styles, self._columns, source, self._name)
        self._draft.ensure_columns((), rows)
        return self._draft

    def _looked_around(self, standing: Standing, rows: Sequence[Mapping[str, Entry]]) -> Standing:
        """After someone else's save: the sheet is ready for rows, and what depends on it is known."""
        place = {"sheet": standing.name, "file": self._name}
        if Surroundings(standing.survey.head, standing.survey.close).is_protected():
            raise unusable(message("The sheet {sheet} of {file} is protected.", **place))
        if standing.survey.header is None and standing.survey.last_row:
            text = "The sheet {sheet} of {file} has content, but no row with the columns' names."
            raise unusable(message(text, **place))
        standing = opening.with_styles(self._package, standing)
        if standing.survey.header is None:
            styles = Styles(self._package.read(standing.styles_part))
            index = self._part(standing.name).index
            standing = dressed(self._package, standing, styles, self._columns, rows, index=index)
            self._package.put(standing.styles_part, styles.content())
        elif standing.survey.has_footer and any(c.key not in standing.survey.header.places for c in self._columns):
            drawn = Area(1, 1, opening.drawn_right(self._package, standing), standing.survey.bottom)
            keep_print_area(self._package, standing.name, self._part(standing.name).index, drawn)
        standing, self._stale = opening.connected(self._package, standing)
        self._package.calculate_on_load()
        chain = self._package.part_of("calcChain")
        if chain is not None and chain in self._archive:
            self._package.remove(chain)
        return standing

    def _added_sheet(self, name: str) -> SheetPart:
        if self._package.sheet(name) is not None:
            reason = message("The sheet {sheet} of {file} is a chart.", sheet=name, file=self._name)
            raise unusable(reason)
        ensure_sheet_name(name, self._name)
        protection = self._package.workbook.first("workbookProtection")
        if protection is not None and protection.attributes.get("lockStructure") in ("1", "true"):
            text = "{file} has no sheet {sheet}, and its structure is protected."
            raise unusable(message(text, sheet=name, file=self._name))
        return self._package.add_sheet(name, empty_sheet(self._package))

    def _content(self, part: str) -> bytes:
        """A small part as it is by now."""
        changed = self._changed_parts()
        return changed[part] if part in changed else self._archive.content(part)

    def _changed_parts(self) -> dict[str, bytes]:
        return self._package.changed if "_package" in self.__dict__ else {}

    def _written(self, draft: Draft, standing: Standing, file: BinaryIO) -> Standing:
        parts = {**self._changed_parts(), **draft.parts}
        sheet = parts.pop(standing.part, None)
        if draft.styles.is_changed:
            parts[standing.styles_part] = draft.styles.content()
        ends = self._grown_elsewhere(draft, standing, parts)
        in_archive = sheet is None
        fresh = iter((sheet,)) if sheet is not None else self._archive.inflated(self._archive.member(standing.part))
        changes = writing.Changes(
            sheet=standing.part,
            styles=standing.styles_part,
            draft=draft,
            before=standing.survey,
            known=standing.pieces if in_archive else None,
            packed=self._packed,
            fresh=fresh,
            parts=parts,
            removed=frozenset(self._package.removed if "_package" in self.__dict__ else ()),
            stale=frozenset(self._stale),
        )
        written = writing.write_package(self._archive, changes, file)
        return replace(
            standing,
            survey=draft.survey,
            table=draft.table,
            styles=Styles(parts[standing.styles_part]) if draft.styles.is_changed else draft.styles,
            ends=ends,
            pieces=written.pieces,
            directory_crc=written.directory_crc,
            sheet_mark=written.marks[0],
            styles_mark=written.marks[1],
        )

    def _grown_elsewhere(self, draft: Draft, standing: Standing, parts: dict[str, bytes]) -> Ends:
        """Let names and charts grow, in `parts`; where ranges end then."""
        growth, ends = draft.growth, standing.ends
        if growth is None:
            return ends
        if growth.ends & ends.names:
            package = self._package
            data = parts.get(package.workbook_part) or package.read(package.workbook_part)
            edits = list(grown_names(data, package.names(), growth))
            if edits:
                parts[package.workbook_part] = spliced(data, edits)
        for part, rows in ends.charts:
            if growth.ends & rows:
                data = self._content(part)
                grown = grown_chart(data, growth)
                if grown is not data:
                    parts[part] = grown
        new = frozenset({growth.bottom})
        charts = tuple((part, rows | new if growth.ends & rows else rows) for part, rows in ends.charts)
        return Ends(
            close=ends.close | new if growth.ends & ends.close else ends.close,
            names=ends.names | new if growth.ends & ends.names else ends.names,
            charts=charts,
        )


def continued(sheet: str, number: int) -> str:
    """The name of the sheet with that number that continues `sheet`."""
    end = f" ({number})"
    return sheet[: _NAME_UNITS - len(end)] + end


def ensure_sheet_name(sheet: str, file: str) -> None:
    """Raises `LedgerBusy` where no sheet can be called so."""
    units = len(sheet.encode("utf-16-le")) // 2
    if not 0 < units <= _NAME_UNITS or _NOT_IN_NAMES & set(sheet) or sheet[0] == "'" or sheet[-1] == "'":
        raise unusable(message("A sheet of {file} cannot be named {sheet}.", sheet=sheet, file=file))
