from __future__ import annotations

import plistlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.inbox.addresses import is_public
from ocrwatch.inbox.shortcuts import address_in, ends_early, name_in

URL = "https://shop.example/receipt.jpg?id=7"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.url", f"[InternetShortcut]\r\nURL={URL}\r\nIconIndex=0\r\n".encode()),
        (
            "a.URL",
            f"[{{000214A0-0000-0000-C000-000000000046}}]\r\nURL=http://no\r\n[InternetShortcut]\r\nURL={URL}".encode(),
        ),
        ("a.url", f"[InternetShortcut]\r\nURL={URL}\r\n".encode("utf-16")),
        ("a.webloc", plistlib.dumps({"URL": URL})),
        ("a.webloc", plistlib.dumps({"URL": URL}, fmt=plistlib.FMT_BINARY)),
        ("a.desktop", f"[Desktop Entry]\nType=Link\nName=x\nURL={URL}\n".encode()),
        ("a.txt", f"\ufeff{URL}\n".encode()),
        ("a.txt", f"  {URL}  ".encode()),
    ],
)
def test_each_kind_of_link(name: str, data: bytes) -> None:
    """What browsers of all systems leave holds the address."""
    assert address_in(name, data) == URL
    assert not ends_early(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", f"Have a look: {URL}".encode()),
        ("a.txt", f"{URL}\n{URL}".encode()),
        ("a.txt", b""),
        ("a.txt", b"file:///etc/passwd"),
        ("a.txt", URL.encode() + b"a" * 70_000),
        ("a.desktop", b"[Desktop Entry]\nType=Application\nExec=true\nURL=https://x.example\n"),
        ("a.csv", URL.encode()),
    ],
)
def test_what_is_no_link_is_left_alone(name: str, data: bytes) -> None:
    """A text that is more than one address, a starter of a program, another kind of file."""
    assert address_in(name, data) is None


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.url", b"[InternetShortcut]\r\n"), ("a.webloc", b"<plist></plist>"), ("a.webloc", b"bplist00rubbish")],
)
def test_a_link_without_an_address(name: str, data: bytes) -> None:
    """It is one, and says nothing."""
    assert address_in(name, data) == ""


@pytest.mark.parametrize(("name", "data"), [("a.url", b""), ("a.webloc", b"<?xml version='1.0'?><plist><dict>")])
def test_a_link_that_is_still_written(name: str, data: bytes) -> None:
    """It is waited for."""
    assert ends_early(name, data)


@given(st.sampled_from([".url", ".webloc", ".desktop", ".txt"]), st.binary(max_size=300))
def test_no_bytes_upset_it(suffix: str, data: bytes) -> None:
    """Whatever stands in it, there is an answer."""
    found = address_in(f"a{suffix}", data)
    assert found is None or isinstance(found, str)
    ends_early(f"a{suffix}", data)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.example/x/My%20Receipt.jpg?y=1", "My Receipt"),
        ("https://a.example/%E5%8F%91%E7%A5%A8.pdf", "发票"),
        ("https://a.example/", "dropped"),
        ("https://a.example/..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("https://a.example/..%5C..%5Cevil.exe.jpg", "evil.exe"),
        ("https://a.example/%00%0a.jpg", "dropped"),
        ("https://a.example/" + "x" * 500 + ".jpg", "x" * 80),
        ("http://[bad", "dropped"),
    ],
)
def test_the_name_of_the_picture(url: str, name: str) -> None:
    """As the address has it, and never a path."""
    assert name_in(url, "dropped") == name


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "1.1.1.1"])
def test_public_addresses(address: str) -> None:
    """The internet at large."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_inside(address: str) -> None:
    """This computer, its network, a cloud's own address; also where an address of IPv6 carries one of IPv4."""
    assert not is_public(address)
