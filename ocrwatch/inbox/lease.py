"""One computer watches a folder, no second.

    absent ──created exclusively──▶ ours ──rewritten every minute──▶ ours ──release──▶ absent
    left by this very program ─────replaced──▶ ours
    another's, unchanged for five minutes ──replaced, read back after a moment──▶ ours, if no other was quicker

The lease is a small file in the folder. It is read before each look, so that a computer that slept while another
took over notices before it takes a scan.

Rules
  1. Whether another's lease has run out is judged without its clock: by the share's own times (a file written
     now against the lease), else by watching it stay the same for five minutes.
  2. A lease of this computer is dead when the lock of the program that wrote it is free. We hold our own lock,
     so a lease that names ours was left by a crash.
  3. A lease that cannot be read is one that is being written; when it stays so it is nobody's.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ocrwatch.errors import Busy
from ocrwatch.inbox import away
from ocrwatch.messages import message

LEASE_NAME = ".ocrwatch-lease"

RENEWAL_SECONDS = 60.0
RUN_OUT_SECONDS = 300.0
UNREADABLE_RUN_OUT_SECONDS = 15.0
CONFIRM_SECONDS = 2.0
"""Between replacing another's lease and reading ours back: much longer than from reading its lease to replacing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a lease says. `lock` is the path of its program's lock file, `renewed` only makes its bytes differ."""

    machine: str
    host: str
    lock: str
    instance: str
    renewed: int

    def to_bytes(self) -> bytes:
        return json.dumps(
            {
                "what": "ocrwatch on this computer watches this folder",
                "machine": self.machine,
                "host": self.host,
                "lock": self.lock,
                "instance": self.instance,
                "renewed": self.renewed,
            },
            indent=1,
        ).encode()


class Lease:
    """This program's claim on `folder`."""

    def __init__(
        self, folder: Path, *, machine: str, host: str, lock_path: Path, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """`machine` names this computer for ever, `host` is what people call it, `lock_path` is a lock we hold."""
        self._folder = folder
        self._path = folder / LEASE_NAME
        self._claim = _Claim(machine=machine, host=host, lock=str(lock_path), instance=uuid.uuid4().hex, renewed=0)
        self._monotonic = monotonic
        self._renewed_at = 0.0
        self._confirm_at: float | None = None
        self._foreign: tuple[bytes, float] = (b"", 0.0)

    def hold(self) -> None:
        """Make sure that the folder is ours, now. Raises `Busy` when it is another's, `FolderAway`, `DiskFull`."""
        try:
            self._hold()
        except OSError as error:
            raise away.unwritable(self._folder, error) from error

    def seconds_to_renewal(self) -> float:
        """How soon `hold` is to be called again."""
        return max(0.0, self._renewed_at + RENEWAL_SECONDS - self._monotonic())

    def release(self) -> None:
        """Give the folder up, if it is ours."""
        try:
            claim = _parsed(self._path.read_bytes())
            if claim is not None and claim.instance == self._claim.instance:
                self._path.unlink()
        except OSError:
            pass  # it is away, or not to be written: the lease runs out by itself

    def _hold(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            self._create()
            return
        claim = _parsed(content)
        if claim is not None and claim.instance == self._claim.instance:
            self._keep(content)
        elif claim is not None and (claim.machine, claim.host, claim.lock) == self._whose():
            self._replace(content)
        elif (claim is not None and self._is_dead(claim)) or self._has_run_out(content, claim):
            self._replace(content)
            self._confirm_at = self._monotonic() + CONFIRM_SECONDS
            raise self._moment()
        else:
            raise self._watched_by(claim)

    def _create(self) -> None:
        try:
            with self._path.open("xb") as file:
                file.write(self._claim.to_bytes())
        except FileExistsError as error:
            raise self._moment() from error
        self._is_ours_now()

    def _keep(self, content: bytes) -> None:
        if self._confirm_at is not None and self._monotonic() < self._confirm_at:
            raise self._moment()
        self._confirm_at = None
        if self.seconds_to_renewal() > 0:
            return
        self._claim = _renewed(self._claim)
        # Written in place: should another replace the file just now, this goes to the old one and harms nobody.
        with self._path.open("r+b") as file:
            if file.read() != content:
                raise self._moment()
            file.seek(0)
            file.write(self._claim.to_bytes())
        self._renewed_at = self._monotonic()

    def _replace(self, judged: bytes) -> None:
        self._claim = _renewed(self._claim)
        fresh = self._write_beside()
        try:
            if self._path.read_bytes() != judged:
                raise self._moment()
            fresh.replace(self._path)
        finally:
            fresh.unlink(missing_ok=True)
        if self._path.read_bytes() != self._claim.to_bytes():
            raise self._moment()
        self._is_ours_now()

    def _write_beside(self) -> Path:
        fresh = self._path.with_name(f"{LEASE_NAME}.{self._claim.instance[:8]}")
        fresh.write_bytes(self._claim.to_bytes())
        return fresh

    def _is_ours_now(self) -> None:
        self._renewed_at = self._monotonic()
        self._confirm_at = None
        self._foreign = (b"", 0.0)

    def _has_run_out(self, content: bytes, claim: _Claim | None) -> bool:
        limit_seconds = UNREADABLE_RUN_OUT_SECONDS if claim is None else RUN_OUT_SECONDS
        seen, since = self._foreign
        if seen == content:
            return self._monotonic() - since >= limit_seconds
        self._foreign = (content, self._monotonic())
        fresh = self._write_beside()
        try:
            return fresh.stat().st_mtime - self._path.stat().st_mtime >= limit_seconds
        finally:
            fresh.unlink(missing_ok=True)

    def _is_dead(self, claim: _Claim) -> bool:
        return (claim.machine, claim.host) == self._whose()[:2] and not _is_locked(Path(claim.lock))

    def _whose(self) -> tuple[str, str, str]:
        return self._claim.machine, self._claim.host, self._claim.lock

    def _moment(self) -> Busy:
        return Busy(
            message("The folder {folder} is being taken over; one moment.", folder=str(self._folder)),
            after_seconds=CONFIRM_SECONDS,
        )

    def _watched_by(self, claim: _Claim | None) -> Busy:
        folder = str(self._folder)
        if claim is None:
            return self._moment()
        if (claim.machine, claim.host) == self._whose()[:2]:
            return Busy(
                message(
                    "The folder {folder} is watched by another ocrwatch on this computer, which keeps its data in "
                    "{place}. Only one may watch it, so that no scan is read twice.",
                    folder=folder,
                    place=str(Path(claim.lock).parent),
                )
            )
        return Busy(
            message(
                "The folder {folder} is watched by {host}. Only one computer may watch it, so that no scan is read "
                "twice. To watch it from here, stop ocrwatch there; this computer takes over within five minutes.",
                folder=folder,
                host=claim.host,
            )
        )


def _renewed(claim: _Claim) -> _Claim:
    return replace(claim, renewed=claim.renewed + 1)


def _parsed(content: bytes) -> _Claim | None:
    try:
        found = json.loads(content)
    except ValueError:
        return None
    match found:
        case {
            "machine": str(machine), "host": str(host), "lock": str(lock), "instance": str(instance),
            "renewed": int(renewed),
        }:  # fmt: skip
            return _Claim(machine=machine, host=host, lock=lock, instance=instance, renewed=renewed)
        case _:
            return None


def _is_locked(lock_path: Path) -> bool:
    """Whether a program holds the lock at `lock_path`; True when that cannot be told."""
    from filelock import FileLock, Timeout

    if not lock_path.exists():
        return False
    try:
        with FileLock(lock_path, timeout=0):
            return False
    except (OSError, Timeout):
        return True
