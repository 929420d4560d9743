"""What settings must be together: no two inboxes in each other's way, no picture in clear text over the world."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

from ocrwatch.config.profiles import profile
from ocrwatch.config.settings import Endpoint, Inbox, Settings, unknown_place
from ocrwatch.errors import ConfigurationError
from ocrwatch.ledger.items import items_sheets
from ocrwatch.ledger.layout import heading_key
from ocrwatch.messages import Message, message

DEFAULT_BASE_URL: str = Endpoint.model_fields["base_url"].default


class Clash(ConfigurationError):
    """Settings that do not go together. `locations`: where they stand, the one to change first."""

    def __init__(self, said: Message, *locations: tuple[str | int, ...]) -> None:
        super().__init__(said)
        self.locations = locations


def check(settings: Settings) -> Iterator[Message]:
    """Yields warnings. Raises Clash for what cannot work."""
    for (_, one), (place, other) in combinations(enumerate(settings.inbox), 2):
        with _told_of(place):
            _check_folders(one, other)
            _check_sheets(one, other)
    for place, inbox in enumerate(settings.inbox):
        with _told_of(place):
            _check_places(inbox)
            _check_headings(inbox)
            if not (inbox.asks_headings() and (inbox.template or inbox.ledger.exists())):
                ensure_name(inbox)
        if inbox.name and inbox.after == "keep":
            yield message("Scans of {folder} stay where they are, so name renames none.", folder=str(inbox.folder))
    if settings.endpoint.min_pixels > settings.endpoint.max_pixels:
        said = message("min_pixels is more than max_pixels.")
        raise Clash(said, ("endpoint", "min_pixels"), ("endpoint", "max_pixels"))
    yield from _open_key_file(settings.endpoint.api_key_file)
    parts = urlsplit(settings.endpoint.base_url)
    if parts.scheme == "http":
        host = parts.hostname or ""
        if not is_private(host):
            text = "Pictures would go to {host} unprotected. Write https:// in base_url."
            raise Clash(message(text, host=host), ("endpoint", "base_url"))
        if not _is_this_computer(host):
            yield message("Pictures go to {host} without encryption: anyone in between could read them.", host=host)


@contextmanager
def _told_of(place: int) -> Iterator[None]:
    """What is wrong inside is told of the watched folder at `place`, counted from 0."""
    try:
        yield
    except ConfigurationError as error:
        raise Clash(error.message, ("inbox", place)) from error


def _is_this_computer(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_private(host: str) -> bool:
    """Whether `host` is this computer, or one of a home or office network, by its name or address alone."""
    if re.fullmatch(r"(?=.*[a-z])(?!0x)[a-z0-9_-]+", host, re.IGNORECASE):  # 134744072 and 0x8080808 are addresses
        return True
    if host.endswith((".local", ".lan", ".internal", ".localhost")):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def destinations(inbox: Inbox) -> tuple[Path, Path]:
    """The `done` and `failed` folders, without what changes with the date."""
    return _fixed(inbox.folder, inbox.done), _fixed(inbox.folder, inbox.failed)


def columns(inbox: Inbox) -> tuple[str, ...]:
    """The field columns of the inbox's sheet, and of the sheets of its tables."""
    fields = profile(inbox.profile_name(), inbox.fields, inbox.prompt).fields
    return tuple(
        name
        for field in fields
        for name in (inbox.headings.get(field.name, field.name), *(each.name for each in field.fields))
    )


def sheets(inbox: Inbox) -> set[str]:
    """The sheets of the inbox's rows and of its tables, case-folded."""
    fields = profile(inbox.profile_name(), inbox.fields, inbox.prompt).fields
    tables = items_sheets(inbox.sheet_name(), fields).values()
    return {inbox.sheet_name().casefold(), *(table.sheet.casefold() for table in tables)}


def _fixed(folder: Path, pattern: str) -> Path:
    parts = []
    for part in (folder / pattern).parts:
        if "{" in part:
            break
        parts.append(part)
    return Path(os.path.normpath(Path(*parts)))


