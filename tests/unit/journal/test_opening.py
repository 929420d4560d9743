"""A journal that several programs open at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from ocrwatch.journal.database import Database

PROGRAMS = 6


def test_a_new_journal_that_many_open_at_once(tmp_path: Path) -> None:
    """A command that is given while the daemon makes its journal waits a moment."""

    def opened(folder: Path, together: Barrier) -> None:
        together.wait()
        Database(folder, time.time).close()

    with ThreadPoolExecutor(PROGRAMS) as programs:
        for number in range(3):
            together = Barrier(PROGRAMS)
            list(programs.map(opened, [tmp_path / str(number)] * PROGRAMS, [together] * PROGRAMS))
