"""What kind of file system a folder is on: who tells of changes there, and what its times and inodes are worth.

Remote and FUSE file systems tell nothing of what others write, and a test file of our own proves nothing: our
own writes are seen even there. So the mount table is asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_REMOTE = frozenset(
    [
        "9p", "acfs", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "ftp", "gfs2", "glusterfs",
        "gpfs", "lustre", "macfuse", "ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "osxfuse", "prl_fs", "pvfs2",
        "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "virtiofs", "vmhgfs", "webdav",
    ]
)  # fmt: skip
_FAT = frozenset(["exfat", "fat", "fat32", "msdos", "vfat"])


@dataclass(frozen=True, slots=True)
class FileSystem:
    """A folder's file system. `kind` as the system names it ("ext4", "cifs"), "" when unknown.

    `sends_events`: the system tells of every change. `is_exact`: inodes last, and times are fine and by this
    computer's clock. Not so on FAT (2 s steps, inodes made up at each mount), nor where another computer's clock
    stamps the files.
    """

    kind: str
    sends_events: bool
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of the mount table. `is_network`: the system itself says so (a mapped drive on Windows)."""

    place: str
    kind: str
    is_network: bool = False


def file_system(folder: Path) -> FileSystem:
    """The file system `folder` is on."""
    return described(str(folder.resolve()), _mounts())


def described(real_folder: str, mounts: Iterable[Mount]) -> FileSystem:
    """The file system of the innermost of `mounts` that holds `real_folder`; of two on one place, the later."""
    holder = Mount("", "")
    for mount in mounts:
        if _holds(mount.place, real_folder) and len(mount.place) >= len(holder.place):
            holder = mount
    kind = holder.kind.lower()
    is_unc = real_folder.startswith("\\\\")
    is_remote = is_unc or holder.is_network or kind in _REMOTE or kind.startswith("fuse")
    return FileSystem(
        kind=kind or ("smb" if is_unc else ""),
        sends_events=not is_remote,
        is_exact=bool(kind) and not is_remote and kind not in _FAT,
    )


def mount_place(folder: Path) -> Path:
    """Where the file system that holds `folder` is mounted."""
    real = folder.resolve()
    return next((place for place in (real, *real.parents) if os.path.ismount(place)), Path(real.anchor))


def _mounts() -> list[Mount]:
    import psutil

    try:
        partitions = psutil.disk_partitions(all=True)
    except (OSError, psutil.Error):
        return []
    return [
        Mount(partition.mountpoint, partition.fstype, "remote" in partition.opts.split(",")) for partition in partitions
    ]


def _holds(place: str, folder: str) -> bool:
    place, folder = os.path.normcase(place), os.path.normcase(folder)
    return folder == place or folder.startswith(place if place.endswith(os.sep) else place + os.sep)
