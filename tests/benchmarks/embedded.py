"""How long an e-invoice's data takes, and how much of it is opening the file.

    python -m tests.benchmarks.embedded [ROUNDS]

`ms a file` is the median of what a document takes on the line: through the child process, over the file's bytes and
their digest, to the filled fields. `opening` is the median of opening the same file alone, by the library that does.
"""

from __future__ import annotations

import hashlib
import io
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

import pypdfium2

from ocrwatch.childprocess import ChildProcess
from ocrwatch.config.profiles import built_in
from ocrwatch.document import Document, Signature
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.reading.embedded import ENGINE, EmbeddedReader
from tests import einvoices
from tests.fakes_reader import NoReader

_FILES = {
    "数电票.xml": ("china-invoice", einvoices.digital_xml()),
    "数电票.ofd": ("china-invoice", einvoices.digital_ofd()),
    "数电票.pdf": ("china-invoice", einvoices.digital_pdf()),
    "铁路.xml": ("train-ticket", einvoices.railway_xml()),
    "铁路.ofd": ("train-ticket", einvoices.railway_ofd()),
    "铁路.pdf": ("train-ticket", einvoices.railway_pdf()),
    "factur-x.pdf": ("invoice", einvoices.factur_x_pdf()),
}


def main() -> None:
    """Measure each file and print a line for it."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    child = ChildProcess(name="decoding", memory_bytes=2 << 30)
    pages = ChildPages(child)
    reader = EmbeddedReader(pages=pages, reader=NoReader())
    print(f"{'file':14} {'ms a file':>10} {'opening':>9} {'ratio':>7}")
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, (profile, data) in _FILES.items():
                path = Path(folder) / name
                path.write_bytes(data)
                document = _document(path, data)

                def read(document: Document = document, profile: str = profile) -> None:
                    assert reader.read(document, built_in()[profile]).engine == ENGINE

                whole, opening = _median_ms(read, rounds), _median_ms(_opening(path), rounds)
                print(f"{name:14} {whole:10.2f} {opening:9.2f} {whole / opening:6.1f}x")
    finally:
        child.close()


def _document(path: Path, data: bytes) -> Document:
    digest = hashlib.sha256(data).hexdigest()
    return Document(inbox="", book="", path=path, signature=Signature(0, 0, 0), digest=digest, arrived_at=0.0)


def _opening(path: Path) -> Callable[[], None]:
    def pdf() -> None:
        document = pypdfium2.PdfDocument(path.read_bytes())
        document[0].get_textpage().count_chars()
        document.close()

    def ofd() -> None:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
            for name in package.namelist():
                package.read(name)

    def xml() -> None:
        expat.ParserCreate().Parse(path.read_bytes(), True)

    return {".pdf": pdf, ".ofd": ofd, ".xml": xml}[path.suffix]


def _median_ms(act: Callable[[], None], rounds: int) -> float:
    act()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    main()
