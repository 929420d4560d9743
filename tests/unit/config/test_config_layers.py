"""Built in, this computer's file, the person's file, the environment: which value holds, and what is locked."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ocrwatch.config import paths
from ocrwatch.config.layers import Origin
from ocrwatch.config.loading import Loaded, load, load_text
from ocrwatch.config.showing import schema_text
from ocrwatch.errors import ConfigurationError

SITE = """
locked = ["reader.engine", "endpoint.base_url"]
language = "zh_CN"
[reader]
engine = "endpoint"
[endpoint]
base_url = "https://ocr.example/v1"
model = "site-model"
[[inbox]]
folder = "shared"
profile = "invoice"
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home, a folder for this computer's file, and an environment of the test's own."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    for name in [*os.environ]:
        if name.startswith(("OCRWATCH_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(paths, "_SITE", tmp_path / "xdg")


def write_site(text: str = SITE) -> Path:
    file = paths.site_configs()[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def user(folder: Path, text: str) -> Loaded:
    return load_text(folder / "mine.toml", text)


def complaint(folder: Path, text: str = "") -> str:
    with pytest.raises(ConfigurationError) as caught:
        user(folder, text)
    assert caught.value.exit_status == 2
    return str(caught.value)


# ---------------------------------------------------------------- what lies upon what


def test_each_layer_lies_upon_the_one_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting is taken from the highest layer that sets it, one by one, and its origin is told."""
    site = write_site(
        "language = 'zh_CN'\n[endpoint]\nmodel = 's'\nconcurrency = 2\ntimeout_seconds = 10\nmax_pixels = 5000\n"
    )
    monkeypatch.setenv("OCRWATCH_ENDPOINT__CONCURRENCY", "4")
    found = user(tmp_path, "[endpoint]\nmodel = 'u'\nconcurrency = 3\nmin_pixels = 4000\n")
    endpoint = found.settings.endpoint
    assert (endpoint.model, endpoint.concurrency, endpoint.timeout_seconds) == ("u", 4, 10)
    assert (endpoint.min_pixels, endpoint.max_pixels, found.settings.language) == (4000, 5000, "zh_CN")
    assert {
        key: found.origin(key) for key in ("endpoint.model", "endpoint.concurrency", "endpoint.timeout_seconds")
    } == {
        "endpoint.model": Origin.USER,
        "endpoint.concurrency": Origin.ENVIRONMENT,
        "endpoint.timeout_seconds": Origin.SITE,
    }
    assert found.origin("language") is Origin.SITE
    assert found.origin("reader.engine") is Origin.BUILT_IN
    assert found.origin("inbox.folder") is Origin.BUILT_IN
    assert (found.site, found.path, found.files) == (site, tmp_path / "mine.toml", (tmp_path / "mine.toml", site))
    assert found.notices == ()


def test_without_a_file_of_their_own_people_have_the_computers(tmp_path: Path) -> None:
    """This computer's file alone is enough; its relative paths start at its folder, `~` is each user's home."""
    site = write_site('state_dir = "~/state"\n' + SITE.lstrip())
    found = load()
    assert (found.path, found.site) == (None, site)
    assert found.settings.inbox[0].folder == site.parent / "shared"
    assert found.settings.state_dir == tmp_path / "home" / "state"
    assert found.origin("inbox.folder") is Origin.SITE


def test_the_persons_folders_replace_the_computers(tmp_path: Path) -> None:
    """Watched folders are taken whole from one layer; they are not mixed."""
    write_site()
    (inbox,) = user(tmp_path, "[[inbox]]\nfolder = 'mine'\n").settings.inbox
    assert (inbox.folder, inbox.profile_name()) == (tmp_path / "mine", "receipt")
    (inbox,) = user(tmp_path, "").settings.inbox
    assert inbox.profile_name() == "invoice"


def test_the_environment_may_say_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words as they stand, numbers and truths as such, lists and tables as TOML; an empty variable is none."""
    for name, value in {
        "LANGUAGE": "en",
        "READER__ENGINE": " ",
        "ENDPOINT__MODEL": "2024",
        "ENDPOINT__PIXEL_FIELDS": "false",
        "ENDPOINT__TIMEOUT_SECONDS": "12.5",
        "ENDPOINT__CONCURRENCY": "auto",
        "ENDPOINT__BASE_URL": '"https://quoted.example/v1"',
        "ENDPOINT__API_KEY_FILE": "keys/one",
        "STATE_DIR": "~/state",
        "INBOX": '[{folder = "~/in", fields = ["a", {name = "b", type = "amount"}], recursive = true}]',
    }.items():
        monkeypatch.setenv(f"OCRWATCH_{name}", value)
    settings = load().settings
    assert (settings.language, settings.reader.engine, settings.endpoint.model) == ("en", "auto", "2024")
    assert (settings.endpoint.pixel_fields, settings.endpoint.timeout_seconds) == (False, 12.5)
    assert (settings.endpoint.concurrency, settings.endpoint.base_url) == ("auto", "https://quoted.example/v1")
    assert settings.endpoint.api_key_file == tmp_path / "home" / "keys" / "one"
    assert settings.state_dir == tmp_path / "home" / "state"
    (inbox,) = settings.inbox
    assert (inbox.folder, inbox.recursive) == (tmp_path / "home" / "in", True)
    assert [each.name for each in inbox.fields or ()] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LANGUAGE", "zh", 'OCRWATCH_LANGUAGE is not right: choose one of "auto", "en", "zh_CN".'),
        ("ENDPOINT__CONCURRENCY", "0", "OCRWATCH_ENDPOINT__CONCURRENCY is not right: it must be 1 or more."),
        ("ENDPOINT__CONCURRENCY", "sk-secret", "OCRWATCH_ENDPOINT__CONCURRENCY is not right: choose one of"),
        ("ENDPOINT__BASE_URL", "sk-secret", "OCRWATCH_ENDPOINT__BASE_URL is not right: it must begin with https://"),
        ("ENDPOINT__BASE_URL", "http://ocr.example/v1", "OCRWATCH_ENDPOINT__BASE_URL: Pictures would go to ocr.exam"),
        ("INBOX", "[" * 20_000, "OCRWATCH_INBOX is not right: each watched folder is a block"),
        ("INBOX", "~/Scans", "OCRWATCH_INBOX is not right: each watched folder is a block"),
        ("INBOX", "[{foldr = 'x'}]", "OCRWATCH_INBOX is not right: there is no setting foldr. Did you mean folder?"),
        ("INBOX", "[{folder = 'x'}, {folder = 'x'}]", "OCRWATCH_INBOX: The folder"),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    """The variable is told, never its value."""
    monkeypatch.setenv(f"OCRWATCH_{name}", value)
    text = complaint(tmp_path)
    assert said in text
    assert "sk-secret" not in text


def test_unknown_variables_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be another program's, so nothing stops; whoever asks is told, without their values."""
    monkeypatch.setenv("OCRWATCH_ENDPOINT__MODLE", "sk-secret")
    monkeypatch.setenv("OCRWATCH_WOMBAT", "sk-secret")
    monkeypatch.setenv("OCRWATCH_API_KEY", "sk-secret")
    monkeypatch.setenv("OCRWATCH_LOCKED", "['inbox']")
    found = load()
    said = [str(each) for each in found.notices]
    assert len(said) == 3
    assert (
        "OCRWATCH_ENDPOINT__MODLE is none of ocrwatch's and has no effect. Did you mean OCRWATCH_ENDPOINT__MODEL?"
        in (said[0])
    )
    assert "OCRWATCH_WOMBAT" in said[2]
    assert "sk-secret" not in "".join(said)
    assert found.locked == frozenset()


# ---------------------------------------------------------------- what is locked


def test_what_is_locked_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the person nor the environment changes it; who is overruled is told where, and nothing stops."""
    site = write_site()
    monkeypatch.setenv("OCRWATCH_ENDPOINT__BASE_URL", "https://elsewhere.example/v1")
    found = user(tmp_path, "[reader]\nengine = 'local'\n[endpoint]\nmodel = 'mine'\n")
    assert found.settings.reader.engine == "endpoint"
    assert found.settings.endpoint.base_url == "https://ocr.example/v1"
    assert found.settings.endpoint.model == "mine"
    assert found.locked == {"reader.engine", "endpoint.base_url"}
    assert (found.origin("reader.engine"), found.origin("endpoint.model")) == (Origin.SITE, Origin.USER)
    said = [str(each) for each in found.notices]
    assert said == [
        f"reader.engine is locked by {site}: the value in {tmp_path / 'mine.toml'} does not count.",
        f"endpoint.base_url is locked by {site}: the value in the variable OCRWATCH_ENDPOINT__BASE_URL does not count.",
    ]


def test_the_same_value_is_no_quarrel(tmp_path: Path) -> None:
    """Who writes what is locked anyway is not told off."""
    write_site()
    assert user(tmp_path, "[reader]\nengine = 'endpoint'\n").notices == ()


def test_a_default_can_be_locked(tmp_path: Path) -> None:
    """What this computer's file does not set itself is locked as it is built in."""
    write_site("locked = ['endpoint', 'inbox']\n")
    found = user(tmp_path, "[endpoint]\nmodel = 'mine'\nmax_pixels = 4000\n[[inbox]]\nfolder = 'mine'\n")
    assert found.settings.endpoint.model == "qwen-vl-ocr-latest"
    assert found.settings.inbox[0].folder == tmp_path / "home" / "OCRWatch" / "Receipts"
    assert {"endpoint.model", "endpoint.max_pixels", "endpoint.api_key_file", "inbox"} <= found.locked
    assert [str(each).split(" ")[0] for each in found.notices] == ["endpoint.model", "endpoint.max_pixels", "inbox"]


def test_a_person_cannot_lock(tmp_path: Path) -> None:
    """In another file than this computer's it would have no effect, so it is refused with its line."""
    said = complaint(tmp_path, "\nlocked = ['inbox']\n")
    assert f"{tmp_path / 'mine.toml'}, line 2: locked is only for the file of this computer's administrator" in said
    assert str(paths.site_configs()[0]) in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("locked = ['reader.engin']", "there is no setting reader.engin (did you mean reader.engine?)"),
        ("locked = ['wombat']", "there is no setting wombat"),
        ("locked = ['locked']", "there is no setting locked"),
        ("locked = ['inbox.ledger']", 'watched folders are locked all together: "inbox"'),
        ("locked = 'inbox'", 'it is a list of texts: ["one", "two"]'),
        ("locked = [1]", "it must be a text in quotes"),
    ],
)
def test_a_lock_on_nothing_is_refused(tmp_path: Path, line: str, said: str) -> None:
    """A slip of the administrator's pen does not leave open what was to be locked."""
    site = write_site(f"\n\n{line}\n")
    assert f"{site}, line 3: locked is not right: {said}." in complaint(tmp_path)


# ---------------------------------------------------------------- a broken file of this computer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("locked = [\n", "line 1: "),
        ("[reader]\nengine = 'cloud'\n", "line 2: engine is not right"),
        ("\nlockd = ['inbox']\n", "line 2: there is no setting lockd. Did you mean locked?"),
    ],
)
def test_a_broken_site_file_stops_everything(tmp_path: Path, text: str, said: str) -> None:
    """Nothing runs with what it locks left open, whatever the person's own file says; the file and line are told."""
    site = write_site(text)
    message = complaint(tmp_path, "language = 'en'\n")
    assert message.startswith("The configuration for all users of this computer cannot be used")
    assert f"{site}, {said}" in message


