"""Is the demo's workbook right? `python .ci/demo_workbook.py FOLDER`, with the Python of the demo's environment.

Every field of every sample must stand in its row as the sample's truth says; LibreOffice must open the workbook and
print what it says. Ends with what is amiss.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

SAMPLES = Path(__file__).resolve().parent.parent / "ocrwatch" / "samples"
SHEETS = {"train-ticket": "Tickets", "receipt": "Receipts", "invoice": "Invoices"}
SIGNS = {"CNY": "¥", "EUR": "€", "GBP": "£", "": ""}

Row = dict[str, Cell]


def rows_of(workbook: Path) -> dict[str, list[Row]]:
    """The rows of each sheet, by header."""
    found: dict[str, list[Row]] = {}
    for sheet in load_workbook(workbook).worksheets:
        header, *rows = sheet.iter_rows()
        names = [str(cell.value) for cell in header]
        found[sheet.title] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def holds(cell: Cell, printed: str, expected: object) -> bool:
    """Whether `cell` holds the typed value, or else what is printed."""
    match expected:
        case None:
            return bool(cell.value == printed)
        case [str(number), str(currency)]:
            is_number = isinstance(cell.value, int | float)
            shown = cell.number_format.split("#")[0].strip('"')
            return is_number and Decimal(str(cell.value)) == Decimal(number) and shown == SIGNS[currency]
        case str(moment):
            at = datetime.fromisoformat(moment)
            shows_time = "h" in cell.number_format
            return isinstance(cell.value, date) and cell.value == at and shows_time == ("T" in moment)
        case _:
            return False


def amiss(folder: Path) -> list[str]:
    """What is not as the samples' truth says."""
    rows = rows_of(folder / "Ledger.xlsx")
    truths = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("*.json"))}
    found = [] if len(truths) == sum(map(len, rows.values())) > 0 else ["there is not one row for each sample"]
    for name, truth in truths.items():
        (scan,) = (path.name for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".json")
        sheet = SHEETS[truth["profile"]]
        match [row for row in rows.get(sheet, []) if f'"{scan}")' in str(row["File"].value)]:
            case [row]:
                found += [
                    f"{scan}: {field} is {row[field].value if field in row else 'missing'!r}"
                    for field, printed in truth["fields"].items()
                    if field not in row or not holds(row[field], printed, truth["expected"].get(field))
                ]
                found += [f"{scan}: Check says {row['Check'].value!r}"] if row["Check"].value else []
            case others:
                found.append(f"{scan} has {len(others)} rows")
        found += [] if (folder / sheet / "done" / scan).is_file() else [f"{scan} is not in done"]
    return found


def said(*command: str) -> str:
    """What `command` prints; it must succeed."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120)  # noqa: S603
    return done.stdout


def printed_amiss(workbook: Path) -> list[str]:
    """What LibreOffice's print of the workbook does not show."""
    with tempfile.TemporaryDirectory() as place:
        profile = f"-env:UserInstallation=file://{place}/profile"
        said("soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", place, str(workbook))
        text = said("pdftotext", str(Path(place) / workbook.with_suffix(".pdf").name), "-")
    numbers = [
        truth["fields"].get("number") or truth["fields"]["发票号码"]
        for truth in (json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES.glob("*.json"))
    ]
    return [f"the print does not show {number}" for number in numbers if number not in text]


def main(folder: Path) -> str | None:
    found = amiss(folder)
    if shutil.which("soffice") and shutil.which("pdftotext"):
        found += printed_amiss(folder / "Ledger.xlsx")
    else:
        print("LibreOffice or pdftotext is not here: the workbook was not printed")
    return "\n".join(found) or None


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
