"""Files that are an invoice's data and no picture: OFD and XML. Runs in the child process only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocrwatch.errors import Unreadable
from ocrwatch.inbox.einvoices.dialects import invoice_in
from ocrwatch.inbox.einvoices.ofd import Ofd
from ocrwatch.inbox.einvoices.package import BadPackage, Bomb, Locked
from ocrwatch.inbox.einvoices.xml_tree import BadXml, CutShort, Declares, parsed
from ocrwatch.inbox.kinds import OFD
from ocrwatch.inbox.scanfile import damaged, incomplete
from ocrwatch.messages import message
from ocrwatch.ports import Embedded


def pages(path: Path, data: bytes, kind: str) -> int:
    """Open it to its end; how many pages it has. Raises `Incomplete`, `Unreadable`."""
    with _explained(path, kind):
        if kind == OFD:
            return max(1, Ofd.opened(data).page_count())
        parsed(data)
        return 1


def invoice(path: Path, data: bytes, kind: str) -> Embedded | None:
    """The invoice that it is, None where it tells none. Raises `Incomplete`, `Unreadable`."""
    with _explained(path, kind):
        return Ofd.opened(data).invoice() if kind == OFD else invoice_in(parsed(data))


def not_drawn(path: Path, kind: str) -> Unreadable:
    """It does not tell what is asked for, and there is no page to look at instead."""
    if kind == OFD:
        text = (
            "{name} is an OFD file whose invoice data cannot be read, and ocrwatch cannot draw its pages. Download the "
            "invoice as PDF, or save it as PDF with an OFD reader, and drop that."
        )
        return Unreadable(message(text, name=path.name))
    text = "{name} holds no invoice number that can be read. Download the invoice as PDF and drop that."
    return Unreadable(message(text, name=path.name))


@contextmanager
def _explained(path: Path, kind: str) -> Iterator[None]:
    try:
        yield
    except CutShort as error:
        raise (damaged(path) if kind == OFD else incomplete(path)) from error
    except Declares as error:
        text = (
            "{name} begins with a DOCTYPE, by which a file can fetch or unfold anything. Invoices have none: it was "
            "not opened. Download the invoice again from where it was issued."
        )
        raise Unreadable(message(text, name=path.name)) from error
    except Bomb as error:
        text = "{name} would unfold to more than any invoice holds, and was not opened. Download the invoice again."
        raise Unreadable(message(text, name=path.name)) from error
    except Locked as error:
        text = "{name} is locked with a password. Save it without one and drop it again."
        raise Unreadable(message(text, name=path.name)) from error
    except (BadXml, BadPackage) as error:
        raise damaged(path) from error
