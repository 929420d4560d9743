"""Configurations that the program writes can be read by it, and the example tells the truth."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from ocrwatch.config.lines import line_of
from ocrwatch.config.loading import load
from ocrwatch.config.profiles import built_in, profile
from ocrwatch.config.settings import Endpoint, Inbox, Notifications, Reader, Settings
from ocrwatch.config.showing import DEFAULT_MARK, schema_text, shown
from ocrwatch.config.starting import Choices, configuration_text
from ocrwatch.config.toml_text import key_of, toml_of
from ocrwatch.locales import renderer

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "config.example.toml"
TABLES: dict[str, type[BaseModel]] = {
    "": Settings,
    "[reader]": Reader,
    "[endpoint]": Endpoint,
    "[notifications]": Notifications,
    "[[inbox]]": Inbox,
}


def loaded(folder: Path, text: str) -> Settings:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file).settings


# ---------------------------------------------------------------- the example


def _sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(\[.+?\]+)", text, flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def test_the_example_is_the_defaults() -> None:
    """It loads, and changes nothing: what it says of the defaults is true."""
    assert load(EXAMPLE).settings == Settings()


@pytest.mark.parametrize("header", TABLES)
def test_the_example_has_every_setting(header: str) -> None:
    """Each setting stands under its heading once, at its default or commented out where it has none, with a word."""
    section = _sections(EXAMPLE.read_text(encoding="utf-8"))[header]
    for name, field in TABLES[header].model_fields.items():
        if name in ("reader", "endpoint", "notifications", "inbox"):
            continue
        lines = re.findall(rf"^(# )?{name} = ", section, re.MULTILINE)
        assert len(lines) == 1, name
        commented, explained = lines[0], section.split(f"{name} = ")[1]
        assert "#" in explained.split("\n")[0] or re.match(r".*\n +#", explained), f"{name} is not explained"
        assert bool(commented) == (field.default is None or name == "state_dir"), name


# ---------------------------------------------------------------- config show, config schema

ALL_CHANGED = """
state_dir = 's'
language = "zh_CN"
pause_on_battery = true
[reader]
engine = "local"
[endpoint]
base_url = "https://ocr.example/v1"
model = 'a "b" \\ c'
timeout_seconds = 12.5
concurrency = 3
min_pixels = 4000
max_pixels = 5000
pixel_fields = false
api_key_file = 'k'
[notifications]
done = false
failed = false
doubtful = false
paused = false
waiting = false
[[inbox]]
folder = "扫描's"
fields = ["发票号码", {name = '票"价"', type = "amount", required = false, labels = ["金额", 'C:\\x']}]
prompt = "one\\ntwo \\"three\\" \\u007f"
ledger = "L.xlsm"
template = "T.xlsm"
month_of = "document"
sheet = "甲"
headings = {"发票号码" = "票号", '票"价"' = "金额"}
own_columns = ["check", "File"]
done = "d/{year}"
failed = "f"
settle_seconds = 2
give_up_seconds = 60
date_order = "DMY"
watch = "poll"
recursive = true
after = "keep"
pages = "each"
name = '{票"价"} {received}'
existing = "skip"
buyer = {name = "云溪\\"科技", tax_id = "91330105MA7C4PL8XP"}
[[inbox]]
folder = "b"
profile = "train-ticket"
"""


@pytest.mark.parametrize("text", ["", ALL_CHANGED, "[[inbox]]\nprofile='receipt'\nfields=['total', 'tip']\n"])
def test_what_is_shown_has_the_same_effect(tmp_path: Path, text: str) -> None:
    """`config show` can be saved as a configuration: the settings in force are the same."""
    (tmp_path / "k").touch(mode=0o600)
    before = loaded(tmp_path, text)
    after = loaded(tmp_path, shown(before))
    assert after.model_dump(exclude={"inbox"}) == before.model_dump(exclude={"inbox"})
    for one, other in zip(before.inbox, after.inbox, strict=True):
        assert other.model_dump(exclude={"fields", "profile", "sheet"}) == one.model_dump(
            exclude={"fields", "profile", "sheet"}
        )
        assert (other.profile_name(), other.sheet_name()) == (one.profile_name(), one.sheet_name())
        assert profile(other.profile_name(), other.fields, None) == profile(one.profile_name(), one.fields, None)


def test_defaults_are_marked(tmp_path: Path) -> None:
    """A person sees what they have set themselves, and every setting there is."""
    assert all(line.endswith(DEFAULT_MARK) for line in shown(Settings()).splitlines() if re.match(r"\w+ = ", line))
    changed = shown(loaded(tmp_path, ALL_CHANGED))
    *first, second = changed.split("[[inbox]]\n")
    own = [line for part in first for line in part.splitlines() if not line.startswith(("profile", "# locked"))]
    assert not [line for line in own if line.endswith(DEFAULT_MARK)]
    marked = {line.split(" ")[0] for line in second.splitlines() if line.endswith(DEFAULT_MARK)}
    assert {"ledger", "sheet", "watch", "#"} <= marked
    assert not {"folder", "profile"} & marked
    for header, table in TABLES.items():
        for name in table.model_fields:
            assert re.search(rf"^(# )?{name} (=|is not set)|^\[+{name}\]", shown(Settings()), re.MULTILINE), (
                header,
                name,
            )


def test_no_key_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is set, `config show` names the file of the key at most."""
    monkeypatch.setenv("OCRWATCH_API_KEY", "sk-secret")
    (tmp_path / "k").write_text("sk-secret", encoding="utf-8")
    (tmp_path / "k").chmod(0o600)
    text = shown(loaded(tmp_path, ALL_CHANGED))
    assert "api_key_file" in text
    assert "sk-secret" not in text
    text = shown(loaded(tmp_path, "[endpoint]\napi_key_file = 'sk-secret'\n"))
    assert "api_key_file names no file" in text
    assert "sk-secret" not in text


def test_the_schema_knows_every_setting() -> None:
    """Editors complete and check by it: all names, no others, fields by name alone or as tables."""
    schema = json.loads(schema_text())
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    for name, table in (("Reader", Reader), ("Endpoint", Endpoint), ("Inbox", Inbox)):
        assert set(schema["$defs"][name]["properties"]) == set(table.model_fields)
    assert {"type": "string"} in schema["$defs"]["FieldData"]["anyOf"]
    assert str(Path.home()) not in schema_text()


# ---------------------------------------------------------------- ocrwatch init


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    ("folder", "ledger"),
    [
        ("~/Scans", "~/Ledger.xlsx"),
        ("C:\\Users\\anna\\new scans", "C:\\bills\\Ledger.xlsx"),
        ("\\\\server\\scans$\\in", "D:\\台账\\表.xlsx"),
        ("D:/扫描/收据", "D:/台账.xlsx"),
        ('C:\\O\'Brien "scans"', "it's.xlsx"),
        ("a # b", "[[inbox]].xlsx"),
    ],
)
def test_the_first_configuration_is_what_was_chosen(tmp_path: Path, folder: str, ledger: str, language: str) -> None:
    """It loads with the person's answers, in whatever language its comments are."""
    choices = Choices(
        folder=folder,
        ledger=ledger,
        profile="invoice",
        engine="endpoint",
        base_url="http://localhost:11434/v1",
        language="zh_CN",
    )
    text = configuration_text(choices, renderer(language))
    data = tomllib.loads(text)
    assert data == {
        "language": "zh_CN",
        "reader": {"engine": "endpoint"},
        "endpoint": {"base_url": "http://localhost:11434/v1"},
        "inbox": [{"folder": folder, "profile": "invoice", "ledger": ledger}],
    }
    assert loaded(tmp_path, text).inbox[0].profile == "invoice"
    assert all(len(line) <= 120 for line in text.splitlines() if line.startswith("#"))


