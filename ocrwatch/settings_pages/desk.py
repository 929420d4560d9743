"""What is on the desk of the one person in front of it, between one page and the next."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ocrwatch.errors import OcrwatchError
from ocrwatch.messages import Message
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.draft import Draft
from ocrwatch.settings_pages.outside import Outside, Pairs, Present
from ocrwatch.settings_pages.problems import Problem

HIDDEN = "page"
"""The hidden input that tells a page of ours: a word that no other site can know, and which state it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What the folder chooser is for: the input `field` ("w0.folder") of the page `back`."""

    field: str
    back: str

    @property
    def wants_workbook(self) -> bool:
        """Whether a spreadsheet is looked for."""
        return self.field.endswith(".ledger")


@dataclass(slots=True, kw_only=True)
class Trial:
    """What came of trying a picture."""

    name: str
    rows: Sequence[Pairs]


@dataclass(slots=True)
class Desk:
    """The draft, and what is to be said on the next page."""

    outside: Outside
    draft: Draft | None = None
    stamp: str = ""
    text: str | None = None
    """A configuration that could not be saved, to be mended."""
    problems: list[Problem] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)
    choosing: Choosing | None = None
    trial: Trial | None = None
    _secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    _state: int = 0

    def present(self) -> Present:
        """The configuration as it is now."""
        return self.outside.configuration.present()

    def take_up(self, present: Present) -> None:
        """Begin with what is there."""
        self.draft = present.draft
        self.stamp = present.stamp
        self.changed()

    def changed(self) -> None:
        """Pages that were sent before show what is no more: what they send counts no longer."""
        self._state += 1

    @property
    def mark(self) -> str:
        """The value of the hidden input."""
        return f"{self._secret}.{self._state}"

    def is_ours(self, mark: str) -> bool:
        """Whether a form came from a page of ours."""
        return hmac.compare_digest(mark.rpartition(".")[0].encode(), self._secret.encode())

    def is_latest(self, mark: str) -> bool:
        """Whether the page showed what is on the desk now."""
        return mark == self.mark

    def complain(self, *problems: Problem) -> None:
        """To be shown on the next page."""
        self.problems.extend(problems)

    def complain_of(self, error: OcrwatchError, field: str = "") -> None:
        """What the program says against the draft, in the page's own words."""
        self.complain(Problem(field=field, said=words.plainly(error.message)))

    def where_pictures_go(self, draft: Draft) -> Message:
        """In words."""
        return words.STAYS_HERE if draft.engine == "local" else words.goes_to(host_of(draft.base_url))


def host_of(address: str) -> str:
    """The host of the reading service, for a person."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address
