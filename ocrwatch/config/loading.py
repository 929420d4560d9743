"""From TOML files and the environment to `Settings`. What lies upon what is told in `layers.py`, what is wrong in
`explaining.py`.

This computer's file fails closed: where it cannot be read or is wrong, nothing runs. Else what it locks would be open.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ocrwatch.config import paths
from ocrwatch.config.environment import environment_layer, unknown_variables
from ocrwatch.config.layers import Layer, Origin, laid, notices, variable_of
from ocrwatch.config.settings import Settings
from ocrwatch.config.together import Clash, check
from ocrwatch.errors import ConfigurationError
from ocrwatch.messages import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings in force.

    `path` is the person's file, `site` this computer's; None where there is none. `locked` are the settings (dotted:
    `reader.engine`) that the person cannot change. `warnings` are for everyone to see, `notices` for who asks how the
    configuration stands: values that are overruled, variables that mean nothing.
    """

    settings: Settings
    path: Path | None
    site: Path | None = None
    warnings: tuple[Message, ...] = ()
    notices: tuple[Message, ...] = ()
    locked: frozenset[str] = frozenset()
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, key: str) -> Origin:
        """Where the value of the setting `key` (dotted) comes from. Watched folders are one setting, `inbox`."""
        return self.origins.get("inbox" if key.startswith("inbox.") else key, Origin.BUILT_IN)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that were read, the stronger first."""
        return tuple(path for path in (self.path, self.site) if path is not None)


def load(path: Path | None = None) -> Loaded:
    """The settings of `path`, else of OCRWATCH_CONFIG, else of the user's file, upon this computer's.

    Raises ConfigurationError.
    """
    file, is_named = paths.user_config(path)
    if not is_named and not os.path.lexists(file):
        return _loaded(_site_layer(), None)
    return load_text(file, text_of(file))


def load_text(path: Path, text: str) -> Loaded:
    """The settings that `path` would bring if it held `text`. Raises ConfigurationError."""
    site = _site_layer()
    return _loaded(site, _parsed(path, text, Origin.USER))


def text_of(path: Path) -> str:
    """What the file holds, its lines ended by \\n. Raises ConfigurationError."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        text = "{file} is not saved as UTF-8. Open it in an editor, choose Save as, and choose UTF-8."
        raise ConfigurationError(message(text, file=str(path))) from error
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ConfigurationError(
            message("The configuration {file} cannot be opened: {reason}.", file=str(path), reason=reason)
        ) from error


def _site_layer() -> Layer | None:
    """This computer's file. One that is there and cannot be looked at is no file that is not there."""
    for path in paths.site_configs():
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            pass  # told by text_of
        try:
            return _parsed(path, text_of(path), Origin.SITE)
        except ConfigurationError as error:
            said = "The configuration for all users of this computer cannot be used; ask who looks after it. {problem}"
            raise ConfigurationError(message(said, problem=error.message)) from error
    return None


def _parsed(path: Path, text: str, origin: Origin) -> Layer:
    from pydantic import ValidationError

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        from ocrwatch.config.explaining import syntax_error

        raise syntax_error(str(path), text, error) from error
    except RecursionError as error:
        nested = "{file} holds brackets within brackets, more of them than can be read."
        raise ConfigurationError(message(nested, file=str(path))) from error
    try:
        settings = Settings.model_validate(data, context={"folder": path.parent})
    except ValidationError as error:
        from ocrwatch.config.explaining import setting_error

        raise setting_error(str(path), text, error.errors()) from error
    if origin is Origin.USER and settings.locked is not None:
        from ocrwatch.config.explaining import told_at

        said = message("locked is only for the file of this computer's administrator: {site}.", site=_site_name())
        raise ConfigurationError(told_at(str(path), text, ("locked",), said))
    return Layer(origin=origin, name=str(path), text=text, settings=settings)


def _loaded(site: Layer | None, user: Layer | None) -> Loaded:
    environment = environment_layer(os.environ)
    layers = {layer.origin: layer for layer in (site, user, environment) if layer is not None}
    found = laid([*layers.values()])
    try:
        warnings = tuple(check(found.settings))
    except Clash as clash:
        raise _placed(clash, layers, found.origins) from clash
    said = [*notices(found, site.name if site else ""), *unknown_variables(os.environ)]
    return Loaded(
        settings=found.settings,
        path=Path(user.name) if user else None,
        site=Path(site.name) if site else None,
        warnings=warnings,
        notices=tuple(said),
        locked=found.locked,
        origins=found.origins,
    )


def _placed(clash: Clash, layers: Mapping[Origin, Layer], origins: Mapping[str, Origin]) -> ConfigurationError:
    """The error with the file and line, or the variable, of the first of its settings that somebody set."""
    for location in clash.locations:
        key = "inbox" if location[0] == "inbox" else ".".join(map(str, location))
        layer = layers.get(origins.get(key, Origin.BUILT_IN))
        if layer is None:
            continue
        if layer.origin is Origin.ENVIRONMENT:
            text = "The variable {name}: {problem}"
            return ConfigurationError(message(text, name=variable_of(key), problem=clash.message))
        from ocrwatch.config.explaining import told_at

        return ConfigurationError(told_at(layer.name, layer.text, location, clash.message))
    return clash


def _site_name() -> str:
    return str(paths.site_configs()[0])
