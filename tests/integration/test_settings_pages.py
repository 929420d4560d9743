"""The settings' pages over real HTTP: who may come in, and what comes of each form."""

from __future__ import annotations

import http.client
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ocrwatch.samples import sample_files
from tests.endpoint_server import EndpointServer, completion, fenced
from tests.settings_program import SettingsProgram, Visitor, mark_of

KEY = "sk-Never-On-Any-Page-0123456789"
CONFIG = """\
# my own words
language = "en"  # mine

[reader]
engine = "local"

[[inbox]]
folder = "~/Tickets"  # by hand
profile = "train-ticket"
ledger = "~/Ledger.xlsx"
"""


@pytest.fixture
def program(tmp_path: Path) -> Iterator[SettingsProgram]:
    """With a configuration."""
    made = SettingsProgram(tmp_path)
    made.config.write_text(CONFIG, encoding="utf-8")
    with made:
        yield made


@pytest.fixture
def visitor(program: SettingsProgram) -> Visitor:
    """Who opened the address that was printed."""
    found = Visitor(program.address)
    assert found.enter().status_code == 200
    return found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SettingsProgram, Visitor]]:
    """One for all tests that change nothing."""
    made = SettingsProgram(tmp_path_factory.mktemp("unchanged"))
    made.config.write_text(CONFIG, encoding="utf-8")
    with made:
        visitor = Visitor(made.address)
        visitor.enter()
        yield made, visitor


# ---------------------------------------------------------------- who may come in


def test_the_address_opens_once(program: SettingsProgram) -> None:
    """Who read it from the command line of the browser comes too late; whoever came in first may come again."""
    first, second = Visitor(program.address), Visitor(program.address)
    assert second.get("/settings").status_code == 403
    entered = first.client.get(first.entrance, follow_redirects=False)
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    refused = second.enter()
    assert refused.status_code == 403
    assert "was used already" in refused.text
    assert first.enter().status_code == 200
    assert Visitor(program.address.replace("/enter/", "/enter/x")).enter().status_code == 403


def test_only_this_computers_own_names_are_answered(unchanged: tuple[SettingsProgram, Visitor]) -> None:
    """A foreign name that was made to mean this computer is none of ours, with the cookie or without."""
    _, visitor = unchanged
    port = urlsplit(visitor.origin).port
    for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil.example", ""):
        assert visitor.get("/settings", Host=host).status_code == 421, host
    assert visitor.get("/settings", Host=f"127.0.0.1:{port}").status_code == 200


def test_other_sites_can_neither_read_nor_change(unchanged: tuple[SettingsProgram, Visitor]) -> None:
    """By what browsers say of a request, and by the hidden word of each form."""
    program, visitor = unchanged
    values = {"do": "save", "language": "zh_CN"}
    mark = mark_of(visitor.get("/settings").text)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert visitor.send("/settings", values, mark=mark, headers=headers).status_code == 403
    assert visitor.get("/settings", **{"Sec-Fetch-Site": "same-site"}).status_code == 403
    assert visitor.client.post("/settings", data={"page": mark, **values}).status_code == 403  # no Origin
    assert visitor.send("/settings", values, mark="").status_code == 403
    assert visitor.send("/settings", values, mark="x" + mark).status_code == 403
    without = httpx.post(
        f"{visitor.origin}/settings", data={"page": mark, **values}, headers={"Origin": visitor.origin}
    )
    assert without.status_code == 403
    assert program.config.read_text(encoding="utf-8") == CONFIG


def test_every_answer_is_closed_to_the_outside(unchanged: tuple[SettingsProgram, Visitor]) -> None:
    """Nothing is loaded from elsewhere, kept, framed or sent elsewhere; pages hold no script of their own."""
    _, visitor = unchanged
    for path in ("/settings", "/advanced", "/folders", "/assets/page.js", "/nothing"):
        answer = visitor.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "access-control-allow-origin" not in answer.headers
        assert not re.search(
            r"(src|href|action)=\"(https?:)?//|<script(?! src=\"/assets/)| on\w+=| style=", answer.text
        )


def test_bodies_without_end_are_refused(unchanged: tuple[SettingsProgram, Visitor]) -> None:
    """A length must be told, and one of 64 MiB at most."""
    _, visitor = unchanged
    headers = {"Origin": visitor.origin, "Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.client.post("/settings", content=iter([b"a=1"]), headers=headers).status_code == 413
    connection = http.client.HTTPConnection(urlsplit(visitor.origin).netloc, timeout=60)
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.client.cookies.items())
    connection.request("POST", "/settings", headers={**headers, "Cookie": cookie, "Content-Length": str(2**26 + 1)})
    assert connection.getresponse().status == 413
    connection.close()
    assert visitor.get("/settings").status_code == 200


