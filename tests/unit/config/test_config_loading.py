"""A configuration file is loaded as its writer meant it, or refused with its line and what to write instead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ocrwatch.config import paths
from ocrwatch.config.loading import Loaded, load
from ocrwatch.config.settings import Inbox, Settings
from ocrwatch.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of the test's own, without a configuration."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("OCRWATCH_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)


def load_text(folder: Path, text: str | bytes) -> Loaded:
    file = folder / "config.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(file)


def complaint(folder: Path, text: str | bytes) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_text(folder, text)
    assert caught.value.exit_status == 2
    return str(caught.value)


def inbox_of(folder: Path, lines: str) -> Inbox:
    (inbox,) = load_text(folder, f"[[inbox]]\n{lines}\n").settings.inbox
    return inbox


# ---------------------------------------------------------------- where it comes from


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    """Nothing need be configured: one inbox of receipts in the home folder."""
    found = load()
    assert found == Loaded(settings=Settings(), path=None)
    (inbox,) = found.settings.inbox
    assert inbox.folder == tmp_path / "home" / "OCRWatch" / "Receipts"
    assert inbox.ledger == tmp_path / "home" / "OCRWatch" / "Ledger.xlsx"
    assert (inbox.profile_name(), inbox.sheet_name()) == ("receipt", "Receipts")


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff", "[reader]\n", "[endpoint]\r\n\r\n"])
def test_an_empty_file_is_the_defaults(tmp_path: Path, text: str) -> None:
    """Every setting has its default."""
    assert load_text(tmp_path, text).settings == Settings()


def test_the_environment_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OCRWATCH_CONFIG stands before the user's file, an argument before both."""
    usual, named, given = paths.default_config(), tmp_path / "home" / "named.toml", tmp_path / "given.toml"
    usual.parent.mkdir(parents=True)
    for file, model in ((usual, "usual"), (named, "named"), (given, "given")):
        file.write_text(f'[endpoint]\nmodel = "{model}"\n', encoding="utf-8")
    assert (load().settings.endpoint.model, load().path) == ("usual", usual)
    monkeypatch.setenv("OCRWATCH_CONFIG", "~/named.toml")
    assert (load().settings.endpoint.model, load().path) == ("named", named)
    assert load(given).settings.endpoint.model == "given"
    monkeypatch.setenv("OCRWATCH_CONFIG", "")
    assert load().settings.endpoint.model == "usual"


def test_a_named_file_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was asked for and cannot be opened is an error, not the defaults; so is a link to nowhere."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml cannot be opened"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        load(tmp_path)
    monkeypatch.setenv("OCRWATCH_CONFIG", "~nosuchuser/config.toml")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        load()
    monkeypatch.delenv("OCRWATCH_CONFIG")
    paths.default_config().parent.mkdir(parents=True)
    paths.default_config().symlink_to(tmp_path / "gone.toml")
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        load()


# ---------------------------------------------------------------- how it is written


