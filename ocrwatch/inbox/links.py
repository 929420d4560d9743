"""Links dropped into the folder: the picture is fetched, and laid beside the link as a scan like any other.

    link ─▶ its address ─▶ fetched in a child process ─▶ a hidden file ─▶ a free name beside the link ─▶ the next look
                                                                                               takes it as a scan
Rules
  1. The scan is the picture: it is filed, its bytes make the row's id, and fetched twice it is the same scan twice.
  2. The link comes to rest only when its picture lies in the folder. After a crash in between it is fetched again; the
     same bytes under the same name are then no second picture.
  3. What the service may be told of the address is remembered before the picture can be seen: it may then fetch the
     picture itself.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from ocrwatch.childprocess import ChildProcess
from ocrwatch.document import Document
from ocrwatch.errors import DecoderCrashed, DiskFull, FolderAway, ServerTrouble
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.inbox.shortcuts import may_be_link, name_in
from ocrwatch.messages import JSON, message
from ocrwatch.on_disk import digest_if_there, sync_folder

_TIMEOUT_SECONDS = 75.0
"""For one picture; the child itself ends what takes longer than a minute, between two pieces."""

_SUFFIXES = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    "image/gif": (".gif",),
    "image/bmp": (".bmp",),
    "image/tiff": (".tif", ".tiff"),
    "image/heic": (".heic", ".heif"),
    "image/avif": (".avif",),
    "image/jp2": (".jp2",),
    "application/pdf": (".pdf",),
    "application/ofd": (".ofd",),
    "application/xml": (".xml",),
}


class LinkFetcher:
    """Implements the port `Fetcher`. Many threads may use it; its child fetches one picture at a time."""

    def __init__(
        self,
        *,
        pages: ChildPages,
        child: ChildProcess,
        allow_private: bool,
        tell_private: bool = False,
        remember: Callable[[str, str], None] = lambda digest, url: None,
        on_laid: Callable[[Path], None] = lambda path: None,
    ) -> None:
        """`remember` is told a picture's digest and its address, one in a private network only if `tell_private`.

        `on_laid` is told where a picture lies now.
        """
        self._pages = pages
        self._child = child
        self._allow_private = allow_private
        self._tell_private = tell_private
        self._remember = remember
        self._on_laid = on_laid

    def fetched(self, document: Document) -> Path | None:
        """As the port says."""
        if not may_be_link(document.path.name):
            return None
        url = self._pages.address(document.path, document.digest)
        if url is None:
            return None
        hidden = _watched_folder(document) / f".ocrwatch-{document.id}.part"
        try:
            kind, digest = self._into(hidden, url, document.path.name)
            name = name_in(url, document.path.stem) + _suffix(url, kind)
            laid = _laid(hidden, hidden.with_name(name), digest)
        finally:
            with suppress(OSError):
                hidden.unlink(missing_ok=True)
        self._on_laid(laid)
        return laid

    def into(self, file: Path, url: str) -> None:
        """The picture at `url` in the new file `file`. Raises as `fetched`."""
        self._into(file, url, url)

    def _into(self, file: Path, url: str, name: str) -> tuple[str, str]:
        with _explained(file.parent):
            file.unlink(missing_ok=True)
        told: dict[str, JSON] = {"url": url, "name": name, "into": str(file), "allow_private": self._allow_private}
        try:
            found, _ = self._child.call("ocrwatch.inbox.fetching:fetch", told, timeout_seconds=_TIMEOUT_SECONDS)
        except DecoderCrashed as error:
            text = "What the link {name} leads to could not be fetched: it took too long, or could not be kept."
            raise ServerTrouble(message(text, name=name)) from error
        assert isinstance(found, dict)
        if found["is_public"] is True or self._tell_private:
            self._remember(str(found["digest"]), str(found["url"]))
        return str(found["kind"]), str(found["digest"])


def _watched_folder(document: Document) -> Path:
    """Where the link was dropped, though it may lie in `failed` by now."""
    inbox = Path(document.inbox)
    folder = inbox.joinpath(*Path(document.folder).parts)
    return folder if folder.is_dir() else inbox


def _laid(fresh: Path, wanted: Path, digest: str) -> Path:
    """The file `fresh` under a free name like `wanted`; one of the same bytes there is it already."""
    with _explained(wanted.parent):
        for path in _numbered(wanted):
            if digest_if_there(path) == digest:
                return path
            if not os.path.lexists(path) and _moved(fresh, path):
                sync_folder(path.parent)
                return path
    raise AssertionError("names do not run out")


def _moved(fresh: Path, path: Path) -> bool:
    """Whether `path` was free and is `fresh` now. Nothing is ever overwritten."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return False
    except OSError:  # no links here: FAT, many shares
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        fresh.replace(path)
    return True


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, 100_000):
        yield path.with_name(f"{path.stem} ({number}){path.suffix}")


def _suffix(url: str, kind: str) -> str:
    """The suffix of a picture of `kind`: as the address has it, where that is one of the kind's."""
    usual = _SUFFIXES.get(kind, (".bin",))
    named = PurePath(url.partition("?")[0].partition("#")[0]).suffix.lower()
    return named if named in usual else usual[0]


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Translate OSErrors about `folder` into what a person can do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            text = "The disk that holds {folder} is full. Free some space; ocrwatch then goes on."
            raise DiskFull(message(text, folder=str(folder))) from error
        text = "The folder {folder} cannot be written: {reason}. Is the drive there, and may you write to it?"
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise FolderAway(message(text, folder=str(folder), reason=reason)) from error
