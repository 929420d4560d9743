"""Which image was made of which page: a document that waits for the service is decoded once, not at every try."""

from __future__ import annotations

import threading
from collections import OrderedDict

_MOST = 4096


class RecentImages:
    """The SHA-256 of the images of pages, by the document's digest and the page's number. Many threads may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._images: OrderedDict[tuple[str, int], str] = OrderedDict()

    def get(self, page: tuple[str, int]) -> str | None:
        """The image that was made of `page` last; None when that is not known any more."""
        with self._lock:
            if page in self._images:
                self._images.move_to_end(page)
            return self._images.get(page)

    def put(self, page: tuple[str, int], image: str) -> None:
        """`image` was made of `page`."""
        with self._lock:
            self._images[page] = image
            self._images.move_to_end(page)
            if len(self._images) > _MOST:
                self._images.popitem(last=False)
