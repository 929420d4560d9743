"""The demo's scans, read by the real local engine: every field of every one comes out right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ocrwatch.checking.checker import RowChecker
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Amount, Row, Value
from ocrwatch.ports import Reading
from ocrwatch.samples import sample_files
from tests.local_reading import Bench, bench

SAMPLES = sample_files()


def test_there_are_four_small_samples_of_three_kinds() -> None:
    """The samples are a ticket, a receipt and two invoices, under 1 MB together, as JPEG, PNG and PDF."""
    truths = [json.loads(path.with_suffix(".json").read_text(encoding="utf-8")) for path in SAMPLES]
    assert sorted(truth["profile"] for truth in truths) == ["invoice", "invoice", "receipt", "train-ticket"]
    assert {path.suffix for path in SAMPLES} == {".jpg", ".png", ".pdf"}
    assert sum(path.stat().st_size for path in SAMPLES) < 1_000_000


@pytest.fixture(scope="module")
def local() -> Iterator[Bench]:
    pytest.importorskip("rapidocr", reason="the local engine is not installed")
    with bench() as made:
        yield made


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_every_field_of_a_sample_is_read_and_nothing_needs_a_look(local: Bench, path: Path) -> None:
    """Every field of the profile is read as printed, typed as expected, and `Check` stays empty."""
    truth = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    profile = built_in()[truth["profile"]]
    assert set(truth["fields"]) == {field.name for field in profile.fields}

    document = local.document(path)
    reading = local.reader.read(document, profile)
    (row,) = RowChecker().rows(document, profile, reading)

    assert dict(reading.entries[0]) == truth["fields"]
    assert values(row) == {name: expected(name, text, truth) for name, text in truth["fields"].items()}
    assert [str(remark) for remark in row.check] == []
    assert_text_holds(reading, truth["fields"])


def values(row: Row) -> dict[str, Value]:
    return {cell.name: cell.value for cell in row.cells}


def expected(name: str, printed: str, truth: dict[str, dict[str, str | list[str]]]) -> Value:
    """The typed value; a field without one is text."""
    match truth["expected"].get(name):
        case None:
            return printed
        case [str(number), str(currency)]:
            return Amount(Decimal(number), currency)
        case str(moment):
            return datetime.fromisoformat(moment) if "T" in moment else date.fromisoformat(moment)
        case other:
            raise AssertionError(other)


def assert_text_holds(reading: Reading, fields: dict[str, str]) -> None:
    """All text of the page goes along for the checks, the values among it."""
    squeezed = "".join(reading.text.split())
    assert all("".join(value.split()) in squeezed for value in fields.values())
