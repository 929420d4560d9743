"""A fault of the program itself, on a page."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ocrwatch import logs
from ocrwatch.cli.settings_configuration import ConfigurationFile
from ocrwatch.cli.settings_machine import KeyStore, Machine, Trials
from ocrwatch.locales import renderer
from ocrwatch.settings_pages.desk import Desk
from ocrwatch.settings_pages.guard import Entrance
from ocrwatch.settings_pages.life import Life
from ocrwatch.settings_pages.outside import Outside, Present
from ocrwatch.settings_pages.routes import application

SECRET = "sk-secret-in-an-exception"


class Faulty(ConfigurationFile):
    def present(self) -> Present:
        raise LookupError(SECRET)


def test_it_is_told_and_logged_without_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says what kind it was and that nothing is lost; the log holds where, and no exception's own words."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    log = logs.begin(tmp_path, "settings.log")
    configuration = Faulty(tmp_path / "config.toml")
    outside = Outside(
        configuration=configuration,
        keys=KeyStore(configuration),
        trying=Trials(configuration),
        computer=Machine(configuration),
        login=None,
        render=renderer,
    )
    entrance = Entrance()
    app = application(Desk(outside), Life(lambda: 0.0), port=8123, entrance=entrance)
    client = TestClient(app, base_url="http://127.0.0.1:8123", raise_server_exceptions=False)
    answer = client.get(f"/enter/{entrance.token}")
    assert answer.status_code == 500
    assert "LookupError" in answer.text
    assert SECRET not in answer.text
    said = log.read_text(encoding="utf-8")
    assert "A page failed" in said
    assert "LookupError" in said
    assert SECRET not in said
