"""Settings that do not go together are refused, and clear text over a network is told."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ocrwatch.config.loading import Loaded, load
from ocrwatch.config.together import columns, destinations, is_private
from ocrwatch.errors import ConfigurationError


def load_text(folder: Path, text: str) -> Loaded:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def inboxes(*blocks: str) -> str:
    return "".join(f"[[inbox]]\n{block}\n" for block in blocks)


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        (("folder = 'a'", "folder = 'a'"), "is watched twice"),
        (("folder = 'a'", "folder = 'b/../a/'"), "is watched twice"),
        (("", "sheet = 'Other'"), "is watched twice"),
        (("folder = 'a'\nrecursive = true", "folder = 'a/b/c'\nrecursive = true"), "watched with its subfolders"),
        (("folder = 'a/b'", "folder = 'a'\nrecursive = true"), "watched with its subfolders"),
        (("folder = 'a'", "folder = 'a/done'"), "they would be read for ever"),
        (("folder = 'a/failed/x'", "folder = 'a'"), "they would be read for ever"),
        (("folder = 'a'\ndone = '../b'", "folder = 'b'"), "they would be read for ever"),
        (("folder = 'a'\ndone = 'done/{year}'", "folder = 'a/done/2024'"), "they would be read for ever"),
        (("folder = 'a'\nfailed = '../b/failed'", "folder = 'b'\nrecursive = true"), "watched with its subfolders"),
        (("folder = 'a'\ndone = '.'",), "cannot be filed into"),
        (("folder = 'a'\ndone = '{year}'",), "cannot be filed into"),
        (("folder = 'a'\nfailed = '../a'",), "cannot be filed into"),
        (("folder = 'a'", "folder = 'b'\nsheet = 'RECEIPTS'\nprofile = 'invoice'"), "different columns"),
        (
            ("folder = 'a'\nsheet = 'X'\nfields = ['a']", "folder = 'b'\nsheet = 'X'\nfields = ['b']"),
            "different columns",
        ),
        (("folder = 'a'", "folder = 'b'\nrecursive = true"), "different columns"),
        (("folder = 'a'\nheadings = {total = 'Sum'}", "folder = 'b'"), "different columns"),
        (("folder = 'a'\nown_columns = ['Check']", "folder = 'b'"), "different columns"),
        (("folder = 'a'\nheadings = {totl = 'Sum'}",), "headings names totl, which is no field"),
        (("folder = 'a'\nheadings = {total = 'DATE'}",), "Two fields of"),
        (("folder = 'a'", "folder = 'b'\nprofile = 'receipt-items'"), "different columns"),
        (("folder = 'a'\nprofile = 'receipt-items'", "folder = 'b'\nsheet = 'receipts ITEMS'"), "one of them a table"),
    ],
)
def test_inboxes_in_each_others_way_are_refused(tmp_path: Path, blocks: tuple[str, ...], said: str) -> None:
    """No scan is taken twice, read for ever, or written under a foreign heading; the file is named."""
    with pytest.raises(ConfigurationError) as caught:
        load_text(tmp_path, inboxes(*blocks))
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'config.toml'}, line ")


@pytest.mark.parametrize(
    "blocks",
    [
        ("folder = 'a'", "folder = 'b'"),
        ("folder = 'a'", "folder = 'a/b'"),
        ("folder = 'a'", "folder = 'ab'\nrecursive = true\nsheet = 'B'"),
        ("folder = 'a'\nrecursive = true", "folder = 'b'\nrecursive = true"),
        ("folder = 'a'\ndone = '../filed/{year}-{month}'", "folder = 'b'\ndone = '../filed/{year}-{month}'"),
        ("folder = 'a'\nprofile = 'receipt'", "folder = 'b'\nprofile = 'invoice'"),
        ("folder = 'a'\nprofile = 'receipt'", "folder = 'b'\nprofile = 'invoice'\nsheet = 'X'\nledger = 'other.xlsx'"),
        ("folder = 'a'\nfields = ['x']", "folder = 'b'\nfields = ['x']"),
        ("folder = 'a'\nfields = ['x']\nheadings = {x = 'y'}", "folder = 'b'\nfields = ['y']"),
        ("folder = 'a'\nheadings = {total = 'date', date = 'total'}", "folder = 'b'\nsheet = 'X'"),
        ("folder = 'a'\nafter = 'keep'\nfailed = '../b/f'\nsheet = 'A'", "folder = 'b'\nrecursive = true\ndone = 'd'"),
    ],
)
def test_inboxes_side_by_side_are_fine(tmp_path: Path, blocks: tuple[str, ...]) -> None:
    """Folders may lie in each other, share a workbook and a place for filed scans."""
    assert len(load_text(tmp_path, inboxes(*blocks)).settings.inbox) == 2


def test_where_scans_are_filed(tmp_path: Path) -> None:
    """The folders for filed scans are told without what changes with the date, and below the inbox by default."""
    one, other = load_text(
        tmp_path, inboxes("folder = 'a'", f"folder = 'b'\ndone = '{tmp_path}/f/{{year}}/x'\nfailed = '../g'")
    ).settings.inbox
    assert destinations(one) == (tmp_path / "a" / "done", tmp_path / "a" / "failed")
    assert destinations(other) == (tmp_path / "f", tmp_path / "g")


def test_columns_are_the_fields(tmp_path: Path) -> None:
    """A person's own fields are the columns; a built-in document type brings its own."""
    text = inboxes("folder = 'a'\nfields = ['发票号码', {name = '票价', type = 'amount'}]", "folder = 'b'")
    own, built_in = load_text(tmp_path, text).settings.inbox
    assert columns(own) == ("发票号码", "票价")
    assert (own.sheet_name(), own.profile_name()) == ("Scans", "")
    assert columns(built_in)[:3] == ("company", "date", "total")