def _check_folders(one: Inbox, other: Inbox) -> None:
    if one.folder == other.folder:
        raise ConfigurationError(message("The folder {folder} is watched twice.", folder=str(one.folder)))
    for outer, inner in ((one, other), (other, one)):
        if outer.recursive and outer.folder in inner.folder.parents:
            text = "{inner} lies in {outer}, which is watched with its subfolders: each scan would be taken twice."
            raise ConfigurationError(message(text, inner=str(inner.folder), outer=str(outer.folder)))
        for filed in destinations(outer):
            if filed == inner.folder or filed in inner.folder.parents:
                text = "{inner} is watched, but filed scans are put there: they would be read for ever."
                raise ConfigurationError(message(text, inner=str(inner.folder)))
            if outer.after == "move" and inner.recursive and inner.folder in filed.parents:
                text = (
                    "Scans of {outer} are filed in {folder}, which is watched with its subfolders: name another place."
                )
                raise ConfigurationError(message(text, outer=str(outer.folder), folder=str(inner.folder)))


def _check_sheets(one: Inbox, other: Inbox) -> None:
    if one.ledger != other.ledger:
        return
    if one.sheet_name().casefold() != other.sheet_name().casefold() and one.ledger.suffix.lower() != ".csv":
        for theirs in sheets(one) & sheets(other):
            text = "Two folders write to the sheet {sheet} of {ledger}, one of them a table. Name another sheet."
            raise ConfigurationError(message(text, sheet=theirs, ledger=one.ledger.name))
        return
    if one.month_of != other.month_of:
        text = "Two folders write to the sheet {sheet} of {ledger} by different months. Give both one month_of."
        raise ConfigurationError(message(text, sheet=one.sheet_name(), ledger=one.ledger.name))
    if _all_columns(one) != _all_columns(other):
        text = "Two folders write different columns to the sheet {sheet} of {ledger}. Give each a sheet of its own."
        raise ConfigurationError(message(text, sheet=one.sheet_name(), ledger=one.ledger.name))


def _all_columns(inbox: Inbox) -> object:
    return columns(inbox), inbox.recursive, inbox.own_columns and set(inbox.own_columns), inbox.template


def _check_headings(inbox: Inbox) -> None:
    known = [field.name for field in profile(inbox.profile_name(), inbox.fields, None).fields]
    for name in inbox.headings:
        if name not in known:
            text = "headings names {field}, which is no field of {folder}. There are: {known}."
            raise ConfigurationError(message(text, field=name, folder=str(inbox.folder), known=", ".join(known)))
    keys = [heading_key(heading) for heading in columns(inbox)]
    for heading, key in zip(columns(inbox), keys, strict=True):
        if keys.count(key) > 1:
            text = "Two fields of {folder} go to the column {heading}. Give each one of its own in headings."
            raise ConfigurationError(message(text, folder=str(inbox.folder), heading=heading))


def ensure_name(inbox: Inbox) -> None:
    """Raises ConfigurationError where the name of filed scans has a place that is no field in force."""
    said = unknown_place(inbox.name, profile(inbox.profile_name(), inbox.fields, None).fields)
    if said is not None:
        text = "{key} is not right: {reason}."
        raise ConfigurationError(message(text, key="name", reason=said))


def _check_places(inbox: Inbox) -> None:
    for filed in destinations(inbox):
        if filed == inbox.folder:
            text = "Scans of {folder} cannot be filed into {folder} itself. Name a subfolder."
            raise ConfigurationError(message(text, folder=str(inbox.folder)))


def _open_key_file(path: Path | None) -> Iterator[Message]:
    """A warning where others on this computer may read the key."""
    if path is None or os.name != "posix":
        return
    try:
        mode = path.stat().st_mode
    except OSError:  # told when the key is needed
        return
    if mode & 0o077:
        yield message("Others on this computer may read {file}, which holds the key: chmod 600", file=str(path))