def test_bom_and_windows_line_ends(tmp_path: Path) -> None:
    """What Notepad adds changes nothing, and the lines are still counted right."""
    text = "\ufeff[[inbox]]\r\nfolder = 'a'\r\nprompt = '''one\r\ntwo'''\r\n"
    assert load_text(tmp_path, text).settings.inbox[0].prompt == "one\ntwo"
    assert "line 5: there is no setting foldr" in complaint(tmp_path, text + "foldr = 'b'\r\n")


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "latin-1"])
def test_another_encoding_is_told(tmp_path: Path, encoding: str) -> None:
    """A file saved otherwise than as UTF-8 is refused with what to do."""
    text = '[[inbox]]\nfolder = "C:/Gebühren"\n' if encoding == "latin-1" else '[[inbox]]\nfolder = "D:/扫描"\n'
    assert "is not saved as UTF-8" in complaint(tmp_path, text.encode(encoding))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[inbox]]\nfolder = "C:\\Scans"\n', "line 2: write paths in single quotes ('C:\\Scans')"),
        ('[[inbox]]\nfolder = "C:\\Users\\anna"\n', "line 2: write paths in single quotes"),
        ('[[inbox]]\nfolder = "\\\\server\\scans\\"\n', "line 2: write paths in single quotes"),
        ("[[inbox]]\nfolder = C:\\Scans\n", "line 2: write paths in single quotes"),
        ('[[inbox]]\n\nfolder = "C:\\bills\\new"\n', "line 3: folder is not right: write paths in single quotes"),
        ("[reader]\nengine = local\n", "line 2: text must stand in quotes"),
        ("[[inbox]]\nrecursive = True\n", "line 2: text must stand in quotes"),
        ("[reader]\nengine = “local”\n", "line 2: quotes, brackets, commas and = must be the plain ones"),
        ('[reader]\nengine ＝ "local"\n', "line 2: quotes, brackets, commas and = must be the plain ones"),
        ('[[inbox]]\nfields = ["a"，"b"]\n', "line 2: quotes, brackets, commas and = must be the plain ones"),
        ('[reader]\nengine = "local\n\n', "line 2: a quote is missing"),
        ('[reader]\nengine = "local', "line 2: a quote is missing"),
        ('language = "en"\nlanguage = "en"\n', "line 2: this is there already"),
        ("[reader]\n\n[reader]\n", "line 3: this is there already"),
        ("[inbox]\n[[inbox]]\n", "line 2: this is there already"),
        ('language: "en"\n', 'line 1: a setting is written as: name = "text"'),
        ("hello\n", 'line 1: a setting is written as: name = "text"'),
        ('扫描 = "x"\n', 'line 1: a setting is written as: name = "text"'),
        ("[reader\nengine = 1\n", "line 1: this is not valid TOML (Expected ']'"),
        ('[[inbox]]\nfields = ["a"\n"b"]\n', "line 3: this is not valid TOML (Unclosed array)"),
    ],
)
def test_what_is_no_toml_is_told_by_line(tmp_path: Path, text: str, said: str) -> None:
    """Each usual slip of the pen has its line and its remedy."""
    assert f"config.toml, {said}" in complaint(tmp_path, text)


# ---------------------------------------------------------------- unknown settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('langauge = "en"\n', "line 1: there is no setting langauge. Did you mean language?"),
        ("[endpont]\n", "line 1: there is no setting endpont. Did you mean endpoint?"),
        ('[endpoint]\nmodle = "x"\n', "line 2: there is no setting modle. Did you mean model?"),
        ('[reader]\n# engine\nEngine = "local"\n', "line 3: there is no setting Engine. Did you mean engine?"),
        ("[[inbox]]\n[[inbox]]\nfoldr = 'x'\n", "line 3: there is no setting foldr. Did you mean folder?"),
        ("[[inbox]]\nfolder='a'\n\n[[inbox]]\nsettle_second = 2\n", "line 5: there is no setting settle_second. Did"),
        (
            '[[inbox]]\nfields = [\n "a",\n {name = "b", typ = "id"},\n]\n',
            "line 4: there is no setting typ. Did you mean type?",
        ),
        ("endpoint.modle = 'x'\n", "line 1: there is no setting modle. Did you mean model?"),
        ('[[inbox]]\nprompt = """\n[endpoint]\nfoldr = 1\n"""\nfoldr = 1\n', "line 6: there is no setting foldr."),
        ('[[inbox]]\n"foldr" = 1\n', "line 2: there is no setting foldr. Did you mean folder?"),
        ("[[inbox]]\nlanguage = 'en'\n", "line 2: language does not belong here: write it at the top"),
        ("[notifications]\ndune = true\n", "line 2: there is no setting dune. Did you mean done?"),
        ("[reader]\nbase_url = 'x'\n", "line 2: base_url does not belong here: write it under [endpoint]."),
        ("model = 'x'\n", "line 1: model does not belong here: write it under [endpoint]."),
        ("folder = 'x'\n", "line 1: folder does not belong here: write it under [[inbox]]."),
        ("[endpoint]\nengine = 'x'\n", "line 2: engine does not belong here: write it under [reader]."),
        ("[endpoint]\nwombat = 1\n", "line 2: there is no setting wombat. There are: base_url, model, timeout_seconds"),
        (
            "wombat = 1\n",
            "line 1: there is no setting wombat. There are: state_dir, language, pause_on_battery, reader, endpoint, notifications, inbox.",
        ),
    ],
)
def test_unknown_settings_are_told_with_a_suggestion(tmp_path: Path, text: str, said: str) -> None:
    """A typo, or a setting under the wrong heading, names its line and the right word or place."""
    assert said in complaint(tmp_path, text)