def test_it_listens_on_this_computer_alone(unchanged: tuple[SettingsProgram, Visitor]) -> None:
    """Its one socket is bound to the loopback address."""
    program, _ = unchanged
    import psutil

    process = psutil.Process(program.process.pid)
    found = {each.laddr.ip for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN}
    assert found == {"127.0.0.1"}


def test_another_one_brings_up_the_same(program: SettingsProgram, visitor: Visitor) -> None:
    """It prints an address that opens the same pages, and ends; the note with it is the user's alone."""
    again = program.run("settings", "--no-browser")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(visitor.origin)
    assert again.stdout.strip() != program.address
    assert Visitor(again.stdout.strip()).enter().status_code == 200
    note = program.home / "state" / "ocrwatch" / "settings-address"
    assert note.stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------- the settings


def test_a_change_keeps_what_the_person_wrote(visitor: Visitor, program: SettingsProgram) -> None:
    """Only what differs is written, in its place; the previous file is kept."""
    answer = visitor.send("/settings", {"do": "save", "language": "zh_CN", "w0.folder": str(program.home / "Scans")})
    assert 'role="alert"' not in answer.text.replace('id="ended" class="note bad" role="alert"', "")
    expected = CONFIG.replace('language = "en"', 'language = "zh_CN"').replace("~/Tickets", str(program.home / "Scans"))
    assert program.config.read_text(encoding="utf-8") == expected
    assert program.config.with_name("config.toml.bak").read_text(encoding="utf-8") == CONFIG
    assert (program.home / "Scans").is_dir()


def test_folders_are_added_with_columns_and_removed(visitor: Visitor, program: SettingsProgram) -> None:
    """What lies in the new one is asked about first."""
    visitor.send("/settings", {"do": "add"})
    permits = program.home / "Permits"
    permits.mkdir()
    (permits / "one.jpg").touch()
    values = {
        "do": "save",
        "w1.folder": str(permits),
        "w1.kind": "own",
        "w1.c0.name": "holder",
        "w1.c1.name": "fee",
        "w1.c1.type": "amount",
        "w1.ledger": str(program.home / "Ledger.xlsx"),
        "w1.sheet": "Permits",
    }
    asked = visitor.send("/settings?kept=1", values, to="/settings")
    assert "1 file is here already" in asked.text
    assert program.config.read_text(encoding="utf-8") == CONFIG
    visitor.send("/settings?kept=1", {**values, "w1.existing": "skip"}, to="/settings")
    text = program.config.read_text(encoding="utf-8")
    assert text.startswith(CONFIG)
    assert tomllib.loads(text)["inbox"][1] == {
        "folder": str(permits),
        "fields": ["holder", {"name": "fee", "type": "amount"}],
        "ledger": str(program.home / "Ledger.xlsx"),
        "sheet": "Permits",
        "existing": "skip",
    }
    visitor.send("/settings", {"do": "remove.0"})
    visitor.send("/settings?kept=1", {"do": "save"}, to="/settings")
    assert [each["sheet"] for each in tomllib.loads(program.config.read_text(encoding="utf-8"))["inbox"]] == ["Permits"]
    last = visitor.send("/settings", {"do": "remove.0"})
    assert "At least one folder must be watched" in last.text


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"w0.folder": ""}, "Name the folder to watch."),
        ({"w0.folder": "~"}, "your whole home folder"),
        ({"w0.folder": "~/" + "a" * 300, "w0.ledger": "~/b.doc"}, "~/b.doc is no spreadsheet"),
        ({"w0.folder": "~/$NOWHERE/x"}, "Watched folder is not right: the variable $NOWHERE is not set"),
        ({"w0.folder": "~/a", "w0.ledger": "~/b.doc"}, "~/b.doc is no spreadsheet"),
        ({"w0.folder": "~/a", "w0.sheet": "a/b"}, "Sheet is not right: Excel allows 31 characters"),
        ({"w0.folder": "~/a", "w0.kind": "own"}, "Name at least one thing to read."),
        ({"w0.folder": "~/a", "w0.kind": "rubbish"}, "Document type is not right"),
        ({"engine": "endpoint", "base_url": ""}, "Name the address of the service."),
        (
            {"engine": "endpoint", "base_url": "ftp://x"},
            "Address of the service is not right: it must begin with https",
        ),
        ({"engine": "endpoint", "base_url": "http://one.example/v1"}, "Pictures would go to one.example unprotected."),
    ],
)
def test_what_cannot_be_is_told_in_the_words_of_the_page(
    unchanged: tuple[SettingsProgram, Visitor], values: dict[str, str], said: str
) -> None:
    """Nothing is saved, and what was typed is still there."""
    program, visitor = unchanged
    answer = visitor.send("/settings", {"do": "save", **values})
    assert said in answer.text.replace("&#39;", "'"), re.findall(r"<li>.*</li>", answer.text)
    for name in ("w0.folder", "base_url"):
        if name in values:
            assert f'name="{name}" value="{values[name]}"' in answer.text
    assert program.config.read_text(encoding="utf-8") == CONFIG


