"""The tasks that are no list of fields, as document types: each has one column of its own, and a sheet of that name.

text      Text      all text of the scan, and whole in a .txt beside it
table     Table     a link to the sheet of its tables; beside a CSV ledger, to a CSV file of its own
document  Document  a link to the Markdown or LaTeX file beside the scan
formula   Formula   LaTeX
"""

from __future__ import annotations

from ocrwatch.ports import DocumentFormat, Field, FieldType, PagesRule, Profile, Task

_COLUMNS: dict[Task, tuple[str, FieldType]] = {
    "text": ("Text", "text"),
    "table": ("Table", "sheet"),
    "document": ("Document", "file"),
    "formula": ("Formula", "text"),
}

SHEETS: dict[Task, str] = {"text": "Texts", "table": "Tables", "document": "Documents", "formula": "Formulas"}


def task_profile(
    task: Task,
    *,
    prompt: str | None = None,
    languages: tuple[str, ...] = (),
    document_format: DocumentFormat = "markdown",
    is_csv: bool = False,
    pages: PagesRule = "together",
) -> Profile:
    """The document type of `task`, which is not `fields`. `is_csv`: the ledger has no sheets."""
    name, kind = _COLUMNS[task]
    field = Field(name=name, type="file" if kind == "sheet" and is_csv else kind)
    return Profile(
        name=task,
        fields=(field,),
        prompt=prompt,
        task=task,
        languages=languages,
        document_format=document_format,
        pages=pages,
    )
