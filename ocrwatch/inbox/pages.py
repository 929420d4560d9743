"""Any file as page pictures, decoded in a child process (`decoding.py`): a decoder's crash costs one file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from ocrwatch.childprocess import ChildProcess
from ocrwatch.messages import JSON
from ocrwatch.ports import Inspection, Picture, PictureLimits

_TIMEOUT_SECONDS = 120.0
"""For one call; a 500 MB TIFF on a slow share takes a minute."""


class ChildPages:
    """Implements the port `Pages`."""

    def __init__(self, child: ChildProcess) -> None:
        self._child = child

    def inspect(self, path: Path) -> Inspection:
        """Decode `path` to its end. Raises as the port says."""
        found, _ = self._child.call(
            "ocrwatch.inbox.decoding:inspect", {"path": str(path)}, timeout_seconds=_TIMEOUT_SECONDS
        )
        assert isinstance(found, dict)
        pages = found["pages"]
        assert isinstance(pages, int)
        return Inspection(str(found["digest"]), str(found["kind"]), pages)

    def picture(self, path: Path, digest: str, page: int, limits: PictureLimits) -> Picture:
        """Page `page` (from 0) within `limits`. Raises as the port says."""
        arguments: dict[str, JSON] = {
            "path": str(path),
            "digest": digest,
            "page": page,
            "limits": {**asdict(limits), "kinds": list(limits.kinds)},
        }
        made, data = self._child.call("ocrwatch.inbox.decoding:picture", arguments, timeout_seconds=_TIMEOUT_SECONDS)
        assert isinstance(made, dict)
        width, height = made["width_px"], made["height_px"]
        assert isinstance(width, int)
        assert isinstance(height, int)
        return Picture(data, str(made["kind"]), width, height)
