"""What every test may ask for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

# A busy machine is no reason to fail: how long an example takes is not what these tests are about.
# The suite tries the same examples each time; `--hypothesis-profile=exploring` tries new ones.
settings.register_profile("exploring", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("any-machine", settings.get_profile("exploring"), derandomize=True)
settings.load_profile("any-machine")


@pytest.fixture(autouse=True)
def _no_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this computer's administrator configured is no part of a test."""
    monkeypatch.setattr("ocrwatch.config.paths._SITE", Path("/nowhere"))
    monkeypatch.delenv("XDG_CONFIG_DIRS", raising=False)


@pytest.fixture(scope="session")
def receipts() -> Path:
    """The folder of real receipts with their ground truth; the test is skipped where it is absent."""
    folder = Path(os.environ.get("OCRWATCH_RECEIPTS", ROOT.parent / "shared" / "receipts"))
    if not folder.is_dir():
        pytest.skip("the folder of real receipts is not here (set OCRWATCH_RECEIPTS)")
    return folder
