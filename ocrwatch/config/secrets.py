"""The API key: from the environment, else the system's keyring, else a file that the configuration names.

It is never kept in plain text by ocrwatch: a keyring that would do so is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from ocrwatch.config.settings import Settings
from ocrwatch.config.together import DEFAULT_BASE_URL
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import message

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

VARIABLE = "OCRWATCH_API_KEY"
SERVICE = "ocrwatch"

_SAFE_MODULES = ("keyring.backends.",)
_UNSAFE_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")


def api_key(settings: Settings) -> str | None:
    """The key for the configured service; None where there is none. Raises ConfigurationError for a bad key file."""
    from_environment = os.environ.get(VARIABLE, "").strip()
    return from_environment or _from_keyring(settings) or _from_file(settings.endpoint.api_key_file)


def set_key(settings: Settings, key: str) -> None:
    """Keep `key` in the system's keyring. Raises ConfigurationError where there is none that is safe."""
    from keyring.errors import KeyringError

    try:
        _safe_keyring().set_password(SERVICE, _user(settings), key.strip())
    except KeyringError as error:
        raise _locked() from error


def clear_key(settings: Settings) -> bool:
    """Take the key out of the keyring; False when there was none. Raises ConfigurationError."""
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        _safe_keyring().delete_password(SERVICE, _user(settings))
    except PasswordDeleteError:
        return False
    except KeyringError as error:
        raise _locked() from error
    return True


def resolve_engine(settings: Settings, *, key_present: bool) -> Literal["endpoint", "local"]:
    """Who reads: as configured; by itself the service where a key or a server of the person's own is named."""
    if settings.reader.engine != "auto":
        return settings.reader.engine
    return "endpoint" if key_present or settings.endpoint.base_url != DEFAULT_BASE_URL else "local"


def _from_keyring(settings: Settings) -> str | None:
    from keyring.errors import KeyringError

    try:
        return _safe_keyring().get_password(SERVICE, _user(settings)) or None
    except (KeyringError, ConfigurationError):
        return None


def _from_file(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8-sig").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        text = "The file {file} that api_key_file names cannot be read. It must hold the key alone, as text."
        raise ConfigurationError(message(text, file=str(path))) from error


def _safe_keyring() -> KeyringBackend:
    import keyring

    backend = keyring.get_keyring()
    candidates = getattr(backend, "backends", [backend])  # the chainer asks several
    for candidate in candidates:
        module = type(candidate).__module__
        if module.startswith(_SAFE_MODULES) and not module.startswith(_UNSAFE_MODULES):
            return candidate  # type: ignore[no-any-return]
    raise ConfigurationError(
        message(
            "This computer has no safe place for the key (no keyring). Set it in the variable {variable}, or name a "
            "file only you may read in api_key_file.",
            variable=VARIABLE,
        )
    )


def _locked() -> ConfigurationError:
    return ConfigurationError(message("The system's keyring is locked. Unlock it and try again."))


def _user(settings: Settings) -> str:
    return urlsplit(settings.endpoint.base_url).hostname or "endpoint"