def test_a_field_may_have_another_heading(tmp_path: Path) -> None:
    """The columns are then called so, and own columns are known in any spelling."""
    text = inboxes(
        "folder = 'a'\nfields = ['票价', '车次']\nheadings = {'票价' = '金额'}\nown_columns = ['document id']"
    )
    (inbox,) = load_text(tmp_path, text).settings.inbox
    assert columns(inbox) == ("金额", "车次")
    assert inbox.own_columns == ("Document ID",)


# ---------------------------------------------------------------- the service


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "nas",
        "NAS-2",
        "printer.local",
        "ollama.lan",
        "a.internal",
        "127.0.0.1",
        "192.168.1.9",
        "10.1.2.3",
        "172.16.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "169.254.1.1",
    ],
)
def test_private_hosts(host: str) -> None:
    """This computer, names without a dot, and the addresses of home and office networks."""
    assert is_private(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "8.8.8.8",
        "2001:4860:4860::8888",
        "172.32.0.1",
        "localhost.example.com",
        "134744072",
        "0x08080808",
        "evil-local.com",
        "lan.example",
        "1.2.3",
        "100.64.0.1",
    ],
)
def test_hosts_of_the_world(host: str) -> None:
    """All others are not private, addresses written as one number included."""
    assert not is_private(host)


def test_plain_http_goes_to_private_addresses_alone(tmp_path: Path) -> None:
    """Pictures in clear text are refused over the world, and told in a network of one's own."""
    assert load_text(tmp_path, "").warnings == ()
    found = load_text(tmp_path, "[endpoint]\nbase_url = 'http://192.168.1.9:11434/v1/'\n")
    assert found.settings.endpoint.base_url == "http://192.168.1.9:11434/v1"
    assert [str(warning) for warning in found.warnings] == [
        "Pictures go to 192.168.1.9 without encryption: anyone in between could read them."
    ]
    with pytest.raises(ConfigurationError, match=r"Pictures would go to api\.example\.com unprotected"):
        load_text(tmp_path, "[endpoint]\nbase_url = 'http://api.example.com/v1'\n")
    with pytest.raises(ConfigurationError, match="unprotected"):
        load_text(tmp_path, "[endpoint]\nbase_url = 'http://[2001:db9::1]:80/v1'\n")


def test_pixels_have_a_least_and_a_most(tmp_path: Path) -> None:
    """The least number of pixels is not more than the most."""
    with pytest.raises(ConfigurationError, match="min_pixels is more than max_pixels"):
        load_text(tmp_path, "[endpoint]\nmin_pixels = 8000\nmax_pixels = 7000\n")


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_a_key_file_that_others_may_read_is_told(tmp_path: Path) -> None:
    """The key is one's own; a file that is not there is told only when the key is needed."""
    text = "[endpoint]\napi_key_file = 'k'\n"
    assert load_text(tmp_path, text).warnings == ()
    (tmp_path / "k").write_text("secret", encoding="utf-8")
    (tmp_path / "k").chmod(0o644)
    (warning,) = load_text(tmp_path, text).warnings
    assert "chmod 600" in str(warning)
    assert "secret" not in str(warning)
    (tmp_path / "k").chmod(0o600)
    assert load_text(tmp_path, text).warnings == ()


def test_a_ledger_may_be_a_workbook_a_month(tmp_path: Path) -> None:
    """With the year beside the month, nothing else in braces, and one rule for all folders that share it."""
    inbox = "[[inbox]]\nfolder='{}'\nledger='Scans {{year}}-{{month}}.xlsx'\n"
    assert load_text(tmp_path, inbox.format("a")).settings.inbox[0].ledger.name == "Scans {year}-{month}.xlsx"
    for name, said in (("{month}.xlsx", "needs {year}"), ("{day}.xlsx", "may stand in braces")):
        with pytest.raises(ConfigurationError, match=re.escape(said)):
            load_text(tmp_path, f"[[inbox]]\nledger='{name}'\n")
    with pytest.raises(ConfigurationError, match="month_of"):
        load_text(tmp_path, inbox.format("a") + inbox.format("b") + "month_of='document'\n")


def test_names_of_scans_that_stay(tmp_path: Path) -> None:
    """A template for names says when it renames nothing; every field of the type in force may stand in it."""
    found = load_text(tmp_path, "[[inbox]]\nname = '{COMPANY} {folder}'\nafter = 'keep'\n")
    assert any("name renames none" in str(warning) for warning in found.warnings)
    assert load_text(tmp_path, "[[inbox]]\nprofile = 'train-ticket'\nname = '{票价} {received} {id}'\n").warnings == ()
