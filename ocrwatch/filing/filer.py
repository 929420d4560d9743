"""Where an inbox's scans go: `done`, `failed` with the reason beside each; `duplicates`, `blank`, `links` in `done`.

A scan that was read may be renamed by what its row says (`templates.py`). Read again, it keeps the name it has.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Literal

from ocrwatch.document import Beside, Document, Outcome, Read, Row
from ocrwatch.filing.beside import content_of, has_content, name_beside, write_reserved
from ocrwatch.filing.moving import ensure_there, move, write_beside
from ocrwatch.filing.naming import REASON_SUFFIX, filed_name
from ocrwatch.filing.reserving import explained, mark_of, reserve
from ocrwatch.filing.templates import named_after, parsed
from ocrwatch.messages import Message, message
from ocrwatch.ports import Clock, Render

_BELOW = {Outcome.DUPLICATE: "duplicates", Outcome.BLANK: "blank", Outcome.FETCHED: "links"}


class FolderFiler:
    """Implements the port `Filer` for one inbox."""

    def __init__(
        self,
        inbox: Path,
        *,
        done: str,
        failed: str,
        after: Literal["move", "keep"],
        render: Render,
        clock: Clock,
        name: str = "",
    ) -> None:
        """`done` and `failed` are relative to the inbox or absolute; `{year}` and `{month}` stand for the present.
        `name` is the template of the names of scans that were read, "" where they keep their own.

        With `after="keep"` every scan stays where it is; only the reasons go to `failed`.
        """
        self._inbox = inbox
        self._done = done
        self._failed = failed
        self._after = after
        self._render = render
        self._clock = clock
        self._template = parsed(name) if name else None

    def reserve(self, document: Document, outcome: Outcome) -> Path | None:
        """As the port says; and raises `Gone` when the scan is not there any more."""
        if self.keeps or (outcome is Outcome.FAILED and self._lies_in_failed(document)):
            return None
        ensure_there(document.path, self._inbox)
        return reserve(self.folder(document, outcome), self._name(document, outcome), _mark(document))

    def file(self, document: Document, target: Path | None, reason: Message | None = None) -> None:
        """As the port says."""
        if target is not None:
            move(document.path, target, _mark(document), document.digest, document.signature, inbox=self._inbox)
        scan = target or document.path
        if reason is not None:
            self._explain(self._note_beside(document, scan), scan, reason)
        elif document.path != target:  # read at last: what an earlier note says is not so any more
            note = self._note_beside(document, document.path)
            if self.keeps or self._lies_in_failed(document):
                with explained(note.parent):
                    note.unlink(missing_ok=True)

    def reserve_beside(self, document: Document, scan: Path, beside: Beside) -> Path:
        """As the port says. A scan that stays in its inbox has these files in `done`: there they are no scans."""
        folder = self.folder(document, Outcome.DONE) if self._stays(scan) else scan.parent
        content = content_of(beside.content or "", beside.suffix)
        with explained(folder):
            if beside.path is not None and has_content(beside.path, content):
                return beside.path
        return reserve(folder, name_beside(scan, beside.suffix), _mark_beside(document, beside))

    def put_beside(self, document: Document, beside: Beside) -> None:
        """As the port says."""
        if beside.path is not None and beside.content is not None:
            write_reserved(beside.path, _mark_beside(document, beside), content_of(beside.content, beside.suffix))

    def _stays(self, scan: Path) -> bool:
        """Whether `scan` lies where it was dropped."""
        root = self._inbox / re.split(r"[{]", self._done, maxsplit=1)[0]
        return self.keeps and root not in scan.parents

    @property
    def inbox(self) -> Path:
        """The watched folder."""
        return self._inbox

    @property
    def keeps(self) -> bool:
        """Whether every scan stays where it is."""
        return self._after == "keep"

    def explain(self, document: Document, page: Path, scan: Path, reason: Message) -> None:
        """Put `reason` beside `page` of a document, in plain words; `scan` is the file that holds it."""
        self._explain(self._note_beside(document, page), scan, reason)

    def _name(self, document: Document, outcome: Outcome) -> str:
        """Of a paper with several rows, the first gives the name."""
        match document.stage:
            case Read(rows=(row, *_)) if outcome is Outcome.DONE:
                return self.name_of(row, document.path.name)
            case _:
                return document.path.name

    def name_of(self, row: Row, own: str) -> str:
        """What the file that `row` was read from is called; `own` is its name so far."""
        return own if self._template is None else named_after(row, self._template, own)

    def folder(self, document: Document, outcome: Outcome, *, below: str = "") -> Path:
        """Where scans of that outcome go; `below`: into this subfolder of it."""
        now = datetime.fromtimestamp(self._clock()).astimezone()
        pattern = self._failed if outcome is Outcome.FAILED else self._done
        root = self._inbox / pattern.replace("{year}", f"{now:%Y}").replace("{month}", f"{now:%m}")
        root /= _BELOW.get(outcome, below)
        return root.joinpath(*(filed_name(part) for part in Path(document.folder).parts))

    def _lies_in_failed(self, document: Document) -> bool:
        """A scan that failed again after another reading is already where it belongs, in whichever month."""
        pattern = re.escape(str(self._inbox / self._failed))
        pattern = pattern.replace(re.escape("{year}"), r"\d{4}").replace(re.escape("{month}"), r"\d{2}")
        return any(re.fullmatch(pattern, str(folder)) for folder in document.path.parents)

    def _note_beside(self, document: Document, scan: Path) -> Path:
        """The note that says why `scan` failed: beside it, but not in the inbox."""
        if self.keeps and not self._lies_in_failed(document):
            scan = self.folder(document, Outcome.FAILED) / filed_name(scan.name)
        return scan.with_name(scan.name + REASON_SUFFIX)

    def _explain(self, note: Path, scan: Path, reason: Message) -> None:
        said = message(
            "{name} could not be read.\n\n{reason}\n\n"
            "The scan lies here: {path}\n"
            "To try again, drop it into the watched folder, or say: ocrwatch retry",
            name=scan.name,
            reason=reason,
            path=str(scan),
        )
        write_beside(note, self._render(said) + "\n")


def _mark(document: Document) -> bytes:
    return mark_of(document.id, document.key)


def _mark_beside(document: Document, beside: Beside) -> bytes:
    return mark_of(document.id, document.key, beside.page, beside.suffix)