def test_a_site_file_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    """Even where something stands in its place, it is not passed over."""
    paths.site_configs()[0].mkdir(parents=True)
    assert f"{paths.site_configs()[0]} cannot be opened" in complaint(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="folders are closed by their mode on POSIX alone")
def test_a_site_folder_that_is_closed_stops_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may be there is not taken for one that is not."""
    site = write_site()

    def denied(path: Path) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "lstat", denied)
    monkeypatch.setattr(Path, "read_bytes", denied)
    assert f"{site} cannot be opened: Permission denied" in complaint(tmp_path)


def test_a_sessions_environment_does_not_hide_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """XDG_CONFIG_DIRS adds places, after the system's own: desktops set it, and so could who is to be locked out."""
    elsewhere = tmp_path / "xdg-ubuntu" / "ocrwatch" / "config.toml"
    elsewhere.parent.mkdir(parents=True)
    elsewhere.write_text("language = 'en'\n", encoding="utf-8")
    monkeypatch.setenv("XDG_CONFIG_DIRS", f"{tmp_path / 'xdg-ubuntu'}{os.pathsep}/elsewhere")
    assert load().site == elsewhere
    site = write_site()
    assert load().site == site
    assert load().settings.language == "zh_CN"


# ---------------------------------------------------------------- what does not go together


def test_a_clash_is_told_where_it_stands(tmp_path: Path) -> None:
    """Settings that do not go together are told with the file that brought them, and the line."""
    line = "line 3: Pictures would go to ocr.example unprotected"
    assert f"{tmp_path / 'mine.toml'}, {line}" in complaint(
        tmp_path, "\n[endpoint]\nbase_url = 'http://ocr.example/v1'"
    )
    site = write_site("\n[endpoint]\nbase_url = 'http://ocr.example/v1'\n")
    assert f"{site}, {line}" in complaint(tmp_path, "language = 'en'\n")
    write_site("[endpoint]\nmax_pixels = 4000\n")
    text = complaint(tmp_path, "[endpoint]\n\nmin_pixels = 5000\n")
    assert f"{tmp_path / 'mine.toml'}, line 3: min_pixels is more than max_pixels." in text
    text = complaint(tmp_path, "[[inbox]]\nfolder = 'a'\n\n[[inbox]]\nfolder = 'a'\n")
    assert "mine.toml, line 4: The folder" in text


def test_the_schema_knows_locked() -> None:
    """Administrators' editors complete it, too."""
    assert "locked" in json.loads(schema_text())["properties"]
