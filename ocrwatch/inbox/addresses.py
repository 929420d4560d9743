"""Which addresses of the network a link may lead to. Pure.

A link comes from anywhere: it must not make this computer ask its own services, the router, or a cloud's own
address for secrets. Only addresses that the whole internet can reach are allowed; an address inside another (IPv6 that
carries IPv4) is judged by what it carries.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


def is_public(address: str) -> bool:
    """Whether the numeric `address` belongs to the internet at large."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast for each in _carried(found))


def _carried(address: _Address) -> Iterator[_Address]:
    """`address`, or the addresses of IPv4 that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
        return
    yield address
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    if address in _NAT64 or address in _NAT64_LOCAL:
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
