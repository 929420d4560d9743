"""From a template to a page. Everything that is put into one is escaped; a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from ocrwatch.locales import system_language
from ocrwatch.messages import Message
from ocrwatch.settings_pages import words
from ocrwatch.settings_pages.desk import HIDDEN, Desk
from ocrwatch.settings_pages.form import columns_of
from ocrwatch.settings_pages.outside import RenderIn

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = {
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}


@cache
def environment() -> Environment:
    """Loaded once, and late."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    found = Environment(
        loader=PackageLoader("ocrwatch.settings_pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"w": words, "columns_of": columns_of, "hidden": HIDDEN}
    return found


def page(desk: Desk, name: str, more: Mapping[str, object], *, status: int = 200) -> Response:
    """The page `name` with what it needs `more`, and what was to be said with it."""
    present = desk.present()
    language = desk.draft.language if desk.draft is not None else "auto"
    problems, said, trial = list(desk.problems), list(desk.said), desk.trial
    desk.problems.clear()
    desk.said.clear()
    desk.trial = None
    text = (
        environment()
        .get_template(f"{name}.html")
        .render(
            page=name,
            present=present,
            draft=desk.draft,
            problems=problems,
            wrong={problem.field for problem in problems},
            said=said,
            trial=trial,
            desk=desk,
            say=desk.outside.render(language),
            lang=_html_language(language),
            locked=lambda key: key in present.locked,
            **more,
        )
    )
    return HTMLResponse(text, status_code=status)


def bare(render_in: RenderIn, language: str, *, title: Message, said: Message, status: int) -> Response:
    """A page that needs nothing of the program: for who may not come in, and when something is amiss."""
    template = environment().get_template("bare.html")
    text = template.render(say=render_in(language), lang=_html_language(language), title=title, said=said)
    return HTMLResponse(text, status_code=status)


def _html_language(language: str) -> str:
    known = system_language() if language == "auto" else language
    return "zh-Hans" if known == "zh_CN" else "en"
