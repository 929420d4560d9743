"""Rows and values for a person's eye, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from ocrwatch.cli.terminal import rendered
from ocrwatch.document import Amount, Row, Value
from ocrwatch.ledger.formats import display_width
from ocrwatch.messages import JSON, Message, message


def row_pairs(row: Row) -> list[tuple[Message | str, Message | str]]:
    """The fields of `row` that hold something, who read them, and what is to be looked at."""
    pairs: list[tuple[Message | str, Message | str]] = [
        (cell.name, display(cell.value)) for cell in row.cells if cell.value is not None
    ]
    if row.engine:
        pairs.append((message("Read by"), row.engine))
    if row.check:
        pairs.append((message("To look at"), "\n".join(rendered(remark) for remark in row.check)))
    return pairs


def row_data(row: Row) -> dict[str, JSON]:
    """`row` as JSON: dates in ISO form, amounts as exact text beside their currency."""
    return {
        "fields": {
            **{cell.name: _data(cell.value) for cell in row.cells},
            **{
                each.name: [{cell.name: _data(cell.value) for cell in line} for line in each.lines]
                for each in row.items
            },
        },
        "check": [rendered(remark) for remark in row.check],
        "pages": row.pages,
        "engine": row.engine,
        "id": row.id,
        **({"page": row.page} if row.page else {}),
    }


def items_lines(row: Row) -> Iterator[str]:
    """The tables of `row`, each as a small one of text."""
    for items in row.items:
        names = list(dict.fromkeys(cell.name for line in items.lines for cell in line))
        shown = [{cell.name: " ".join(display(cell.value).split()) for cell in line} for line in items.lines]
        is_number = {
            name: any(
                isinstance(cell.value, Amount | int) for line in items.lines for cell in line if cell.name == name
            )
            for name in names
        }
        table = [names, *([line.get(name, "") for name in names] for line in shown)]
        widths = [max(display_width(line[place]) for line in table) for place in range(len(names))]
        yield f"{items.name} ({len(items.lines)})"
        for line in table:
            cells = [_aligned(*each) for each in zip(line, widths, (is_number[name] for name in names), strict=True)]
            yield "  " + "  ".join(cells).rstrip()


def _aligned(text: str, width: int, is_number: bool) -> str:
    room = " " * (width - display_width(text))
    return room + text if is_number else text + room


def display(value: Value) -> str:
    """A value as text."""
    match value:
        case None:
            return ""
        case Amount(number=number, currency=currency):
            return f"{number} {currency}".strip()
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S" if value.second else "%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _data(value: Value) -> JSON:
    match value:
        case Amount(number=number, currency=currency):
            return {"number": str(number), "currency": currency}
        case date():  # a datetime is one
            return value.isoformat()
        case _:
            return value
