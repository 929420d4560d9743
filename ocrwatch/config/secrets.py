"""The API key: from the environment, else the system's keyring, else a file that the configuration names.

Rules
  1. It is never kept in plain text by ocrwatch: a keyring that would do so is refused. It is never in a message either.
  2. A keyring that is locked or not there yet (at login, before the desktop is) is not a computer without a key. That
     one was set is noted in the user's state folder, so that nobody's scans go another way on such a morning. Where
     none was set the keyring is not asked: it may open a window of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from ocrwatch.config.paths import default_state, made_private
from ocrwatch.config.settings import Settings
from ocrwatch.config.together import DEFAULT_BASE_URL
from ocrwatch.errors import Busy, ConfigurationError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

VARIABLE = "OCRWATCH_API_KEY"
SERVICE = "ocrwatch"

_SAFE_MODULES = ("keyring.backends.",)
_UNSAFE_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")
_A_KEY = re.compile(r"[\x21-\x7e]{1,4096}")
_REMEMBERED = "keys-set"
"""The file of the user's state folder that names, one a line, the services whose key is in the keyring."""


def api_key(settings: Settings) -> str | None:
    """The key for the configured service; None where there is none. Raises ConfigurationError for what is no key."""
    if given := os.environ.get(VARIABLE, "").strip():
        return _checked(given, message("the variable {name}", name=VARIABLE))
    return (_from_keyring(settings) if _is_kept(settings) else None) or _from_file(settings.endpoint.api_key_file)


def has_key(settings: Settings) -> bool:
    """Whether the service has a key, be it one that the keyring does not give out just now. Raises as `api_key`."""
    return api_key(settings) is not None or _is_kept(settings)


def key_place(settings: Settings) -> Literal["variable", "keyring", "file", ""]:
    """Where the service's key comes from, "" for nowhere. The keyring is not asked: it may open a window of its own."""
    if os.environ.get(VARIABLE, "").strip():
        return "variable"
    if _is_kept(settings):
        return "keyring"
    return "file" if settings.endpoint.api_key_file is not None else ""


def key_in_time(settings: Settings) -> str | None:
    """The key, for a reader that can wait for it. Raises `Busy` while the keyring keeps it back; as `api_key`."""
    key = api_key(settings)
    if key is None and _is_kept(settings):
        text = "The system's keyring does not give out the key yet. Unlock it; reading then goes on by itself."
        raise Busy(message(text))
    return key


def set_key(settings: Settings, key: str) -> None:
    """Keep `key` in the system's keyring. Raises ConfigurationError where there is none that is safe."""
    key = _checked(key.strip(), message("what was given"))
    with _unlocked():
        _safe_keyring().set_password(SERVICE, _user(settings), key)
    _remember(_remembered() | {_user(settings)})


def clear_key(settings: Settings) -> bool:
    """Take the key out of the keyring; False when there was none. Raises ConfigurationError."""
    from keyring.errors import PasswordDeleteError

    try:
        with _unlocked():
            keyring = _safe_keyring()
            had_one = keyring.get_password(SERVICE, _user(settings)) is not None
            if had_one:
                keyring.delete_password(SERVICE, _user(settings))
    except PasswordDeleteError as error:
        raise _locked() from error
    _remember(_remembered() - {_user(settings)})
    return had_one


def resolve_engine(settings: Settings, *, key_present: bool) -> Literal["endpoint", "local"]:
    """Who reads: as configured; by itself the service where a key or a server of the person's own is named."""
    if settings.reader.engine != "auto":
        return settings.reader.engine
    return "endpoint" if key_present or settings.endpoint.base_url != DEFAULT_BASE_URL else "local"


def engine_in_force(settings: Settings) -> Literal["endpoint", "local"]:
    """Who reads. The keyring is asked only where it decides. Raises as `api_key`."""
    is_told = settings.reader.engine != "auto" or settings.endpoint.base_url != DEFAULT_BASE_URL
    return resolve_engine(settings, key_present=not is_told and has_key(settings))


def destination(settings: Settings) -> str:
    """The host that pictures go to, "" where they stay here. The keyring is not asked: it may open a window."""
    named = bool(os.environ.get(VARIABLE, "").strip()) or settings.endpoint.api_key_file is not None
    if resolve_engine(settings, key_present=named or _is_kept(settings)) == "local":
        return ""
    return urlsplit(settings.endpoint.base_url).hostname or settings.endpoint.base_url


def _from_keyring(settings: Settings) -> str | None:
    try:
        with _unlocked():
            return _safe_keyring().get_password(SERVICE, _user(settings)) or None
    except ConfigurationError:
        return None


def _from_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        key = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        # its name is not told: people write the key itself there
        text = "The file that api_key_file names cannot be read. It must hold the key alone, as text."
        raise ConfigurationError(message(text)) from error
    return _checked(key, message("the file that api_key_file names")) if key else None


def _checked(key: str, place: Message) -> str:
    """`key`, which can stand in a request's header. Raises ConfigurationError."""
    if not _A_KEY.fullmatch(key):
        text = "There is no key in {place}: a key is one line of letters, digits and signs, without spaces."
        raise ConfigurationError(message(text, place=place))
    return key


@contextmanager
def _unlocked() -> Iterator[None]:
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        yield
    except PasswordDeleteError:
        raise
    except KeyringError as error:
        raise _locked() from error


def _safe_keyring() -> KeyringBackend:
    for candidate in _keyrings():
        module = type(candidate).__module__
        if module.startswith(_SAFE_MODULES) and not module.startswith(_UNSAFE_MODULES):
            return candidate
    raise ConfigurationError(
        message(
            "This computer has no safe place for the key (no keyring). Write the key alone into a file that only you "
            'may read, and name it in the configuration, below [endpoint]: api_key_file = "~/.ocrwatch-key". Or set it '
            "in the variable {variable}.",
            variable=VARIABLE,
        )
    )


def _keyrings() -> list[KeyringBackend]:
    """The keyrings that the user chose, or that are there now."""
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.backends import chainer, fail

    try:
        chosen = keyring.get_keyring()
    except (ImportError, AttributeError):  # PYTHON_KEYRING_BACKEND or its file names one that is not there
        return []
    if isinstance(chosen, chainer.ChainerBackend):
        return list(chosen.backends)
    if not isinstance(chosen, fail.Keyring):
        return [chosen]
    # at the first question there was none; keyring itself would never look again
    return [kind() for kind in sorted(KeyringBackend.get_viable_backends(), key=lambda kind: -kind.priority)]


def _locked() -> ConfigurationError:
    return ConfigurationError(message("The system's keyring is locked. Unlock it and try again."))


def _user(settings: Settings) -> str:
    return urlsplit(settings.endpoint.base_url).hostname or "endpoint"


def _is_kept(settings: Settings) -> bool:
    """Whether a key was put into the keyring."""
    return _user(settings) in _remembered()


def _remembered() -> frozenset[str]:
    try:
        return frozenset((default_state() / _REMEMBERED).read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _remember(services: frozenset[str]) -> None:
    folder = default_state()
    try:
        path = made_private(folder) / _REMEMBERED
        path.write_text("".join(f"{service}\n" for service in sorted(services)), encoding="utf-8")
    except OSError as error:
        text = "ocrwatch notes in {folder} that a key was set, but may not write there. Allow it, set it again."
        raise ConfigurationError(message(text, folder=str(folder))) from error
