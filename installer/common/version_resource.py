"""What Windows shows among a program's properties, and in its question before it runs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from installer.common.project import VERSION

if TYPE_CHECKING:
    from PyInstaller.utils.win32.versioninfo import VSVersionInfo


def version_resource(program: str) -> VSVersionInfo:
    """Version, name and licence of `program`."""
    from PyInstaller.utils.win32.versioninfo import (
        FixedFileInfo,
        StringFileInfo,
        StringStruct,
        StringTable,
        VarFileInfo,
        VarStruct,
        VSVersionInfo,
    )

    numbers = (*(int(part) for part in VERSION.split(".")[:3]), 0)
    texts = {
        "FileDescription": "ocrwatch",
        "FileVersion": VERSION,
        "ProductName": "ocrwatch",
        "ProductVersion": VERSION,
        "OriginalFilename": f"{program}.exe",
        "LegalCopyright": "MIT licence",
    }
    table = StringTable("040904B0", [StringStruct(name, text) for name, text in texts.items()])
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[StringFileInfo([table]), VarFileInfo([VarStruct("Translation", [0x0409, 1200])])],
    )