def test_a_page_that_is_out_of_date_changes_nothing(visitor: Visitor, program: SettingsProgram) -> None:
    """The file was changed by an editor, or the folders on the desk are others by now."""
    mark = mark_of(visitor.get("/settings").text)
    changed = CONFIG.replace("~/Ledger", "~/Other")
    program.config.write_text(changed, encoding="utf-8")
    answer = visitor.send("/settings", {"do": "save", "language": "zh_CN"}, mark=mark)
    assert "out of date" in answer.text
    assert "~/Other.xlsx" in answer.text
    stale = visitor.send("/settings", {"do": "save", "language": "zh_CN"}, mark=mark)
    assert "out of date" in stale.text
    assert program.config.read_text(encoding="utf-8") == changed


# ---------------------------------------------------------------- the file itself


def test_the_file_is_saved_only_when_it_is_right(visitor: Visitor, program: SettingsProgram) -> None:
    """An error names its line, and the text is still there to be mended; the file is as it was."""
    program.config.chmod(0o600)
    stamp = _stamp(visitor)
    wrong = CONFIG.replace('engine = "local"', 'engine = "loc"')
    answer = visitor.send("/advanced", {"text": wrong.replace("\n", "\r\n"), "stamp": stamp})
    assert "config.toml, line 5: engine is not right" in answer.text
    assert "engine = &#34;loc&#34;" in answer.text
    assert program.config.read_text(encoding="utf-8") == CONFIG
    broken = visitor.send("/advanced", {"text": CONFIG + "[[inbox\n", "stamp": stamp})
    assert "config.toml, line 11: " in broken.text
    right = CONFIG.replace("by hand", "手工 & <b>")
    saved = visitor.send("/advanced", {"text": right, "stamp": stamp})
    assert "Saved." in saved.text
    assert "手工 &amp; &lt;b&gt;" in saved.text
    assert program.config.read_text(encoding="utf-8") == right
    assert program.config.stat().st_mode & 0o777 == 0o600
    assert program.config.with_name("config.toml.bak").read_text(encoding="utf-8") == CONFIG


def test_a_file_that_was_changed_meanwhile_is_not_lost(visitor: Visitor, program: SettingsProgram) -> None:
    """The person is asked; saved again, the other text is the backup."""
    stamp = _stamp(visitor)
    other = CONFIG + "# an editor's\n"
    program.config.write_text(other, encoding="utf-8")
    mine = CONFIG + "# mine\n"
    asked = visitor.send("/advanced", {"text": mine, "stamp": stamp})
    assert "changed by another program" in asked.text
    assert "# mine" in asked.text
    assert program.config.read_text(encoding="utf-8") == other
    visitor.send("/advanced", {"text": mine, "stamp": _stamp(visitor)})
    assert program.config.read_text(encoding="utf-8") == mine
    assert program.config.with_name("config.toml.bak").read_text(encoding="utf-8") == other


def test_a_broken_configuration_opens_where_it_can_be_mended(tmp_path: Path) -> None:
    """The settings come up on the file's text, with what is wrong."""
    program = SettingsProgram(tmp_path)
    program.config.write_text("language = en\n", encoding="utf-8")
    with program:
        visitor = Visitor(program.address)
        page = visitor.enter()
        assert "config.toml, line 1: " in page.text
        assert "language = en" in page.text
        assert visitor.get("/settings").url.path == "/advanced"
        mended = visitor.send("/advanced", {"text": 'language = "en"\n', "stamp": _stamp(visitor)})
        assert "Saved." in mended.text
        assert visitor.get("/settings").url.path == "/settings"


