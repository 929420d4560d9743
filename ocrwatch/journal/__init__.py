"""What survives: every document's stage, the raw answers, the pause, the orders and the status.

database.py    the SQLite file: opening, migrations, a corrupt one set aside, transactions
schema.py      the migrations
encoding.py    stages and messages as JSON (pure)
documents.py   the documents
written.py     what was written into the ledgers, and what people did to it
openings.py    who had a ledger open, and how ledgers looked last
invoices.py    by what two documents are the same invoice
answers.py     raw answers by the request that brought them
links.py       where pictures came from that links led to
memory.py      what was seen in the folders, date orders, the pause, orders and the status
"""

from __future__ import annotations

from pathlib import Path

from ocrwatch.journal.answers import StoredAnswers
from ocrwatch.journal.database import Database
from ocrwatch.journal.documents import Documents
from ocrwatch.journal.invoices import Invoices
from ocrwatch.journal.links import Links
from ocrwatch.journal.memory import DateOrders, Orders, Sightings
from ocrwatch.journal.openings import Openings
from ocrwatch.journal.written import Written
from ocrwatch.ports import Clock


class Journal:
    """The open journal of a state folder."""

    def __init__(self, folder: Path, clock: Clock, *, may_set_aside: bool = True) -> None:
        """Open or create it; a damaged one is set aside if that may be. Raises as `Database`."""
        self.database = Database(folder, clock, may_set_aside=may_set_aside)
        self.documents = Documents(self.database)
        self.answers = StoredAnswers(self.database)
        self.links = Links(self.database)
        self.sightings = Sightings(self.database)
        self.written = Written(self.database)
        self.openings = Openings(self.database)
        self.invoices = Invoices(self.database)
        self.date_orders = DateOrders(self.database)
        self.orders = Orders(self.database)

    def close(self) -> None:
        """Store what could not be stored before, and close the file."""
        self.answers.save_unsaved()
        self.database.close()