def test_brackets_without_end_are_told(tmp_path: Path) -> None:
    """More than can be read is a mistake of the file's."""
    assert "brackets within brackets" in complaint(tmp_path, "x = " + "[" * 20_000)


@pytest.mark.parametrize("name", ["api_key", "key", "apikey", "api-key", "token"])
def test_a_key_in_the_file_is_not_shown(tmp_path: Path, name: str) -> None:
    """Who writes the key into the file is told where it belongs, and the key is not repeated."""
    said = complaint(tmp_path, f'[endpoint]\n{name} = "sk-secret"\n')
    assert "line 2" in said
    assert "ocrwatch key set" in said
    assert "sk-secret" not in said


@pytest.mark.parametrize("name", ["base_url", "concurrency", "timeout_seconds", "pixel_fields", "max_pixels"])
def test_a_key_in_the_wrong_setting_is_not_shown(tmp_path: Path, name: str) -> None:
    """No complaint repeats a value."""
    assert "sk-secret" not in complaint(tmp_path, f'[endpoint]\n{name} = "sk-secret"\n')


# ---------------------------------------------------------------- paths


def test_paths_are_those_the_writer_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative ones start at the file's folder, `~` and variables are put in, and the result is absolute and plain."""
    monkeypatch.setenv("SCANS", "my scans")
    inbox = inbox_of(
        tmp_path, "folder = '$SCANS/in'\nledger = '~/L.XLSX'\ndone = '${SCANS}/{year}-{month}'\nfailed = '~/bad'"
    )
    assert inbox.folder == tmp_path / "my scans" / "in"
    assert inbox.ledger == tmp_path / "home" / "L.XLSX"
    assert inbox.done == "my scans/{year}-{month}"
    assert Path(inbox.failed) == tmp_path / "home" / "bad"
    assert inbox_of(tmp_path, "folder = '../a/./b/../c'").folder == tmp_path.parent / "a" / "c"
    assert load_text(tmp_path, "state_dir = 's'").settings.state_dir == tmp_path / "s"
    assert load_text(tmp_path, "[endpoint]\napi_key_file = 'k'").settings.endpoint.api_key_file == tmp_path / "k"


