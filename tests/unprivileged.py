"""Running Python code that rights on files hold for, also where the tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

_CAPABILITIES = "-dac_override,-dac_read_search,-fowner,-linux_immutable"


def said_without_rights(code: str, *arguments: str | Path) -> str:
    """What `code` prints when it is run without root's power over files; the test is skipped where that cannot be."""
    if os.name != "posix":
        pytest.skip("rights of POSIX")
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("setpriv is not here")
        command = [setpriv, f"--bounding-set={_CAPABILITIES}", f"--inh-caps={_CAPABILITIES}", *command]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
