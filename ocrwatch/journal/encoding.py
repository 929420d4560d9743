"""Stages and messages as JSON, exact both ways: decimals and dates keep every digit. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import NotRequired, TypedDict, assert_never

from ocrwatch.document import (
    Amount,
    Arrived,
    Blank,
    Cell,
    Duplicate,
    Filed,
    Items,
    Outcome,
    PageFile,
    Read,
    Recorded,
    Refused,
    Row,
    Stage,
    Value,
)
from ocrwatch.messages import JSON, Message, message_from_data, message_to_data

NO_ROWS = '"rows": []'
"""Stands in the JSON of a stage that has none (and may stand elsewhere too)."""


def station(stage: Stage) -> str:
    """The name under which the journal looks for documents at `stage`; no stage on the line shares an outcome's."""
    match stage:
        case Filed(outcome=outcome):
            return outcome.value
        case Duplicate():
            return "twin"
        case Blank():
            return "empty"
        case _:
            return type(stage).__name__.lower()


def stage_to_json(stage: Stage) -> str:
    """`stage` as JSON text."""
    known: dict[str, JSON]
    match stage:
        case Arrived(earlier=earlier):
            known = {"earlier": _rows_out(earlier)} if earlier else {}
        case Read(rows=rows, recording=recording, target=target, parts=parts, earlier=earlier):
            known = {"rows": _rows_out(rows), "recording": recording, "target": _path_out(target)}
            known |= {"parts": _parts_out(parts)} if parts else {}
            known |= {"earlier": _rows_out(earlier)} if earlier else {}
        case Recorded(rows=rows, target=target, parts=parts):
            known = {"rows": _rows_out(rows), "target": _path_out(target)}
            known |= {"parts": _parts_out(parts)} if parts else {}
        case Blank(target=target):
            known = {"target": _path_out(target)}
        case Refused(reason=reason, target=target):
            known = {"reason": message_to_data(reason), "target": _path_out(target)}
        case Duplicate(of=of, row=row, one_invoice=one_invoice, target=target):
            known = {"of": of, "row": row, "target": _path_out(target)}
            known |= {"one_invoice": True} if one_invoice else {}
        case Filed(outcome=outcome, path=path, rows=rows, reason=reason):
            known = {
                "outcome": outcome.value,
                "path": _path_out(path),
                "rows": _rows_out(rows),
                "reason": _maybe(reason),
            }
        case _ as unreachable:
            assert_never(unreachable)
    return json.dumps({"stage": type(stage).__name__, **known})


def stage_from_json(text: str) -> Stage:
    """The stage that `stage_to_json` wrote. Raises KeyError, ValueError or TypeError on anything else."""
    known = json.loads(text)
    match known["stage"]:
        case "Arrived":
            return Arrived(earlier=_rows_in(known.get("earlier", [])))
        case "Read":
            return Read(
                rows=_rows_in(known["rows"]),
                recording=known["recording"],
                target=_path_in(known["target"]),
                parts=_parts_in(known.get("parts", [])),
                earlier=_rows_in(known.get("earlier", [])),
            )
        case "Recorded":
            return Recorded(
                rows=_rows_in(known["rows"]),
                target=_path_in(known["target"]),
                parts=_parts_in(known.get("parts", [])),
            )
        case "Blank":
            return Blank(target=_path_in(known["target"]))
        case "Refused":
            return Refused(reason=message_from_data(known["reason"]), target=_path_in(known["target"]))
        case "Duplicate":
            return Duplicate(
                of=known["of"],
                row=known["row"],
                one_invoice=known.get("one_invoice", False),
                target=_path_in(known["target"]),
            )
        case "Filed":
            return Filed(
                outcome=Outcome(known["outcome"]),
                path=_path_in(known["path"]),
                rows=_rows_in(known["rows"]),
                reason=message_from_data(known["reason"]) if known["reason"] else None,
            )
        case other:
            raise ValueError(f"no such stage: {other}")


def written_from_json(text: str) -> tuple[Row, ...]:
    """The rows that stand in the ledger, of the document whose stage is `text`."""
    return _rows_in(_written(json.loads(text)))


def written_cells_from_json(text: str) -> dict[str, tuple[Cell, ...]]:
    """The cells of these rows, by the rows' ids; cheaper."""
    return {row["id"]: _cells_in(row["cells"]) for row in _written(json.loads(text))}


def written_ids_from_json(text: str) -> tuple[str, ...]:
    """The ids of these rows; cheaper still."""
    return tuple(row["id"] for row in _written(json.loads(text)))


def filed_path_from_json(text: str) -> Path | None:
    """Where the scan lies, of the filed document whose stage is `text`."""
    return _path_in(json.loads(text)["path"])


