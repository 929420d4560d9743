"""Where the scans of papers lie now: where they were filed, else wherever below the watched folder their bytes are."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from ocrwatch.document import Document, Filed
from ocrwatch.on_disk import digest_if_there


def scans_of(
    papers: Collection[str], documents: Mapping[str, Document], names: Mapping[str, str], places: Sequence[Path]
) -> dict[str, Path]:
    """The scans of `papers` (ids), by these. `names`: what their rows' links show.

    One that is not where it was filed is looked for below `places`, by its size or name first and then by its bytes.
    """
    found = {}
    for paper in papers:
        path = filed_at(documents.get(paper))
        if path is not None and path.is_file():
            found[paper] = path
    lacking = [paper for paper in papers if paper not in found]
    if lacking:
        sizes = {paper: documents[paper].signature.size_bytes for paper in lacking if paper in documents}
        found |= dict(_moved(lacking, sizes, names, places))
    return found


def filed_at(document: Document | None) -> Path | None:
    """Where the scan was filed; None where that is not known."""
    if document is not None and isinstance(document.stage, Filed):
        return document.stage.path
    return None


def _moved(
    lacking: Sequence[str], sizes: Mapping[str, int], names: Mapping[str, str], places: Sequence[Path]
) -> Iterator[tuple[str, Path]]:
    by_size: dict[int, set[str]] = defaultdict(set)
    by_name: dict[str, set[str]] = defaultdict(set)
    for paper in lacking:
        if paper in sizes:
            by_size[sizes[paper]].add(paper)
        elif paper in names:
            by_name[names[paper]].add(paper)
    left = set(lacking)
    for path in _files(places):
        candidates = by_name.get(path.name, set()) | by_size.get(_size(path), set())
        if candidates & left:
            digest = digest_if_there(path) or ""
            for paper in {each for each in candidates & left if digest.startswith(each)}:
                left.discard(paper)
                yield paper, path


def _files(places: Sequence[Path]) -> Iterator[Path]:
    seen: set[Path] = set()
    for place in places:
        for folder, _, names in os.walk(place):
            for name in sorted(names):
                path = Path(folder, name)
                if path not in seen:
                    seen.add(path)
                    yield path


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return -1