# ---------------------------------------------------------------- the folder chooser


def test_a_folder_is_chosen_and_made(visitor: Visitor, program: SettingsProgram) -> None:
    """The chooser comes back to the page with what was chosen and what was typed."""
    opened = visitor.send("/settings", {"do": "choose.w0.folder", "w0.folder": str(program.home), "language": "en"})
    assert str(program.home) in opened.text
    made = visitor.send("/folders", {"do": "make", "at": str(program.home), "name": "Neue Scans"})
    assert (program.home / "Neue Scans").is_dir()
    assert made.url.params["at"] == str(program.home / "Neue Scans")
    bad = visitor.send("/folders", {"do": "make", "at": str(program.home), "name": "../x"})
    assert "Write the new folder&#39;s name" in bad.text
    taken = visitor.send("/folders", {"do": "take", "at": str(program.home / "Neue Scans")})
    assert f'name="w0.folder" value="{program.home / "Neue Scans"}"' in taken.text
    (program.home / "Mine.xlsx").touch()
    books = visitor.send("/settings?kept=1", {"do": "choose.w0.ledger", "w0.ledger": "~/Ledger.xlsx"}, to="/settings")
    assert "Mine.xlsx" in books.text
    taken = visitor.send("/folders", {"do": f"take.{program.home / 'Mine.xlsx'}", "at": str(program.home)})
    assert f'name="w0.ledger" value="{program.home / "Mine.xlsx"}"' in taken.text
    assert f'name="w0.folder" value="{program.home / "Neue Scans"}"' in taken.text


# ---------------------------------------------------------------- trying a picture, and the key


def test_a_picture_is_tried_with_the_service(tmp_path: Path) -> None:
    """It is read as the settings say, shown, and recorded nowhere; the picture is kept nowhere."""
    picture = next(file for file in sample_files() if file.suffix == ".jpg")
    fields = {"company": "Lu & Söhne <b>", "date": "2025-05-23", "total": "28.14"}
    with EndpointServer(lambda asked: completion(fenced(fields))) as server:
        program = SettingsProgram(tmp_path)
        program.config.write_text(
            f'language = "en"\n[endpoint]\nbase_url = "{server.base_url}"\n[[inbox]]\nfolder = "~/S"\n',
            encoding="utf-8",
        )
        with program:
            visitor = Visitor(program.address)
            visitor.enter()
            assert "sent to 127.0.0.1" in visitor.get("/settings/try").text
            file = ("../../x.jpg", picture.read_bytes())
            read = visitor.send("/settings/try", {"do": "read", "which": "0"}, file=file)
            assert "Lu &amp; Söhne &lt;b&gt;" in read.text
            assert "28.14" in read.text
            empty = visitor.send("/settings/try", {"do": "read"}, file=("x.jpg", b"no picture"))
            assert 'role="alert"' in empty.text
            assert "Choose a picture" in visitor.send("/settings/try", {"do": "read"}).text
    assert server.violations == []
    assert not (program.home / "S").exists()
    assert not list(program.home.rglob("*.jpg"))


def test_without_a_keyring_the_key_goes_nowhere(tmp_path: Path) -> None:
    """It is said what to do; the key is in no file, on no page and in no output."""
    program = SettingsProgram(tmp_path)
    program.config.write_text(CONFIG, encoding="utf-8")
    with program:
        visitor = Visitor(program.address)
        visitor.enter()
        answer = visitor.send("/settings", {"do": "save", "engine": "endpoint", "key": KEY})
        assert "no keyring" in answer.text
        assert KEY not in answer.text
        assert KEY not in visitor.get("/settings").text
    assert program.config.read_text(encoding="utf-8") == CONFIG
    assert KEY not in program.out + program.errors
    assert not _files_with(KEY, tmp_path)


