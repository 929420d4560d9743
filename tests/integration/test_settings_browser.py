"""The settings in a real browser: from nothing to a running daemon, in both languages, with a script and without."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ocrwatch.locales import renderer
from ocrwatch.samples import sample_files
from ocrwatch.settings_pages import words
from tests.endpoint_server import EndpointServer, completion, fenced
from tests.settings_program import SettingsProgram
from tests.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium is here")

CONFIG = """\
language = "en"

[reader]
engine = "local"

[[inbox]]
folder = "~/Tickets"  # by hand
profile = "train-ticket"
"""
UNNAMED = """
[...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a")]
  .filter(each => !each.closest("[hidden], [data-closed], .enter") && each.checkVisibility())
  .filter(each => !(each.labels?.length || each.getAttribute("aria-label") || each.textContent.trim()))
  .map(each => each.outerHTML)
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for all tests; each opens windows of its own."""
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield found
        found.close()


@contextmanager
def opened(browser: Browser, program: SettingsProgram, *, script: bool = True) -> Iterator[Page]:
    """The page that a person sees first. Nothing goes wrong in it unseen, and nothing is loaded from elsewhere."""
    context = browser.new_context(java_script_enabled=script, viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    troubles: list[str] = []
    origin = program.address.partition("/enter/")[0]
    page.on("console", lambda said: troubles.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "request",
        lambda asked: None if asked.url.removeprefix("blob:").startswith(origin) else troubles.append(asked.url),
    )
    page.goto(program.address)
    yield page
    context.close()
    assert troubles == []


def next_page(page: Page, where: str) -> None:
    """Press the page's main button and come to `where`."""
    page.click(".primary")
    page.wait_for_url(f"**/{where}")


def is_named(page: Page) -> bool:
    """Whether each control that is seen has a name for those who do not see it."""
    return page.evaluate(UNNAMED) == []


@pytest.mark.parametrize("language", ["en_GB", "zh_CN"])
def test_from_nothing_to_the_first_row(tmp_path: Path, browser: Browser, language: str) -> None:
    """Four steps, a trial, and the daemon reads the scan that lay there already."""
    say = renderer("zh_CN" if language == "zh_CN" else "en")
    picture = next(file for file in sample_files() if file.suffix == ".jpg")
    scans, ledger = tmp_path / "home" / "扫描 件", tmp_path / "home" / "My Ledger.xlsx"
    scans.mkdir(parents=True)
    shutil.copy(picture, scans / "one.jpg")
    with (
        EndpointServer(
            lambda asked: completion(fenced({"company": "Lu's", "date": "2025-05-23", "total": "28.14"}))
        ) as server,
        SettingsProgram(tmp_path, language=language) as program,
        opened(browser, program) as page,
    ):
        assert page.inner_text("h1") == say(words.WELCOME)
        assert page.get_attribute("html", "lang") == ("zh-Hans" if language == "zh_CN" else "en")
        assert is_named(page)
        page.fill("[id='w0.folder']", str(scans))
        page.fill("[id='w0.ledger']", "")
        page.press("[id='w0.folder']", "Enter")  # as Next
        page.wait_for_selector("#problems")
        assert say(words.NO_LEDGER) in page.inner_text("#problems")
        assert page.evaluate("document.activeElement.id") == "problems"
        page.fill("[id='w0.ledger']", str(ledger))
        next_page(page, "start/reading")
        assert is_named(page)
        page.check("input[value=endpoint]")
        page.fill("#base_url", server.base_url)
        next_page(page, "start/try")
        assert say(words.goes_to("127.0.0.1")) in page.inner_text(".lead")
        page.set_input_files("#picture", str(picture))
        page.wait_for_selector("#preview:not([hidden])")
        page.click("button[value=read]")
        page.wait_for_selector("#result")
        assert "Lu's" in page.inner_text("#result")
        assert not program.config.exists()
        next_page(page, "start/finish")
        page.click(".primary")
        page.wait_for_selector("#problems")
        assert say(words.EXISTING_OPEN) in page.inner_text("#problems")
        page.check("input[value=read]")
        if page.is_visible("input[name=login]"):
            page.uncheck("input[name=login]")
        next_page(page, "done")
        assert page.inner_text(".state") == say(words.RUNNING)
        wait_until(ledger.exists, seconds=60)
        wait_until(lambda: (scans / "done" / "one.jpg").exists(), seconds=60)
    made = tomllib.loads(program.config.read_text(encoding="utf-8"))
    assert made["inbox"] == [{"folder": str(scans), "profile": "receipt", "ledger": str(ledger), "existing": "read"}]
    assert made["endpoint"] == {"base_url": server.base_url}
    assert made["reader"] == {"engine": "endpoint"}
    assert server.violations == []


def test_without_a_script(tmp_path: Path, browser: Browser) -> None:
    """All of the first set-up can be done: columns of one's own show by style alone, the language by its button."""
    pytest.importorskip("rapidocr")
    with SettingsProgram(tmp_path) as program, opened(browser, program, script=False) as page:
        assert not page.is_visible(".own-columns")
        page.select_option("#language", "zh_CN")
        page.click("button[value=look]")
        assert page.inner_text("h1") == renderer("zh_CN")(words.WELCOME)
        page.select_option("[id='w0.kind']", "own")
        assert page.is_visible(".own-columns")
        page.fill("[id='w0.c0.name']", "票价")
        page.select_option("[name='w0.c0.type']", "amount")
        page.click("button[value='rows.0']")
        page.fill("[id='w0.c5.name']", "座位号")
        page.click("button[value='choose.w0.folder']")
        page.fill("#name", "Mine")
        page.click("button[value=make]")
        next_page(page, "start/scans#w0.folder")
        next_page(page, "start/reading")
        assert not page.is_visible("#service")
        page.check("input[value=endpoint]")
        assert page.is_visible("#service")
        page.check("input[value=local]")
        next_page(page, "start/try")
        next_page(page, "start/finish")
        next_page(page, "done")
    made = tomllib.loads(program.config.read_text(encoding="utf-8"))
    assert made["language"] == "zh_CN"
    assert made["inbox"][0]["fields"] == [{"name": "票价", "type": "amount"}, "座位号"]
    assert Path(made["inbox"][0]["folder"]).name == "Mine"


def test_the_file_is_mended_in_the_editor(tmp_path: Path, browser: Browser) -> None:
    """The complaint leads to its line; saved, the settings show it."""
    program = SettingsProgram(tmp_path)
    program.config.write_text(CONFIG, encoding="utf-8")
    with program, opened(browser, program) as page:
        assert page.input_value("[id='w0.folder']") == "~/Tickets"
        assert is_named(page)
        page.click("nav >> text=Advanced")
        page.wait_for_selector("#numbers:not(:empty)", state="attached")  # the page's script writes them
        assert page.inner_text("#numbers").split()[:3] == ["1", "2", "3"]
        page.fill("#text", CONFIG.replace('"local"', '"loc"'))
        page.click(".primary")
        page.click("#problems a")
        selected = "(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.getElementById('text'))"
        assert page.evaluate(selected) == 'engine = "loc"'
        assert program.config.read_text(encoding="utf-8") == CONFIG
        page.fill("#text", CONFIG.replace("~/Tickets", "~/Other"))
        page.click(".primary")
        page.wait_for_selector(".good")
        page.click("nav >> text=Settings")
        page.wait_for_url("**/settings")
        assert page.input_value("[id='w0.folder']") == "~/Other"
    assert program.config.read_text(encoding="utf-8") == CONFIG.replace("~/Tickets", "~/Other")


def test_closing_the_page_ends_the_program_and_the_other_way_round(tmp_path: Path, browser: Browser) -> None:
    """A page that is left open says that it has ended."""
    program = SettingsProgram(tmp_path)
    program.config.write_text(CONFIG, encoding="utf-8")
    with program:
        context = browser.new_context()
        page = context.new_page()
        page.goto(program.address)
        page.click("nav >> text=Advanced")
        page.wait_for_selector("#text")
        assert not program.has_ended()
        context.close()
        program.wait_for_end()
        assert program.process.returncode == 0
    with program:
        context = browser.new_context()
        page = context.new_page()
        with page.expect_response("**/alive"):
            page.goto(program.address)
        program.process.terminate()
        page.wait_for_selector("#ended:not([hidden])", timeout=60_000)
        context.close()


@pytest.mark.parametrize("width", [360, 1000])
def test_nothing_is_wider_than_the_window(tmp_path: Path, browser: Browser, width: int) -> None:
    """On a small window as on a large one, with long names; pictures are kept where OCRWATCH_SCREENSHOTS says."""
    program = SettingsProgram(tmp_path)
    program.config.write_text(CONFIG.replace("~/Tickets", "~/" + "very-long-name" * 12), encoding="utf-8")
    with program, opened(browser, program) as page:
        page.set_viewport_size({"width": width, "height": 800})
        origin = program.address.partition("/enter/")[0]
        for name in ("settings", "settings/try", "advanced", "folders"):
            page.goto(f"{origin}/{name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            if folder := os.environ.get("OCRWATCH_SCREENSHOTS"):
                page.screenshot(path=str(Path(folder) / f"{name.replace('/', '-')}-{width}.png"), full_page=True)
