"""All pages on one application."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial
from importlib.resources import files

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.changing import Changing
from ocrwatch.settings_pages.desk import Desk
from ocrwatch.settings_pages.editing import show_chooser, take_from_chooser
from ocrwatch.settings_pages.first_run import FirstRun
from ocrwatch.settings_pages.guard import Entrance, Guard
from ocrwatch.settings_pages.life import Life
from ocrwatch.settings_pages.rendering import ASSETS, bare
from ocrwatch.settings_pages.requests import route

log = logging.getLogger(__name__)

_BEAT_SECONDS = 2.0


def application(desk: Desk, life: Life, *, port: int, entrance: Entrance) -> ASGIApp:
    """The pages behind their guard."""

    def begin(query: dict[str, str]) -> Response:
        present = desk.present()
        desk.take_up(present)
        where = "/start/scans" if present.is_first else "/settings" if present.draft is not None else "/advanced"
        return RedirectResponse(where, status_code=303)

    async def alive(request: Request) -> Response:
        return StreamingResponse(_beats(life), media_type="text/event-stream")

    app = Starlette(
        routes=[
            route("/", desk, life, begin, None),
            *FirstRun(desk, life).routes(),
            *Changing(desk, life).routes(),
            route("/folders", desk, life, partial(show_chooser, desk), partial(take_from_chooser, desk)),
            Route("/alive", alive),
            Route("/assets/{name}", _asset),
        ],
        exception_handlers={HTTPException: partial(_not_found, desk), Exception: partial(_unexpected, desk)},
    )

    def refused() -> Response:
        title, said = words.NO_ENTRY_TITLE, words.NO_ENTRY
        return bare(desk.outside.render, _language(desk), title=title, said=said, status=403)

    return Guard(app, port=port, entrance=entrance, refused=refused)


def _language(desk: Desk) -> str:
    return desk.draft.language if desk.draft is not None else "auto"


async def _beats(life: Life) -> AsyncIterator[bytes]:
    """A stream that stands as long as the page does."""
    with life.open_page():
        yield b"retry: 1000\n\n"
        never = asyncio.Event()
        while not life.is_over:
            try:
                await asyncio.wait_for(never.wait(), _BEAT_SECONDS)
            except TimeoutError:
                yield b": here\n\n"


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise HTTPException(404)
    data = (files("ocrwatch.settings_pages") / "assets" / name).read_bytes()
    return Response(data, media_type=ASSETS[name])


async def _not_found(desk: Desk, request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return bare(desk.outside.render, _language(desk), title=words.SETTINGS, said=words.NOT_FOUND, status=status)


async def _unexpected(desk: Desk, request: Request, error: Exception) -> Response:
    log.exception("A page failed", exc_info=error)
    said = words.unexpected(type(error).__name__)
    return bare(desk.outside.render, _language(desk), title=words.SETTINGS, said=said, status=500)
