"""What the READMEs tell a newcomer to type, to write and to open is there, in English and in Chinese alike."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer

from ocrwatch.cli.program import app
from ocrwatch.config.loading import load
from ocrwatch.config.together import columns

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ROOT / "README.md"
CHINESE = ROOT / ".github" / "README.zh-CN.md"
READMES = pytest.mark.parametrize("readme", [ENGLISH, CHINESE], ids=["English", "Chinese"])

_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>[^>]*?) -->\n)?^ *```(?P<kind>\w+)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE
)
_IN_LINE = re.compile(r"`(ocrwatch [^`…]+)`")
_IN_BLOCK = re.compile(r"(?<![\w.-])ocrwatch +[a-z-][^\n&;#]*")
_LINK = re.compile(r"!?\[[^\]]*\]\((?!https?://)(?P<target>[^)#]+)\)")
_COMMENT = re.compile(r"\s*#.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block; `mark` is the comment that stands before it, or ""."""

    mark: str
    kind: str
    text: str


def blocks(readme: Path) -> list[Block]:
    found = _BLOCK.finditer(readme.read_text(encoding="utf-8"))
    return [Block(mark=each["mark"] or "", kind=each["kind"], text=each["text"]) for each in found]


def commands(readme: Path) -> list[str]:
    """Every `ocrwatch …` that is named, in the text and in the blocks, in their order there."""
    text = readme.read_text(encoding="utf-8")
    within = [found.strip() for block in blocks(readme) for found in _IN_BLOCK.findall(block.text)]
    return [*_IN_LINE.findall(_BLOCK.sub("", text)), *within]


def configurations(readme: Path) -> list[str]:
    return [block.text for block in blocks(readme) if block.mark == "configuration"]


@READMES
def test_every_configuration_that_is_shown_loads(readme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block marked as a configuration is one, without an error and without a warning."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    texts = configurations(readme)
    assert len(texts) == sum(block.kind == "toml" for block in blocks(readme)) == 4
    for number, text in enumerate(texts):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        found = load(file)
        assert found.path == file
        assert found.warnings == ()


def test_the_configurations_mean_what_the_text_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two folders fill two sheets of one workbook, one with columns of its own; a buyer is set; a form is copied and
    filled; a server of one's own is asked."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folders, *others, server = configurations(ENGLISH)
    (invoices,) = (text for text in others if "buyer" in text)
    (form,) = (text for text in others if "template" in text)
    (tmp_path / "form.toml").write_text(form, encoding="utf-8")
    (tmp_path / "folders.toml").write_text(folders, encoding="utf-8")
    (tmp_path / "invoices.toml").write_text(invoices, encoding="utf-8")
    (tmp_path / "server.toml").write_text(server, encoding="utf-8")
    tickets, permits = load(tmp_path / "folders.toml").settings.inbox
    assert tickets.ledger == permits.ledger == tmp_path / "Scans" / "Ledger.xlsx"
    assert (tickets.sheet_name(), permits.sheet_name()) == ("Tickets", "Permits")
    assert [field.name for field in permits.fields or ()] == ["holder", "number", "valid until", "fee"]
    (travel,) = load(tmp_path / "form.toml").settings.inbox
    assert travel.template == tmp_path / "Scans" / "Travel form.xlsx"
    assert columns(travel) == ("date", "train", "Amount")
    (bought,) = load(tmp_path / "invoices.toml").settings.inbox
    assert bought.buyer is not None
    assert bought.buyer.name
    assert load(tmp_path / "server.toml").settings.endpoint.base_url.startswith("http://localhost:")


@READMES
def test_every_command_that_is_named_exists_with_its_options(readme: Path) -> None:
    """Each `ocrwatch …` is understood by the program's own parser."""
    named = commands(readme)
    for command in ("init", "run --once", "demo", "config path", "key set", "accept --skip"):
        assert f"ocrwatch {command}" in named
    for line in named:
        understood(line)


def understood(line: str) -> None:
    """Parse `line` as the program would, carrying out nothing. Fails for what it does not know."""
    words = shlex.split(line)
    name = words.pop(0)
    command = typer.main.get_command(app)
    while subcommands := getattr(command, "commands", None):
        assert words, f"{line}: a command is missing"
        name = words.pop(0)
        assert name in subcommands, f"{line}: there is no {name}"
        command = subcommands[name]
    command.make_context(name, words)


@pytest.mark.parametrize("line", ["ocrwatch rum", "ocrwatch config paths", "ocrwatch run --twice", "ocrwatch stop it"])
def test_a_command_that_is_not_there_would_be_found(line: str) -> None:
    """The parser refuses what the program does not have."""
    with pytest.raises(Exception, match=r"there is no|[Nn]o such option|unexpected extra"):
        understood(line)


@READMES
def test_every_link_and_picture_exists(readme: Path) -> None:
    """What is linked to is a file of the project; the picture is one, and small enough to load at once."""
    targets = [readme.parent / found["target"] for found in _LINK.finditer(readme.read_text(encoding="utf-8"))]
    assert [str(target) for target in targets if not target.is_file()] == []
    pictures = [target for target in targets if target.suffix == ".png"]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert picture.stat().st_size < 400_000
    other = CHINESE if readme == ENGLISH else ENGLISH
    assert other in [target.resolve() for target in targets]


def test_both_languages_tell_the_same() -> None:
    """The same blocks in the same order, their comments aside, and the same commands in the text."""
    english, chinese = ([_without_comments(block) for block in blocks(readme)] for readme in (ENGLISH, CHINESE))
    assert len(english) == 11
    assert english == chinese
    assert sorted(commands(ENGLISH)) == sorted(commands(CHINESE))
    marks = {block.mark: block.text.strip() for block in english}
    assert marks["command: demo"].endswith("/ocrwatch demo")
    assert marks["command: tests"].endswith("-m pytest")


def _without_comments(block: Block) -> Block:
    return Block(mark=block.mark, kind=block.kind, text=_COMMENT.sub("", block.text))