def value_to_json(value: Value) -> str:
    """A cell's value as JSON text."""
    return json.dumps(_value_out(value))


def value_from_json(text: str) -> Value:
    """The value that `value_to_json` wrote."""
    kind, *parts = json.loads(text)
    return _VALUES[kind](*parts)


class _StoredItems(TypedDict):
    name: str
    lines: list[list[list[str]]]


class _StoredRow(TypedDict):
    id: str
    cells: list[list[str]]
    check: list[JSON]
    received: str
    pages: str
    engine: str
    folder: str
    file: str | None
    month: NotRequired[str]  # the volume; ledgers had months before they had folders
    items: NotRequired[list[_StoredItems]]
    page: NotRequired[int]


def _written(known: Mapping[str, list[_StoredRow]]) -> list[_StoredRow]:
    """While it is read again, the rows from before."""
    return known.get("earlier") or known.get("rows") or []


def message_to_json(message: Message | None) -> str | None:
    """`message` as JSON text; None stays None."""
    return None if message is None else json.dumps(message_to_data(message))


def message_from_json(text: str | None) -> Message | None:
    """The message that `message_to_json` wrote."""
    return None if text is None else message_from_data(json.loads(text))


def _maybe(message: Message | None) -> JSON:
    return None if message is None else message_to_data(message)


def _path_out(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _path_in(path: str | None) -> Path | None:
    return None if path is None else Path(path)


def _parts_out(parts: tuple[PageFile, ...]) -> JSON:
    return [{"page": part.page, "target": _path_out(part.target), "reason": _maybe(part.reason)} for part in parts]


def _parts_in(parts: list[dict[str, JSON]]) -> tuple[PageFile, ...]:
    return tuple(_part_in(part) for part in parts)


def _part_in(part: Mapping[str, JSON]) -> PageFile:
    page, target, reason = part["page"], part["target"], part["reason"]
    assert isinstance(page, int)
    return PageFile(
        page=page,
        target=Path(target) if isinstance(target, str) else None,
        reason=message_from_data(reason) if isinstance(reason, dict) else None,
    )


def _rows_out(rows: tuple[Row, ...]) -> JSON:
    return [
        {
            "id": row.id,
            "cells": _cells_out(row.cells),
            "check": [message_to_data(remark) for remark in row.check],
            "received": row.received.isoformat(),
            "pages": row.pages,
            "engine": row.engine,
            "folder": row.folder,
            "file": _path_out(row.file),
            **({"month": row.volume} if row.volume else {}),
            **({"items": _items_out(row.items)} if row.items else {}),
            **({"page": row.page} if row.page else {}),
            **({"invoice": row.invoice} if row.invoice else {}),
        }
        for row in rows
    ]


def _cells_out(cells: Sequence[Cell]) -> list[JSON]:
    return [[cell.name, *_value_out(cell.value)] for cell in cells]


def _items_out(items: Sequence[Items]) -> list[JSON]:
    return [{"name": each.name, "lines": [_cells_out(line) for line in each.lines]} for each in items]


def _items_in(items: list[_StoredItems]) -> tuple[Items, ...]:
    return tuple(Items(name=each["name"], lines=tuple(map(_cells_in, each["lines"]))) for each in items)


def _rows_in(rows: list[_StoredRow]) -> tuple[Row, ...]:
    return tuple(map(_row_in, rows))


def _row_in(row: _StoredRow) -> Row:
    return Row(
        id=row["id"],
        cells=_cells_in(row["cells"]),
        check=tuple(map(message_from_data, row["check"])),
        received=datetime.fromisoformat(row["received"]),
        pages=row["pages"],
        engine=row["engine"],
        folder=row["folder"],
        file=_path_in(row["file"]),
        volume=row.get("month", ""),
        items=_items_in(row.get("items", [])),
        page=row.get("page", 0),
        invoice=str(row.get("invoice", "")),
    )


def _cells_in(cells: list[list[str]]) -> tuple[Cell, ...]:
    return tuple(Cell(name, _VALUES[kind](*parts)) for name, kind, *parts in cells)


def _value_out(value: Value) -> list[str]:
    match value:
        case None:
            return ["empty"]
        case str():
            return ["text", value]
        case int():
            return ["integer", str(value)]
        case Amount(number=number, currency=currency):
            return ["amount", str(number), currency]
        case datetime():  # before date: a datetime is one
            return ["datetime", value.isoformat()]
        case date():
            return ["date", value.isoformat()]
        case _ as unreachable:
            assert_never(unreachable)


_VALUES: Mapping[str, Callable[..., Value]] = {
    "empty": lambda: None,
    "text": str,
    "integer": int,
    "amount": lambda number, currency: Amount(Decimal(number), currency),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}
"""What makes a value of what stands after its kind."""
