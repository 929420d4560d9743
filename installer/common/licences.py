"""The licences of all that is packed, one folder for each package: it is distributed with their works.

What belongs to the program is told by its requirements, followed to their ends for this system.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from installer.common.project import ROOT

_NAMES = ("licen", "copying", "notice", "authors")
_OTHERS = ("pyinstaller",)
"""Its starter is part of the program."""


def write_licences(folder: Path, *, with_engine: bool) -> list[str]:
    """Fill `folder`; the packages whose own files have no licence text, which are told with what their metadata say."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "ocrwatch.txt")
    _python(folder)
    bare = []
    for package in packed(with_engine=with_engine):
        texts = list(_texts(package))
        name = package.metadata["Name"]
        place = folder / f"{name}-{package.version}"
        place.mkdir()
        (place / "PACKAGE.txt").write_text(_about(package), encoding="utf-8")
        for number, text in enumerate(texts):
            target = place / text.name
            shutil.copyfile(text, target if not target.exists() else place / f"{number}-{text.name}")
        if not texts:
            bare.append(name)
    return bare


def packed(*, with_engine: bool) -> list[Distribution]:
    """The packages that the program is made of, itself left out, by name."""
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    found: dict[str, Distribution] = {}
    wanted = [Requirement("ocrwatch[local]" if with_engine else "ocrwatch"), *map(Requirement, _OTHERS)]
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        if name in found and not requirement.extras:
            continue
        found[name] = package
        extras = requirement.extras or {""}
        for line in () if name in _OTHERS else package.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append(needed)
    return [package for name, package in sorted(found.items()) if name != "ocrwatch"]


def _texts(package: Distribution) -> Iterator[Path]:
    for file in package.files or ():
        if file.name.lower().startswith(_NAMES) and not file.name.endswith((".py", ".pyc")):
            path = Path(str(file.locate()))
            if path.is_file():
                yield path


def _about(package: Distribution) -> str:
    told = package.metadata
    lines = [f"{told['Name']} {package.version}", told["Summary"] or ""]
    lines += [f"{name}: {value}" for name in ("License-Expression", "License") for value in told.get_all(name) or ()]
    lines += [value for value in told.get_all("Classifier") or () if value.startswith("License")]
    lines += [value for name in ("Home-page", "Project-URL") for value in told.get_all(name) or ()]
    return "\n".join(lines) + "\n"


def _python(folder: Path) -> None:
    places = (Path(sysconfig.get_path("stdlib")), Path(sys.base_prefix))
    for place in places:
        for name in ("LICENSE.txt", "LICENSE"):
            if (place / name).is_file():
                shutil.copyfile(place / name, folder / "Python.txt")
                return
    (folder / "Python.txt").write_text(f"Python {sys.version}\n{sys.copyright}\n", encoding="utf-8")
