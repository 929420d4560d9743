"""Between the configuration file and the settings' pages nothing is lost, and what a page says holds."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from ocrwatch.cli.preparing import count_files, start_daemon
from ocrwatch.cli.settings_configuration import ConfigurationFile
from ocrwatch.config.paths import site_configs
from ocrwatch.config.secrets import VARIABLE
from ocrwatch.errors import ConfigurationError, UsageError
from ocrwatch.settings_pages.draft import Column, Draft


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def file_with(folder: Path, text: str) -> ConfigurationFile:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return ConfigurationFile(path)


def draft_of(file: ConfigurationFile) -> Draft:
    draft = file.present().draft
    assert draft is not None
    return draft


def data_of(file: ConfigurationFile) -> dict[str, object]:
    return tomllib.loads(file.path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# only words\n",
        '[[inbox]]\nfolder = "a"\n',
        '[[inbox]]\nfolder = "a"\nprofile = "receipt"\nfields = ["total", {name = "x", type = "date", labels = ["X"]}]\n',
        'inbox = [{folder = "a", fields = ["n"], sheet = "S"}]\nendpoint.model = "m"\n',
    ],
)
def test_saving_what_is_there_changes_nothing(tmp_path: Path, text: str) -> None:
    """Not a byte where the file names its folders; else they are written down, with the same meaning."""
    file = file_with(tmp_path, text)
    before = file.settings()
    file.save(draft_of(file))
    assert file.settings() == before
    if "inbox" in text:
        assert file.path.read_text(encoding="utf-8") == text


def test_who_reads_is_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ "auto" is kept as long as it means the same: a key or an address would else send pictures elsewhere."""
    text = '[[inbox]]\nfolder = "a"\n'
    file = file_with(tmp_path, text)
    draft = draft_of(file)
    assert draft.engine == "local"
    file.save(replace(draft, base_url="https://own.example/v1"))
    assert data_of(file)["reader"] == {"engine": "local"}
    file = file_with(tmp_path, text)
    monkeypatch.setenv(VARIABLE, "sk-1")
    assert draft_of(file).engine == "endpoint"
    file.save(replace(draft_of(file), base_url="https://own.example/v1"))
    assert "reader" not in data_of(file)
    file.save(draft)
    assert data_of(file)["reader"] == {"engine": "local"}
    assert file.settings().endpoint.base_url == draft.base_url


def test_kinds_and_columns_come_and_go(tmp_path: Path) -> None:
    """A choice of a type's columns stays one; what else is said of a column is kept; a type takes them all out."""
    text = '[[inbox]]\nfolder = "a"\nprofile = "receipt"\nfields = ["total", {name = "x", labels = ["X"]}]\n'
    file = file_with(tmp_path, text)
    watched = draft_of(file).watched[0]
    assert watched.kind == "receipt+own"
    assert watched.columns == (Column(was=0, name="total", type="amount"), Column(was=1, name="x"))
    changed = replace(watched, columns=(replace(watched.columns[1], type="date"), Column(name="tax", type="amount")))
    file.save(replace(draft_of(file), watched=(changed,)))
    (inbox,) = data_of(file)["inbox"]  # type: ignore[misc]
    assert inbox["fields"] == [{"name": "x", "labels": ["X"], "type": "date"}, "tax"]
    file.save(replace(draft_of(file), watched=(replace(draft_of(file).watched[0], kind="own"),)))
    assert "profile" not in data_of(file)["inbox"][0]  # type: ignore[index]
    file.save(replace(draft_of(file), watched=(replace(draft_of(file).watched[0], kind="invoice"),)))
    assert data_of(file)["inbox"] == [{"folder": "a", "profile": "invoice"}]


def test_the_first_configuration(tmp_path: Path) -> None:
    """What is proposed can be saved; every choice is in it, and nothing is written before."""
    file = ConfigurationFile(tmp_path / "new" / "config.toml")
    present = file.present()
    assert present.is_first
    assert present.draft is not None
    first = replace(
        present.draft.watched[0], folder="C:\\Scans", kind="own", columns=(Column(name="n"),), existing="skip"
    )
    draft = replace(
        present.draft, engine="endpoint", model="m", language="zh_CN", watched=(first, present.draft.watched[0])
    )
    file.check(draft)
    assert not file.path.exists()
    file.save(draft)
    again = draft_of(file)
    assert again == replace(
        draft,
        watched=(
            replace(first, was=0, columns=(Column(was=0, name="n"),)),
            replace(draft.watched[1], was=1),
        ),
    )


