"""Where ocrwatch keeps its things, by the conventions of each system."""

from __future__ import annotations

import os
import sys
import uuid
from pathlib import Path

from platformdirs import PlatformDirs, user_config_path, user_state_path

APP = "ocrwatch"
CONFIG_VARIABLE = "OCRWATCH_CONFIG"

_NAME = "config.toml"
_SITE = Path("/etc/xdg")


def default_config() -> Path:
    """The configuration file of this user."""
    return user_config_path(APP, appauthor=False) / _NAME


def user_config(named: Path | None = None) -> tuple[Path, bool]:
    """The person's file: `named`, else the one of OCRWATCH_CONFIG, else the usual one; and whether it was named."""
    given = named or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    if given is None:
        return default_config(), False
    return Path(os.path.abspath(os.path.expanduser(given))), True  # noqa: PTH100, PTH111  Path's raises for unknown users


def site_configs() -> tuple[Path, ...]:
    """Where the configuration for all users of this computer may be; the first that is there counts.

    Linux: /etc/xdg before what XDG_CONFIG_DIRS names. Desktops put folders of their own into that variable, and a
    session's environment must not hide what the administrator wrote.
    """
    named = PlatformDirs(APP, appauthor=False, multipath=True).site_config_dir.split(os.pathsep)
    folders = [Path(folder) for folder in named]
    if sys.platform not in ("win32", "darwin"):
        folders.insert(0, _SITE / APP)
    return tuple(dict.fromkeys(folder / _NAME for folder in folders))


def is_open_to_others(site: Path) -> bool:
    """Whether others than the administrator may change this computer's file, or put another in its place (POSIX)."""
    if os.name != "posix":
        return False
    groups = os.getgroups()
    for place in (site, site.parent):
        try:
            found = place.stat()
        except OSError:
            continue
        by_group = found.st_mode & 0o020 and found.st_gid in groups and found.st_gid != 0
        if found.st_uid != 0 or found.st_mode & 0o002 or by_group:
            return True
    return False


def default_state() -> Path:
    """The folder of journal, log and lock."""
    return user_state_path(APP, appauthor=False)


def made_private(folder: Path) -> Path:
    """`folder`, created so that only its user may look into it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def machine_id(state_dir: Path) -> str:
    """A random name of this computer's state folder, the same at every call. Raises OSError."""
    path = state_dir / "machine-id"
    try:
        known = path.read_text(encoding="ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError):
        known = ""
    if not known:
        known = uuid.uuid4().hex
        path.write_text(known + "\n", encoding="ascii")
    return known