def test_relative_paths_do_not_depend_on_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file named relatively means its own folder all the same."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.toml").write_text("[[inbox]]\nfolder = 'in'\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load(Path("sub/c.toml")).settings.inbox[0].folder == tmp_path / "sub" / "in"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("folder = ''", "folder is not right: a folder or file must be named"),
        ("folder = '  '", "folder is not right: a folder or file must be named"),
        ("done = ''", "done is not right: a folder or file must be named"),
        ("folder = '$NOT_SET_HERE/in'", "folder is not right: the variable $NOT_SET_HERE is not set"),
        ("ledger = '${NOT_SET_HERE}.xlsx'", "ledger is not right: the variable ${NOT_SET_HERE} is not set"),
        ("folder = '~nosuchuser/in'", "folder is not right: there is no user ~nosuchuser"),
        ('folder = "a\\u0000b"', "folder is not right: write paths in single quotes"),
        ("done = 'done/{day}'", "done is not right: only {year} and {month} may stand in braces"),
        ("failed = 'failed/{year'", "failed is not right: only {year} and {month} may stand in braces"),
        ("ledger = 'Ledger.xls'", "ledger is not right: its name must end in .xlsx, .xlsm or .csv"),
        ("ledger = 'Ledger'", "ledger is not right: its name must end in .xlsx, .xlsm or .csv"),
        ("ledger = '{day}.xlsx'", "ledger is not right: only {year}, {month} and {folder} may stand in braces"),
        ("template = 'Form.xlsm'", "template is not right: its name must end in .xlsx, as that of the spreadsheet"),
        (
            "template = '~/OCRWatch/Ledger.xlsx'",
            "template is not right: it is the spreadsheet itself: name another file",
        ),
        ("folder = 5", "folder is not right: it must be a text in quotes"),
        ("folder = ['a']", "folder is not right: it must be a text in quotes"),
    ],
)
def test_paths_that_would_mean_another_place_are_refused(tmp_path: Path, line: str, said: str) -> None:
    """No folder is made or watched that nobody meant."""
    assert f"config.toml, line 2: {said}" in complaint(tmp_path, f"[[inbox]]\n{line}\n")


