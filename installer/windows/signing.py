"""Signs with Microsoft's signtool, where a certificate is configured through the environment; says so where none is.

OCRWATCH_SIGN_THUMBPRINT      a certificate in the user's store, told by its SHA-1 thumbprint; or
OCRWATCH_SIGN_PFX             a file with certificate and key, and
OCRWATCH_SIGN_PASSWORD        its password
OCRWATCH_SIGN_TIMESTAMP_URL   the timestamp server (RFC 3161), without which a signature ends with its certificate
OCRWATCH_SIGNTOOL             the program (default: signtool, as the search path finds it)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


def sign_command(environment: Mapping[str, str]) -> list[str] | None:
    """What signs a file whose name is added; None where no certificate is configured. Raises SystemExit for half of one."""
    thumbprint, pfx = environment.get("OCRWATCH_SIGN_THUMBPRINT"), environment.get("OCRWATCH_SIGN_PFX")
    if thumbprint:
        certificate = ["/sha1", thumbprint]
    elif pfx:
        if not Path(pfx).is_file():
            raise SystemExit(f"OCRWATCH_SIGN_PFX names no file: {pfx}")
        certificate = ["/f", pfx, "/p", environment.get("OCRWATCH_SIGN_PASSWORD", "")]
    else:
        return None
    url = environment.get("OCRWATCH_SIGN_TIMESTAMP_URL")
    if not url:
        raise SystemExit("A certificate is configured, but OCRWATCH_SIGN_TIMESTAMP_URL is not.")
    tool = environment.get("OCRWATCH_SIGNTOOL", "signtool")
    return [tool, "sign", "/fd", "SHA256", *certificate, "/tr", url, "/td", "SHA256", "/d", "ocrwatch"]


def sign(files: Sequence[Path]) -> None:
    """Sign `files` in place, or say that nothing is signed. Raises SystemExit."""
    command = sign_command(os.environ)
    names = ", ".join(file.name for file in files)
    if command is None:
        sys.stdout.write(f"NOT SIGNED (no certificate is configured): {names}\n")
        return
    finished = subprocess.run([*command, *map(str, files)], check=False)
    if finished.returncode != 0:
        raise SystemExit(f"signtool failed for {names}")
    sys.stdout.write(f"signed: {names}\n")
