"""A share whose program has died: everything there answers "not connected", the question whether it is there, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.endpoint_server import EndpointServer, answering
from tests.pictures import drop, receipts_of, truth_of
from tests.program import Program
from tests.waiting import wait_until

PICTURES = receipts_of(1)

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("bindfs") or not os.access("/dev/fuse", os.W_OK),
    reason="bindfs is not here",
)


class Share:
    """`behind`, seen in `folder`."""

    def __init__(self, behind: Path, folder: Path) -> None:
        self.folder = folder
        self._command = ["bindfs", "-f", str(behind), str(folder)]
        self.connect()

    def connect(self) -> None:
        self._served = subprocess.Popen(self._command)
        wait_until(lambda: os.path.ismount(self.folder))

    def die(self) -> None:
        self._served.kill()
        self._served.wait()

    def leave(self) -> None:
        subprocess.run(["fusermount", "-u", "-z", str(self.folder)], check=True)
        self._served.wait()


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    behind, folder = tmp_path / "behind", tmp_path / "share"
    (behind / "in").mkdir(parents=True)
    folder.mkdir()
    share = Share(behind, folder)
    yield share
    share.leave()


def test_a_dead_share_is_told_by_every_command_and_waited_for(tmp_path: Path, share: Share) -> None:
    """Nothing falls over: it is said which folder is away, and once it is back the scan gets its row."""
    with EndpointServer(answering(truth_of(PICTURES), 0.0)) as server:
        program = Program(tmp_path / "p", base_url=server.base_url)
        program.inbox, program.ledger = share.folder / "in", share.folder / "Ledger.xlsx"
        text = program.config.read_text(encoding="utf-8")
        for name, path in (("in", program.inbox), ("Ledger.xlsx", program.ledger)):
            text = text.replace(json.dumps(str(tmp_path / "p" / name)), json.dumps(str(path)))
        program.config.write_text(text, encoding="utf-8")
        drop(program.inbox, PICTURES)
        share.die()
        assert "cannot be used now" in program.once(expect=4)
        for words in (["status"], ["doctor"], ["ledger", "check"], ["ledger", "preview"], ["config", "show"]):
            finished = program.run(*words)
            assert "unexpected" not in finished.stdout + finished.stderr, words
        share.leave()
        share.connect()
        program.once()
        assert len(program.rows()) == 1