needs_keyring = pytest.mark.skipif(
    sys.platform != "linux" or not (shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="gnome-keyring and dbus-run-session are not here",
)


@needs_keyring
def test_the_key_goes_into_a_real_keyring(tmp_path: Path) -> None:
    """Once given it is used, never shown, and can be taken out again; no file holds it in plain text."""
    picture = next(file for file in sample_files() if file.suffix == ".jpg")
    for folder in ("data", "run"):
        (tmp_path / folder).mkdir(mode=0o700)
    more = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    unlock = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
    with EndpointServer(lambda asked: completion(fenced({"company": "Lu", "total": "1"})), key=KEY) as server:
        program = SettingsProgram(tmp_path, before=unlock, more=more)
        program.config.write_text(CONFIG, encoding="utf-8")
        with program:
            visitor = Visitor(program.address)
            visitor.enter()
            saved = visitor.send(
                "/settings",
                {
                    "do": "save",
                    "engine": "endpoint",
                    "base_url": server.base_url,
                    "w0.folder": "~/S",
                    "w0.kind": "receipt",
                    "key": KEY,
                },
            )
            assert "The key is kept in the system" in saved.text
            read = visitor.send("/settings/try", {"do": "read"}, file=("x.jpg", picture.read_bytes()))
            assert "Lu" in read.text
            pages = saved.text + read.text + visitor.get("/settings").text + visitor.get("/advanced").text
            assert KEY not in pages
            assert "A key is in the keyring" in pages
            forgotten = visitor.send("/settings", {"do": "forget", "engine": "endpoint"})
            assert "was taken out of the keyring" in forgotten.text
            refused = visitor.send("/settings/try", {"do": "read"}, file=("x.jpg", picture.read_bytes()))
            assert "Lu" not in refused.text
    assert KEY not in program.out + program.errors
    assert not _files_with(KEY, tmp_path)
    assert tomllib.loads(program.config.read_text(encoding="utf-8"))["reader"]["engine"] == "endpoint"


@needs_keyring
def test_a_locked_keyring_is_told(tmp_path: Path) -> None:
    """Unlock it and try again: the key is kept nowhere else meanwhile."""
    for folder in ("data", "run"):
        (tmp_path / folder).mkdir(mode=0o700)
    more = {"XDG_DATA_HOME": str(tmp_path / "data"), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    locked = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1"
    program = SettingsProgram(tmp_path, before=locked, more=more)
    program.config.write_text(CONFIG, encoding="utf-8")
    with program:
        visitor = Visitor(program.address)
        visitor.enter()
        answer = visitor.send("/settings", {"do": "save", "engine": "endpoint", "key": KEY})
        assert "keyring" in re.findall(r'<div id="problems".*?</div>', answer.text, re.DOTALL)[0]
        assert KEY not in answer.text
    assert not _files_with(KEY, tmp_path)


# ---------------------------------------------------------------- the end


def test_the_way_back_after_the_first_set_up(tmp_path: Path) -> None:
    """A step of it leads to the settings, and cannot write a second configuration over the first."""
    with SettingsProgram(tmp_path) as program:
        visitor = Visitor(program.address)
        assert visitor.enter().url.path == "/start/scans"
        mark = mark_of(visitor.get("/start/finish").text)
        program.config.write_text(CONFIG, encoding="utf-8")
        assert visitor.get("/start/finish").url.path == "/settings"
        sent = visitor.send("/start/finish", {"do": "save"}, mark=mark)
        assert sent.url.path == "/settings"
        assert program.config.read_text(encoding="utf-8") == CONFIG


def test_it_ends_when_the_page_is_closed(program: SettingsProgram, visitor: Visitor) -> None:
    """The stream of an open page keeps it; a little after the last one it ends, its note gone."""
    with visitor.client.stream("GET", "/alive") as stream:
        assert next(stream.iter_text())
        assert not program.has_ended()
    program.wait_for_end()
    assert program.process.returncode == 0
    assert not (program.home / "state" / "ocrwatch" / "settings-address").exists()
    state = program.home / "state" / "ocrwatch"
    assert sorted(each.name for each in state.iterdir()) == ["logs", "settings.lock"]
    assert (state / "logs" / "settings.log").read_bytes() == b""


def _stamp(visitor: Visitor) -> str:
    found = re.search(r'name="stamp" value="([^"]+)"', visitor.get("/advanced").text)
    assert found is not None
    return found[1]


def _files_with(text: str, folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_folder_of_another_task_is_shown_and_kept(visitor: Visitor, program: SettingsProgram) -> None:
    """It says what is read there; saving something else leaves it as it is."""
    text = CONFIG.replace('profile = "train-ticket"', 'task = "table"')
    program.config.write_text(text, encoding="utf-8")
    shown = visitor.get("/settings").text
    assert '<option value="table" selected>Tables, each scan on a sheet of its own</option>' in shown
    values = {"do": "save", "w0.kind": "table", "w0.folder": "~/Lists"}
    assert visitor.send("/settings", values, mark=mark_of(shown)).status_code in (200, 303)
    assert program.config.read_text(encoding="utf-8") == text.replace("~/Tickets", "~/Lists")
