"""Runs first in the packaged program: what it starts (a file manager, a spreadsheet) sees the person's own libraries,
not those that are packed here. The program itself has loaded its own by then."""

import os

for _name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
    _own = os.environ.pop(f"{_name}_ORIG", None)
    if _own is not None:
        os.environ[_name] = _own
    else:
        os.environ.pop(_name, None)
