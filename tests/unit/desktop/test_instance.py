"""One daemon for each state folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ocrwatch.desktop.instance import InstanceLock, is_running
from ocrwatch.errors import AlreadyRunning

HOLD = (
    "import sys; from pathlib import Path; from ocrwatch.desktop.instance import InstanceLock\n"
    "lock = InstanceLock(Path(sys.argv[1])); lock.acquire(); print('held', flush=True); sys.stdin.read()"
)


def test_alive_means_that_another_process_holds_the_lock_and_a_kill_ends_it(tmp_path: Path) -> None:
    """A second one is refused; after SIGKILL nothing stands in the way."""
    assert not is_running(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    assert is_running(tmp_path)
    with pytest.raises(AlreadyRunning) as caught:
        InstanceLock(tmp_path).acquire()
    assert caught.value.exit_status == 3
    holder.kill()
    holder.communicate()
    assert not is_running(tmp_path)
    lock = InstanceLock(tmp_path)
    lock.acquire()
    lock.release()
    assert not is_running(tmp_path)
