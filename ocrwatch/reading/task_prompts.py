"""What a vision model is asked where no fields are wanted: text, tables, a whole document, a formula.

In this service a task is only a prompt. The first wording is the one that the model was trained on in sense, the second
asks in other words and says the form of the answer once more. Both say: as printed, nothing invented or left out.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from ocrwatch.ports import DocumentFormat, Profile, Task

_RULES = "Copy everything exactly as it is printed, leave nothing out and invent nothing."

_TEXT = (
    f"Read all the text in the image. {_RULES} Output only the text, line by line in reading order, without any "
    "additional description or formatting."
)
_TEXT_AGAIN = (
    f"Transcribe the page in the image. {_RULES} Keep its language, its lines and its paragraphs. The answer is the "
    "plain text of the page and nothing else."
)
_TABLE = (
    "Convert the tables in the image into HTML. Transcribe each table with <table>, <tr> and <td> tags, from top left "
    f"to bottom right. Represent merged cells exactly, with rowspan and colspan. {_RULES} Output only the HTML."
)
_TABLE_AGAIN = (
    f"Parse every table in the image. {_RULES} The answer is HTML alone: for each table one <table> element, for each "
    "of its rows one <tr>, for each cell one <td>, an empty cell as <td></td>; a cell that reaches over several rows "
    "or columns has rowspan or colspan."
)
_LATEX = (
    f"Transcribe the text, tables and equations of the image into LaTeX format, without alteration. {_RULES} Output "
    "only the LaTeX."
)
_LATEX_AGAIN = (
    f"Parse the document in the image and write it as LaTeX. {_RULES} Headings become sections, tables become tabular "
    "environments, equations become display mathematics. The answer is LaTeX alone, without explanation."
)
_MARKDOWN = (
    f"Transcribe the text, tables and equations of the image into Markdown format, without alteration. {_RULES} "
    "Output only the Markdown."
)
_MARKDOWN_AGAIN = (
    f"Parse the document in the image and write it as Markdown. {_RULES} Headings become # headings, tables become "
    "Markdown or HTML tables, equations become LaTeX between $$. The answer is Markdown alone, without explanation."
)
_FORMULA = (
    "Extract and output the LaTeX representation of the formula in the image, without any additional text or "
    "description. Copy it exactly as it is printed and invent nothing."
)
_FORMULA_AGAIN = (
    "Recognise the formulas in the image. The answer is their LaTeX alone, each between $$ on a line of its own, "
    "exactly as they are printed, without explanation."
)


def task_wordings(profile: Profile) -> tuple[str, str]:
    """The prompt of the first attempt, and the one that is asked when its answer cannot be used.

    A prompt of the person's own is the first; the second adds the form of the answer to it.
    """
    first, second = _usual(profile.task, profile.document_format)
    return (first, second) if profile.prompt is None else (profile.prompt, f"{profile.prompt}\n\n{second}")


def _usual(task: Task, document_format: DocumentFormat) -> tuple[str, str]:
    match task:
        case "text":
            return _TEXT, _TEXT_AGAIN
        case "table":
            return _TABLE, _TABLE_AGAIN
        case "document":
            is_latex = document_format == "latex"
            return (_LATEX, _LATEX_AGAIN) if is_latex else (_MARKDOWN, _MARKDOWN_AGAIN)
        case "formula":
            return _FORMULA, _FORMULA_AGAIN
        case "fields":
            raise ValueError("fields have prompts of their own")
