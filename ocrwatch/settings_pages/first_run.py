"""The first set-up: four steps, and at their end a configuration and a daemon.

scans ─▶ reading ─▶ try ─▶ finish ─▶ done
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ocrwatch.errors import OcrwatchError
from ocrwatch.settings_pages.desk import Desk
from ocrwatch.settings_pages.editing import (
    check_folders,
    check_reading,
    draft_on,
    edit_folders,
    files_by_folder,
    forget_key,
    is_accepted,
    keep_key,
    put_in_force,
    try_picture,
    write_on,
)
from ocrwatch.settings_pages.life import Life
from ocrwatch.settings_pages.problems import of_folders
from ocrwatch.settings_pages.rendering import page
from ocrwatch.settings_pages.requests import Show, Submitted, Take, route

STEPS = ("scans", "reading", "try", "finish")


class FirstRun:
    """Its pages."""

    def __init__(self, desk: Desk, life: Life) -> None:
        self._desk = desk
        self._life = life

    def routes(self) -> Iterator[Route]:
        """Their addresses."""
        desk, life = self._desk, self._life
        steps: tuple[tuple[str, Show, Take], ...] = (
            ("scans", self._show_scans, self._take_scans),
            ("reading", self._show_reading, self._take_reading),
            ("try", self._show_try, self._take_try),
            ("finish", self._show_finish, self._take_finish),
        )
        for name, show, take in steps:
            yield route(f"/start/{name}", desk, life, self._first(show), partial(self._take_first, take))
        yield route("/done", desk, life, self._show_done, self._take_done)

    def _first(self, show: Show) -> Show:
        """Once there is a configuration, a step leads to the settings: the browser's way back ends here."""

        def shown(query: dict[str, str]) -> Response:
            return show(query) if self._desk.present().is_first else RedirectResponse("/", status_code=303)

        return shown

    def _take_first(self, take: Take, submitted: Submitted) -> str:
        return take(submitted) if self._desk.present().is_first else "/"

    def _step(self, name: str, **more: object) -> Response:
        draft_on(self._desk)
        return page(self._desk, name, {"steps": STEPS, **more})

    def _show_scans(self, query: dict[str, str]) -> Response:
        return self._step("scans", rows=query.get("rows", ""), files={})

    def _take_scans(self, submitted: Submitted) -> str:
        write_on(self._desk, submitted)
        if (where := edit_folders(self._desk, submitted, "/start/scans")) is not None:
            return where
        problems = list(of_folders(draft_on(self._desk)))
        self._desk.complain(*problems)
        if problems or not is_accepted(self._desk):
            return "/start/scans"
        return "/start/reading"

    def _show_reading(self, query: dict[str, str]) -> Response:
        draft = draft_on(self._desk)
        outside = self._desk.outside
        return self._step("reading", local_problem=outside.trying.local_problem(), key_place=outside.keys.place(draft))

    def _take_reading(self, submitted: Submitted) -> str:
        write_on(self._desk, submitted)
        if submitted.do == "forget":
            forget_key(self._desk)
            return "/start/reading"
        if not check_reading(self._desk) or not is_accepted(self._desk) or not keep_key(self._desk, submitted):
            return "/start/reading"
        return "/start/try"

    def _show_try(self, query: dict[str, str]) -> Response:
        return self._step("try", next="/start/finish", back="/start/reading")

    def _take_try(self, submitted: Submitted) -> str:
        try_picture(self._desk, submitted)
        return "/start/try#result"

    def _show_finish(self, query: dict[str, str]) -> Response:
        login = self._desk.outside.login
        return self._step("finish", files=files_by_folder(self._desk), login=None if login is None else login.is_on())

    def _take_finish(self, submitted: Submitted) -> str:
        desk, outside = self._desk, self._desk.outside
        draft = write_on(desk, submitted)
        if not check_folders(desk):
            return "/start/finish"
        try:
            put_in_force(desk, submitted, draft)
            if not outside.computer.is_running():
                outside.computer.start()
        except OcrwatchError as error:
            desk.complain_of(error)
        present = desk.present()
        if present.is_first:
            return "/start/finish"
        desk.take_up(present)
        return "/done"

    def _show_done(self, query: dict[str, str]) -> Response:
        return page(self._desk, "done", {"running": self._desk.outside.computer.is_running()})

    def _take_done(self, submitted: Submitted) -> str:
        try:
            self._desk.outside.computer.start()
        except OcrwatchError as error:
            self._desk.complain_of(error)
        return "/done"