def test_the_first_configuration_leaves_the_rest_at_its_default(tmp_path: Path) -> None:
    """Nothing is set that was not asked for."""
    usual = Settings()
    text = configuration_text(Choices(folder="~/OCRWatch/Receipts", ledger="~/OCRWatch/Ledger.xlsx"), str)
    assert loaded(tmp_path, text) == usual


# ---------------------------------------------------------------- TOML

plain_text = st.text(st.characters(codec="utf-8"), max_size=30)
values = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=6,
)


@given(plain_text, values)
def test_any_value_survives_toml(name: str, value: object) -> None:
    """What is written is what is read, whatever signs are in it."""
    assert tomllib.loads(f"{key_of(name)} = {toml_of(value)}\n") == {name: value}  # type: ignore[arg-type]


def test_paths_with_backslashes_can_be_read_by_people() -> None:
    """They stand as they are, in single quotes; half a character is no reason to fail."""
    assert toml_of("C:\\Scans\\new") == "'C:\\Scans\\new'"
    assert tomllib.loads("a = " + toml_of("x\udc80")) == {"a": "x?"}


@given(st.lists(st.sampled_from(["", "# c", "x = 1", 'y = """\n[a]\nz = 1\n"""', "w = [\n1,\n2]"]), unique=True))
def test_a_setting_is_found_on_its_line(above: list[str]) -> None:
    """Whatever stands above a setting, its own line is told."""
    text = "\n".join(
        [*above, "[a]", "b = 1", "", "[[c]]", "d = [", "  {e = 1},", "  {f = 2},", "]", "[[c]]", "d = 3", ""]
    )
    first = "\n".join([*above, ""]).count("\n")
    assert line_of(text, ("a", "b")) == first + 2
    assert line_of(text, ("a", "nowhere")) == first + 1
    assert line_of(text, ("c", 0)) == first + 4
    assert line_of(text, ("c", 0, "d")) == first + 5
    assert line_of(text, ("c", 0, "d", 1, "f", "int")) == first + 7
    assert line_of(text, ("c", 1, "d")) == first + 10
    assert line_of(text, ("nowhere",)) == 1


