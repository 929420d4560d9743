"""How a request comes to a page: its form is read, checked to be of a page of ours, and dealt with in a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.desk import HIDDEN, Desk
from ocrwatch.settings_pages.form import place_in
from ocrwatch.settings_pages.life import Life

_MOST_FIELDS = 5000
_LONGEST_TEXT_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A form. `do` is the button that sent it: "save", "add", "remove.0"."""

    values: dict[str, str]
    file_name: str = ""
    file: BinaryIO | None = field(default=None, repr=False)

    @property
    def do(self) -> str:
        """The button's word."""
        return self.values.get("do", "").partition(".")[0]

    @property
    def place(self) -> str:
        """What stands behind the button's word: "0", "w0.folder"."""
        return self.values.get("do", "").partition(".")[2]

    @property
    def number(self) -> int:
        """The same as a place in a list; -1 where it is none."""
        found = place_in(self.place)
        return -1 if found is None else found


Show = Callable[[dict[str, str]], Response]
"""Makes a page from the query of its address."""

Take = Callable[[Submitted], str]
"""Deals with a form; the address to go on with."""


def route(path: str, desk: Desk, life: Life, show: Show | None, take: Take | None) -> Route:
    """A page's address."""

    async def answer(request: Request) -> Response:
        with life.doing():
            if request.method == "POST" and take is not None:
                return await _taken(request, desk, take)
            assert show is not None
            return await run_in_threadpool(show, dict(request.query_params))

    methods = [*(["GET"] if show else []), *(["POST"] if take else [])]
    return Route(path, answer, methods=methods)


async def _taken(request: Request, desk: Desk, take: Take) -> Response:
    async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_TEXT_BYTES) as form:
        values = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        upload = next((value for value in form.values() if isinstance(value, UploadFile) and value.filename), None)
        submitted = Submitted(
            values=values,
            file_name=(upload.filename or "") if upload else "",
            file=upload.file if upload else None,
        )
        if not desk.is_ours(values.get(HIDDEN, "")):
            return Response(status_code=403)
        if not desk.is_latest(values[HIDDEN]):
            desk.said.append(words.OLD_PAGE)
            return RedirectResponse(request.url.path, status_code=303)
        return RedirectResponse(await run_in_threadpool(take, submitted), status_code=303)
