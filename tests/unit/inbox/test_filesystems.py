from __future__ import annotations

from pathlib import Path

import pytest

from ocrwatch.inbox.filesystems import FileSystem, Mount, described, file_system, mount_place

TABLE = [
    Mount("/", "ext4"),
    Mount("/mnt", "ext4"),
    Mount("/mnt/nas", "cifs"),
    Mount("/mnt/nas/local", "ext4"),
    Mount("/media/stick", "vfat"),
    Mount("/home/anna/cloud", "fuse.rclone"),
    Mount("/home/anna/over", "ext4"),
    Mount("/home/anna/over", "nfs4"),
]


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/anna/Scans", FileSystem("ext4", sends_events=True, is_exact=True)),
        ("/mnt/nas", FileSystem("cifs", sends_events=False, is_exact=False)),
        ("/mnt/nas/Scans", FileSystem("cifs", sends_events=False, is_exact=False)),
        ("/mnt/nas2/Scans", FileSystem("ext4", sends_events=True, is_exact=True)),
        ("/mnt/nas/local/Scans", FileSystem("ext4", sends_events=True, is_exact=True)),
        ("/media/stick/DCIM", FileSystem("vfat", sends_events=True, is_exact=False)),
        ("/home/anna/cloud/Scans", FileSystem("fuse.rclone", sends_events=False, is_exact=False)),
        ("/home/anna/over", FileSystem("nfs4", sends_events=False, is_exact=False)),
    ],
)
def test_innermost_mount(folder: str, expected: FileSystem) -> None:
    """A folder is on the innermost mount that holds it; of two on one place, on the later."""
    assert described(folder, TABLE) == expected


def test_unknown() -> None:
    """Without a mount table events are believed in, times and inodes are not."""
    assert described("/home", []) == FileSystem("", sends_events=True, is_exact=False)


def test_network_drives_of_windows() -> None:
    """A share by its name, or behind a drive letter, is remote."""
    assert not described("\\\\server\\scans", []).sends_events
    assert not described("/", [Mount("/", "NTFS", is_network=True)]).sends_events


def test_this_computer(tmp_path: Path) -> None:
    """The file system of a real folder is found by name."""
    assert file_system(tmp_path).kind
    assert tmp_path.resolve().is_relative_to(mount_place(tmp_path))