# ---------------------------------------------------------------- built-in document types


def test_the_built_in_document_types() -> None:
    """They are those that the design names, each with required fields of one name each."""
    assert set(built_in()) == {"invoice", "china-invoice", "receipt", "receipt-items", "train-ticket"}
    for found in built_in().values():
        names = [field.name.casefold() for field in found.fields]
        assert len(set(names)) == len(names)
        assert any(field.required for field in found.fields)


def test_a_field_takes_from_its_document_type_what_it_does_not_say(tmp_path: Path) -> None:
    """A choice of a type's fields keeps their kinds and labels; a new one is required text."""
    text = (
        "[[inbox]]\nprofile='receipt'\nfields=['total', {name='tax', required=true}, {name='tip', type='amount'}, 'x']"
    )
    (inbox,) = loaded(tmp_path, text).inbox
    fields = {field.name: field for field in profile(inbox.profile_name(), inbox.fields, inbox.prompt).fields}
    known = {field.name: field for field in built_in()["receipt"].fields}
    assert list(fields) == ["total", "tax", "tip", "x"]
    assert fields["total"] == known["total"]
    assert (fields["tax"].type, fields["tax"].required, fields["tax"].labels) == ("amount", True, known["tax"].labels)
    assert (fields["tip"].type, fields["tip"].required, fields["tip"].labels) == ("amount", True, ())
    assert (fields["x"].type, fields["x"].required) == ("text", True)


def test_a_table_has_fields_of_its_own(tmp_path: Path) -> None:
    """None of them is required unless it is said; a table of a document type may be taken over, or made anew."""
    text = (
        "[[inbox]]\nprofile='receipt-items'\nfields=['total', 'items', {name='extras', type='items', "
        "fields=['what', {name='price', type='amount', required=true, labels=['cost']}]}]"
    )
    (inbox,) = loaded(tmp_path, text).inbox
    fields = {field.name: field for field in profile(inbox.profile_name(), inbox.fields, inbox.prompt).fields}
    known = {field.name: field for field in built_in()["receipt-items"].fields}
    assert fields["items"] == known["items"]
    assert [field.name for field in known["items"].fields] == ["name", "quantity", "unit price", "amount"]
    what, price = fields["extras"].fields
    assert (what.type, what.required) == ("text", False)
    assert (price.type, price.required, price.labels) == ("amount", True, ("cost",))
    text = "[[inbox]]\nprofile='receipt-items'\nfields=['total', {name='items', fields=['name', 'amount', 'colour']}]"
    (inbox,) = loaded(tmp_path, text).inbox
    (_, chosen) = profile(inbox.profile_name(), inbox.fields, inbox.prompt).fields
    assert [(each.name, each.type) for each in chosen.fields] == [
        ("name", "text"), ("amount", "amount"), ("colour", "text"),
    ]  # fmt: skip
    assert chosen.fields[1] == known["items"].fields[3]


def test_a_table_is_shown_as_it_is_written(tmp_path: Path) -> None:
    """`config show` can be loaded again, and the schema knows fields within fields."""
    text = "[[inbox]]\nfields=['a', {name='t', type='items', fields=['x', {name='y', type='amount'}]}]"
    settings = loaded(tmp_path, text)
    again = loaded(tmp_path, shown(settings))
    assert [profile("", each.inbox[0].fields, None) for each in (settings, again)] == [
        profile("", settings.inbox[0].fields, None)
    ] * 2
    definition = json.loads(schema_text())["$defs"]["FieldData"]["anyOf"][1]
    assert "#/$defs/FieldData" in json.dumps(definition["properties"]["fields"])
