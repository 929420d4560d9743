"""The settings again: the values in force, trying a picture, and under Advanced the file itself."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ocrwatch.errors import OcrwatchError
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.desk import Desk
from ocrwatch.settings_pages.editing import (
    check_folders,
    check_reading,
    draft_on,
    edit_folders,
    files_by_folder,
    forget_key,
    keep_key,
    put_in_force,
    try_picture,
    write_on,
)
from ocrwatch.settings_pages.life import Life
from ocrwatch.settings_pages.problems import Problem
from ocrwatch.settings_pages.rendering import page
from ocrwatch.settings_pages.requests import Submitted, route

_KEPT = "/settings?kept=1"
"""The settings with what is on the desk, in place of what is in the file."""


class Changing:
    """Its pages."""

    def __init__(self, desk: Desk, life: Life) -> None:
        self._desk = desk
        self._life = life

    def routes(self) -> Iterator[Route]:
        """Their addresses."""
        desk, life = self._desk, self._life
        yield route("/settings", desk, life, self._show, self._take)
        yield route("/settings/try", desk, life, self._show_try, self._take_try)
        yield route("/advanced", desk, life, self._show_file, self._take_file)

    def _show(self, query: dict[str, str]) -> Response:
        desk, outside = self._desk, self._desk.outside
        present = desk.present()
        if present.draft is None:
            return RedirectResponse("/advanced", status_code=303)
        if "kept" not in query or desk.draft is None:
            desk.take_up(present)
        draft = draft_on(desk)
        return page(
            desk,
            "settings",
            {
                "rows": query.get("rows", ""),
                "files": files_by_folder(desk),
                "local_problem": outside.trying.local_problem(),
                "key_place": outside.keys.place(draft),
                "login": None if outside.login is None else outside.login.is_on(),
                "running": outside.computer.is_running(),
            },
        )

    def _take(self, submitted: Submitted) -> str:
        desk = self._desk
        if desk.present().stamp != desk.stamp:
            desk.said.append(words.OLD_PAGE)
            return "/settings"
        write_on(desk, submitted)
        if (where := edit_folders(desk, submitted, _KEPT)) is not None:
            return where
        match submitted.do:
            case "forget":
                forget_key(desk)
                return _KEPT
            case "start":
                self._start()
                return _KEPT
            case _:
                return self._saved(submitted)

    def _saved(self, submitted: Submitted) -> str:
        desk = self._desk
        draft = draft_on(desk)
        if not check_reading(desk) or not check_folders(desk) or not keep_key(desk, submitted):
            return _KEPT
        try:
            put_in_force(desk, submitted, draft)
        except OcrwatchError as error:
            desk.complain_of(error)
            return _KEPT
        self._say_saved()
        return "/settings"

    def _start(self) -> None:
        try:
            self._desk.outside.computer.start()
        except OcrwatchError as error:
            self._desk.complain_of(error)

    def _say_saved(self) -> None:
        self._desk.said.append(words.SAVED_RUNNING if self._desk.outside.computer.is_running() else words.SAVED)

    # ------------------------------------------------------------

    def _show_try(self, query: dict[str, str]) -> Response:
        if self._desk.present().draft is None:
            return RedirectResponse("/advanced", status_code=303)
        draft_on(self._desk)
        return page(self._desk, "try", {"steps": (), "next": "", "back": "/settings"})

    def _take_try(self, submitted: Submitted) -> str:
        try_picture(self._desk, submitted)
        return "/settings/try#result"

    # ------------------------------------------------------------

    def _show_file(self, query: dict[str, str]) -> Response:
        desk = self._desk
        present = desk.present()
        if desk.text is None and present.trouble is not None and not desk.problems:
            desk.complain(Problem(field="text", said=present.trouble))
        text, desk.text = desk.text if desk.text is not None else present.text, None
        return page(desk, "advanced", {"text": text, "stamp": present.stamp})

    def _take_file(self, submitted: Submitted) -> str:
        desk = self._desk
        text = submitted.values.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
        text = text if text.endswith("\n") or not text else text + "\n"
        if desk.present().stamp != submitted.values.get("stamp"):
            desk.text = text
            desk.complain(Problem(field="text", said=words.CHANGED_MEANWHILE))
            return "/advanced"
        try:
            desk.outside.configuration.save_text(text)
        except OcrwatchError as error:
            desk.text = text
            desk.complain(Problem(field="text", said=error.message))
            return "/advanced"
        desk.take_up(desk.present())
        self._say_saved()
        return "/advanced"
