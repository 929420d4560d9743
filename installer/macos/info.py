"""The property list of ocrwatch.app, beside what PyInstaller writes itself."""

from __future__ import annotations

from installer.common.project import VERSION

IDENTIFIER = "ocrwatch"


def info(executable: str) -> dict[str, object]:
    """`executable` is the program that a double click starts."""
    return {
        "CFBundleName": "ocrwatch",
        "CFBundleDisplayName": "ocrwatch",
        "CFBundleExecutable": executable,
        "CFBundleShortVersionString": VERSION,
        "CFBundleVersion": VERSION,
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "zh_CN"],
        "LSUIElement": True,  # an icon in the menu bar, none in the Dock
        "LSMinimumSystemVersion": "12.0",
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSHumanReadableCopyright": "MIT licence",
        "NSDesktopFolderUsageDescription": "ocrwatch reads the scans in the folders that you have it watch.",
        "NSDocumentsFolderUsageDescription": "ocrwatch reads the scans in the folders that you have it watch.",
        "NSDownloadsFolderUsageDescription": "ocrwatch reads the scans in the folders that you have it watch.",
        "NSNetworkVolumesUsageDescription": "ocrwatch reads the scans in the folders that you have it watch.",
        "NSRemovableVolumesUsageDescription": "ocrwatch reads the scans in the folders that you have it watch.",
    }
