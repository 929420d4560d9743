"""Any file as page pictures, decoded in a child process (`decoding.py`): a decoder's crash costs one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import DecoderCrashed
from ocrwatch.inbox.einvoices.found import from_data
from ocrwatch.messages import JSON, message
from ocrwatch.ports import Embedded, Inspection, Picture, PictureLimits

_TIMEOUT_SECONDS = 120.0
"""For one call; a 500 MB TIFF on a slow share takes a minute."""


class ChildPages:
    """Implements the port `Pages`."""

    def __init__(self, child: ChildProcess) -> None:
        self._child = child

    def inspect(self, path: Path) -> Inspection:
        """Decode `path` to its end. Raises as the port says."""
        found, _ = self._call("inspect", path, {})
        assert isinstance(found, dict)
        pages = found["pages"]
        assert isinstance(pages, int)
        return Inspection(str(found["digest"]), str(found["kind"]), pages)

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        """Page `page` (from 0) within `limits`. Raises as the port says."""
        told: JSON = {**asdict(limits), "kinds": list(limits.kinds)}
        made, data = self._call("picture", path, {"digest": digest, "page": page, "limits": told})
        assert isinstance(made, dict)
        width, height = made["width_px"], made["height_px"]
        assert isinstance(width, int)
        assert isinstance(height, int)
        return Picture(data, str(made["kind"]), width, height, is_blank=made["is_blank"] is True)

    def embedded(self, path: Path, digest: str) -> Embedded | None:
        """The data of an invoice inside the file. Raises as the port says."""
        found, _ = self._call("embedded", path, {"digest": digest})
        return from_data(found)

    def page_file(self, path: Path, digest: str, page: int) -> bytes:
        """Page `page` (from 0) as the bytes of a file of its own. Raises as `picture`."""
        _, data = self._call("page_file", path, {"digest": digest, "page": page}, module="splitting")
        return data

    def _call(
        self, function: str, path: Path, arguments: dict[str, JSON], *, module: str = "decoding"
    ) -> tuple[JSON, bytes]:
        try:
            return self._child.call(
                f"ocrwatch.inbox.{module}:{function}",
                {"path": str(path), **arguments},
                timeout_seconds=_TIMEOUT_SECONDS,
            )
        except DecoderCrashed as error:
            text = "{name} could not be opened: the process that decodes pictures ended or took too long."
            raise DecoderCrashed(message(text, name=path.name)) from error