def test_what_cannot_be_is_not_saved(tmp_path: Path) -> None:
    """The file is as it was."""
    text = '[[inbox]]\nfolder = "a"\n'
    file = file_with(tmp_path, text)
    draft = draft_of(file)
    with pytest.raises(ConfigurationError, match="watched twice"):
        file.save(replace(draft, watched=(*draft.watched, replace(draft.watched[0], was=None))))
    with pytest.raises(ConfigurationError, match="line 1"):
        file.save_text("x = 1\n")
    assert file.path.read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    """It has a stamp of its own, so that what is written in its place is meant."""
    file = file_with(tmp_path, "")
    file.path.write_bytes(b"\xff\xfe")
    present = file.present()
    assert present.draft is None
    assert present.trouble is not None
    assert present.stamp != file_with(tmp_path, "").present().stamp


SITE = """
locked = ["reader.engine", "endpoint.base_url"]
[reader]
engine = "endpoint"
[endpoint]
base_url = "https://ocr.example/v1"
model = "site-model"
[[inbox]]
folder = "shared"
profile = "invoice"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The administrator's file."""
    monkeypatch.setattr("ocrwatch.config.paths._SITE", tmp_path / "xdg")
    file = site_configs()[0]
    file.parent.mkdir(parents=True)
    file.write_text(SITE, encoding="utf-8")


@pytest.mark.usefixtures("site")
def test_what_the_administrator_set_is_shown_and_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is locked, or comes from a variable, says so; what is as this computer's file has it needs no repeating."""
    monkeypatch.setenv("OCRWATCH_ENDPOINT__MODEL", "of the variable")
    file = ConfigurationFile(tmp_path / "new.toml")
    present = file.present()
    assert present.draft is not None
    assert (present.draft.engine, present.draft.base_url) == ("endpoint", "https://ocr.example/v1")
    assert [each.kind for each in present.draft.watched] == ["invoice"]
    assert {key: str(why) for key, why in present.locked.items()} == {
        "reader.engine": "Set by your administrator",
        "endpoint.base_url": "Set by your administrator",
        "endpoint.model": "Set by the variable OCRWATCH_ENDPOINT__MODEL",
    }
    file.save(replace(present.draft, engine="local", base_url="https://x.example", model="m", language="en"))
    assert data_of(file) == {"language": "en", "reader": {}, "endpoint": {}}
    file.save(replace(draft_of(file), language="zh_CN", engine="local", model="m"))
    assert data_of(file) == {"language": "zh_CN", "reader": {}, "endpoint": {}}
    assert file.settings().endpoint.model == "of the variable"


@pytest.mark.usefixtures("site")
def test_folders_of_ones_own_take_the_place_of_this_computers(tmp_path: Path) -> None:
    """As the layers have it; a change of one of them is written whole."""
    file = file_with(tmp_path, "")
    draft = draft_of(file)
    assert draft.watched[0].was is None
    file.save(replace(draft, watched=(replace(draft.watched[0], folder="~/mine"),)))
    (inbox,) = data_of(file)["inbox"]  # type: ignore[misc]
    assert (inbox["folder"], inbox["profile"]) == ("~/mine", "invoice")


@pytest.mark.usefixtures("site")
def test_a_wrong_file_of_this_computer_is_told(tmp_path: Path) -> None:
    """Nothing can be set up over it, and the page says who can help."""
    site_configs()[0].write_text("rubbish", encoding="utf-8")
    present = ConfigurationFile(tmp_path / "new.toml").present()
    assert not present.is_first
    assert "ask who looks after it" in str(present.trouble)


def test_files_are_counted_as_a_person_would(tmp_path: Path) -> None:
    """Folders and what hides are no scans; a folder that is not there holds none."""
    for name in ("a.jpg", "b.pdf", ".hidden", "~$L.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "done").mkdir()
    assert count_files(tmp_path) == 2
    assert count_files(tmp_path / "not there") == 0


def test_a_daemon_that_cannot_start_says_why(tmp_path: Path) -> None:
    """Its own words reach the page."""
    file = file_with(tmp_path, "language = 3\n")
    with pytest.raises(UsageError, match=r"could not start: .*language"):
        start_daemon(file.path, tmp_path / "state-dir")
