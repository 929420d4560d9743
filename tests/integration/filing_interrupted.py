"""Files one scan in a process of its own, which is interrupted at its n-th touch of the disk, for every n.

    python filing_interrupted.py FOLDER OTHER die|replace links|no-links

FOLDER and OTHER may be on two volumes: the inbox is in FOLDER, its done folder in OTHER. `die` ends the process at
once, as SIGKILL would; `replace` puts another scan under the scan's name, as a scanner that reuses names would.
Prints for every n what lies where then, as JSON; after the filing was called again where the process died.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from ocrwatch.document import Document, Outcome
from ocrwatch.errors import Gone
from ocrwatch.filing.filer import FolderFiler
from tests.filed import dropped, tree

TOUCHES = {"open", "os.rename", "os.link", "os.remove", "os.mkdir", "shutil.copyfile", "shutil.copystat"}
DIED, THROUGH = 9, 0
NEW = b"another scan, of the same name"


def main(folder: Path, other: Path, way: str) -> None:
    found = []
    for number in range(1, 200):
        inbox, done = _fresh(folder / "inbox"), _fresh(other / "done")
        (inbox / ".ocrwatch-lease").touch()
        (done / "scan.jpg").write_bytes(b"somebody else's")
        document = dropped(inbox)
        filer = FolderFiler(inbox, done=str(done), failed="failed", after="move", render=str, clock=lambda: 0.0)
        journal = folder / "journal"
        journal.unlink(missing_ok=True)
        process = os.fork()
        if process == 0:
            _interrupt(number, way, document.path, (inbox, done))
            os._exit(_file(filer, document, journal))
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        again = _file(filer, document, journal) if way == "die" else status
        found.append({"status": status, "again": again, "inbox": _told(inbox), "done": _told(done)})
        if status == THROUGH and not (folder / "touched").exists():
            break
        (folder / "touched").unlink(missing_ok=True)
    print(json.dumps(found))


def _file(filer: FolderFiler, document: Document, journal: Path) -> int:
    """The pipeline's order: reserve, let the journal know, file."""
    try:
        target = Path(journal.read_text()) if journal.exists() else filer.reserve(document, Outcome.DONE)
        assert target is not None
        journal.write_text(str(target))
        filer.file(document, target)
    except Gone:
        return 1
    return THROUGH


def _interrupt(number: int, way: str, scan: Path, places: tuple[Path, ...]) -> None:
    touches = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal touches
        if event not in TOUCHES or not any(str(place) in str(arguments) for place in places):
            return
        touches += 1
        if touches != number:
            return
        if way == "die":
            os._exit(DIED)
        new = scan.with_name(".new")
        new.write_bytes(NEW)
        new.rename(scan)
        (scan.parents[1] / "touched").touch()

    sys.addaudithook(hook)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _told(folder: Path) -> dict[str, str]:
    return {name: content.decode() for name, content in tree(folder).items() if name != ".ocrwatch-lease"}


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


if __name__ == "__main__":
    if sys.argv[4] == "no-links":
        os.link = _no_links
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