def test_dollars_in_names_of_shares_are_names(tmp_path: Path) -> None:
    """A dollar that begins no variable stays."""
    assert inbox_of(tmp_path, "folder = 'scans$/in'").folder == tmp_path / "scans$" / "in"


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[reader]\nengine = "cloud"', 'engine is not right: choose one of "auto", "endpoint", "local"'),
        ("[reader]\nengine = true", 'engine is not right: choose one of "auto", "endpoint", "local"'),
        ('language = "zh"', 'language is not right: choose one of "auto", "en", "zh_CN"'),
        ("[endpoint]\nconcurrency = 0", "concurrency is not right: it must be 1 or more"),
        ("[endpoint]\nconcurrency = 65", "concurrency is not right: it must be 64 at most"),
        ("[endpoint]\nconcurrency = true", "concurrency is not right: it must be a whole number, without quotes"),
        ("[endpoint]\nconcurrency = 1.5", "concurrency is not right: it must be a whole number, without quotes"),
        ('[endpoint]\nconcurrency = "4"', 'choose one of "auto", or: it must be a whole number, without quotes'),
        ("[endpoint]\ntimeout_seconds = 0", "timeout_seconds is not right: it must be more than 0"),
        ("[endpoint]\ntimeout_seconds = 3601", "timeout_seconds is not right: it must be 3600 at most"),
        ("[endpoint]\ntimeout_seconds = nan", "timeout_seconds is not right: it must be a number"),
        ('[endpoint]\ntimeout_seconds = "310"', "timeout_seconds is not right: it must be a number, without quotes"),
        ("[endpoint]\nmax_pixels = 1", "max_pixels is not right: it must be 3072 or more"),
        ("[endpoint]\nmax_pixels = 40000000", "max_pixels is not right: it must be 30720000 at most"),
        ('[endpoint]\nmodel = " "', "model is not right: it must not be empty"),
        ("[endpoint]\npixel_fields = 1", "pixel_fields is not right: it must be true or false, without quotes"),
        ("[endpoint]\nbase_url = 'api.example.com/v1'", "base_url is not right: it must begin with https://"),
        ("[endpoint]\nbase_url = 'ftp://example.com'", "base_url is not right: it must begin with https://"),
        ("[endpoint]\nbase_url = 'https://'", "base_url is not right: it must begin with https://"),
        ("[endpoint]\nbase_url = 'https://a:b'", "base_url is not right: it must begin with https://"),
        ("[endpoint]\nbase_url = 'https://me:pw@a.com'", "base_url is not right: it is an address alone"),
        ("[endpoint]\nbase_url = 'https://a.com/v1?k=1'", "base_url is not right: it is an address alone"),
        ("[endpoint]\nbase_url = 'https://a.com/v1/chat/completions/'", "leave out /chat/completions"),
        ("[[inbox]]\nrecursive = 'yes'", "recursive is not right: it must be true or false, without quotes"),
        ("[[inbox]]\nsettle_seconds = -1", "settle_seconds is not right: it must be 0 or more"),
        ("[[inbox]]\ngive_up_seconds = inf", "give_up_seconds is not right: it must be a number"),
        ("[[inbox]]\ndate_order = 'dmy'", 'choose one of "auto", "DMY", "MDY", "YMD"'),
        ("[[inbox]]\nwatch = 'always'", 'choose one of "auto", "native", "poll"'),
        ("[[inbox]]\nafter = 'delete'", 'choose one of "move", "keep"'),
        ("[[inbox]]\nname = '{dat} {total}'", "name is not right: there is no field dat (did you mean date?)"),
        ("[[inbox]]\nfields = ['a']\nname = '{date}'", "name is not right: there is no field date."),
        ("[[inbox]]\nname = '{date'", "name is not right: its braces do not pair"),
        ("[[inbox]]\nname = '{}'", "name is not right: its braces do not pair"),
        ("[[inbox]]\nname = '../{date}'", "name is not right: it is a name, not a path"),
        ("[[inbox]]\nname = 'scan'", "name is not right: name at least one field in braces"),
        ("[[inbox]]\nexisting = 'no'", 'choose one of "ask", "read", "skip"'),
        (
            "[[inbox]]\nprofile = 'recipe'",
            'profile is not right: choose one of "china-invoice", "invoice", "receipt", "receipt-items", "train-ticket"',
        ),
        ("[[inbox]]\nbuyer = 'A'", 'buyer is not right: it is written as {name = "…", tax_id = "…"}'),
        ("[[inbox]]\nbuyer = {nam = 'A'}", "there is no setting nam. Did you mean name?"),
        ("[[inbox]]\nbuyer = {tax_id = '91330105MA7C4PL8XQ'}", "buyer is not right: its check digit does not fit"),
        ("[[inbox]]\nprompt = ''", "prompt is not right: it must not be empty"),
        ("[[inbox]]\nsheet = 'a/b'", "sheet is not right: Excel allows 31 characters"),
        (f"[[inbox]]\nsheet = '{'x' * 32}'", "sheet is not right: Excel allows 31 characters"),
        ("[[inbox]]\nsheet = 'History'", "sheet is not right: Excel allows 31 characters"),
        ('[[inbox]]\nsheet = "\'a"', "sheet is not right: Excel allows 31 characters"),
        ("[inbox]\nfolder = 'a'", "inbox is not right: each watched folder is a block that begins with [[inbox]]"),
        ("inbox = 'a'", "inbox is not right: each watched folder is a block"),
        ("inbox = []", "inbox is not right: each watched folder is a block"),
        ("inbox = ['a']", "inbox is not right: each watched folder is a block"),
        ('reader = "local"', "reader is not right: it is a block that begins with [reader]"),
        ("[[endpoint]]\nmodel = 'x'", "endpoint is not right: it is a block that begins with [endpoint]"),
    ],
)
def test_values_that_cannot_be_are_told(tmp_path: Path, text: str, said: str) -> None:
    """A value of the wrong kind or out of bounds is refused with what it may be; nothing is converted silently."""
    assert said in complaint(tmp_path, text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ("[]", "name at least one field"),
        ("['a', '']", "name at least one field"),
        ("'a'", "fields is not right: it is a list of names"),
        ("['a', 5]", "fields is not right: it is a list of names"),
        ("['a', ' A ']", "the field a is named twice"),
        ("['total', 'ＴＯＴＡＬ']", "is named twice"),
        ("['check']", "check is a column of ocrwatch's own"),
        ("['Document ID']", "Document ID is a column of ocrwatch's own"),
        ("['Ｆｉｌｅ']", "is a column of ocrwatch's own"),
        ('["a\\nb"]', "a field's name is one line"),
        (f"['{'x' * 256}']", "a field's name is one line"),
        ("[{type = 'id'}]", "each field needs a name"),
        ("[{name = 'a', type = 'money'}]", 'type is not right: choose one of "text", "amount", "date", "datetime"'),
        ("[{name = 'a', required = 'no'}]", "required is not right: it must be true or false"),
        ("[{name = 'a', labels = 'b'}]", 'labels is not right: it is a list of texts: ["one", "two"]'),
        ("[{name = 'a', labels = [1]}]", "labels is not right: it must be a text in quotes"),
        ("[{name = 'a', lables = []}]", "there is no setting lables. Did you mean labels?"),
        (
            "['a', {name = 't', type = 'items', fields = [{name = 'x', lables = []}]}]",
            "there is no setting lables. Did you mean labels?",
        ),
        ("['a', {name = 't', type = 'items'}]", "say which fields each line of t has: fields = ["),
        ("['a', {name = 't', type = 'items', fields = []}]", "say which fields each line of t has"),
        ("['a', {name = 't', type = 'items', fields = 'x'}]", "fields is not right: it is a list of names"),
        ("['a', {name = 't', type = 'items', fields = ['x', 5]}]", "fields is not right: it is a list of names"),
        ("['a', {name = 't', fields = ['x', 'X']}]", "the field x is named twice"),
        ("['a', {name = 't', fields = ['Document ID']}]", "Document ID is a column of ocrwatch's own"),
        ("['a', {name = 't', fields = [{name = 'x', type = 'money'}]}]", "type is not right: choose one of"),
        ("['a', {name = 't', fields = [{name = 'x', fields = ['y']}]}]", "a table cannot hold another one: x"),
        ("['a', {name = 't', fields = [{name = 'x', type = 'items'}]}]", "a table cannot hold another one: x"),
        ("['a', {name = 't', fields = [{name = 'x', unique = true}]}]", "not of its lines: x"),
        ("[{name = 'a', type = 'id', fields = ['x']}]", 'only a field of type "items" has fields of its own: a'),
        ("[{name = 't', type = 'items', fields = ['x']}]", "name at least one field that is no table"),
    ],
)
def test_fields_that_cannot_be_columns_are_told(tmp_path: Path, fields: str, said: str) -> None:
    """Each field is a column that a person can tell from the others."""
    text = complaint(tmp_path, f"[[inbox]]\nfolder = 'a'\nfields = {fields}\n")
    assert said in text
    assert "line 3" in text


def test_numbers_may_be_written_whole_or_broken(tmp_path: Path) -> None:
    """Seconds are numbers of either kind."""
    inbox = inbox_of(tmp_path, "settle_seconds = 2\ngive_up_seconds = 7.5")
    assert (inbox.settle_seconds, inbox.give_up_seconds) == (2.0, 7.5)


# ---------------------------------------------------------------- speed


def test_loading_brings_in_no_heavy_packages(tmp_path: Path) -> None:
    """Every command loads the configuration: what it does not need stays away, the keyring above all."""
    (tmp_path / "c.toml").write_text("[[inbox]]\nfields = ['a']\n", encoding="utf-8")
    script = "import sys; from ocrwatch.config.loading import load; from pathlib import Path; load(Path(sys.argv[1]))"
    found = subprocess.run(
        [sys.executable, "-c", f"{script}; print(*sys.modules)", str(tmp_path / "c.toml")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ},
    )
    loaded = set(found.stdout.split())
    assert "pydantic" in loaded
    assert loaded.isdisjoint(
        {"keyring", "dateparser", "rapidfuzz", "babel", "PIL", "openpyxl", "httpx", "rich", "typer", "stdnum", "psutil"}
    )
