"""What lies upon what: built in, this computer's file, the person's file, the environment; and what is locked.

    environment      OCRWATCH_ENDPOINT__MODEL=…     `environment.py`
    the person's     ~/.config/ocrwatch/config.toml, or the file that --config or OCRWATCH_CONFIG names
    this computer's  /etc/xdg/ocrwatch/config.toml, C:\\ProgramData\\ocrwatch\\config.toml …
    built in

Rules
  1. A setting is taken from the highest layer that sets it. The list of watched folders is one setting: the person's
     replaces this computer's.
  2. What this computer's file locks is taken from below the person's layer, whatever lies above. Who is overruled is
     told, not stopped.
  3. Each layer is checked by itself, so that a mistake is told with its own file and line, and its relative paths
     start at its own folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from ocrwatch.config.keys import every_key, laid_over, set_keys, value_at
from ocrwatch.config.settings import Settings
from ocrwatch.messages import Message, message


class Origin(Enum):
    """Where a value comes from."""

    BUILT_IN = "built-in"
    SITE = "site"
    USER = "user"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The settings of one origin. `name` is the file with its folder, "" for the environment; `text` what it holds."""

    origin: Origin
    name: str = ""
    text: str = ""
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """All layers as one.

    `origins`: of the settings that any layer sets. `overruled`: locked settings that the person or the environment sets
    otherwise.
    """

    settings: Settings
    origins: Mapping[str, Origin] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()
    overruled: tuple[tuple[str, Layer], ...] = ()


def laid(layers: Sequence[Layer]) -> Laid:
    """`layers`, the lowest first."""
    settings = Settings()
    origins: dict[str, Origin] = {}
    locked: frozenset[str] = frozenset()
    overruled: list[tuple[str, Layer]] = []
    for layer in layers:
        above = locked if layer.origin is not Origin.SITE else frozenset[str]()
        overruled += [(key, layer) for key in _differing(layer, settings, above)]
        settings = laid_over(settings, layer.settings, but=above)
        origins |= {key: layer.origin for key in set_keys(layer.settings) if key not in above}
        if layer.origin is Origin.SITE:
            locked = locked_by(layer.settings)
    return Laid(settings=settings, origins=origins, locked=locked, overruled=tuple(overruled))


def locked_by(settings: Settings) -> frozenset[str]:
    """The settings that `settings` locks; a table's name stands for all in it."""
    named = settings.locked or ()
    return frozenset(
        key for key in every_key(Settings()) if any(key == name or key.startswith(f"{name}.") for name in named)
    )


def notices(found: Laid, site: str) -> Iterator[Message]:
    """Whose values are overruled, by the file `site`."""
    for key, layer in found.overruled:
        if layer.origin is Origin.ENVIRONMENT:
            text = "{key} is locked by {site}: the value in the variable {variable} does not count."
            yield message(text, key=key, site=site, variable=variable_of(key))
        else:
            text = "{key} is locked by {site}: the value in {file} does not count."
            yield message(text, key=key, site=site, file=layer.name)


def variable_of(key: str) -> str:
    """The variable of the environment that sets `key`."""
    return "OCRWATCH_" + key.replace(".", "__").upper()


def _differing(layer: Layer, below: Settings, locked: frozenset[str]) -> Iterator[str]:
    for key in set_keys(layer.settings):
        if key in locked and value_at(layer.settings, key) != value_at(below, key):
            yield key
