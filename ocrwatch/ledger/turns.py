"""Turns at a workbook: of all the ocrwatch that write it, on this computer or on others, one at a time.

    no lock ──created exclusively──▶ ours ── read … replace ──▶ removed
    another's ── LedgerBusy, till its owner is dead, or it stays the same for a minute (empty: 5 s) ──▶ ours

The lock is a small hidden file beside the workbook. Creating a file exclusively works on every share, the system's
locks only on some.

Rules
  1. A lock of this computer is dead when the system's lock on it is free; only one that says `held` ever had it.
  2. Another's runs out without its clock: by the share's own times (a file written now against the lock), else by
     watching it stay the same. It is replaced then, and is ours if it still stands a moment later: two may do so.
  3. Before the workbook is replaced the lock is looked at and renewed: a computer that slept has lost its turn.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

from ocrwatch.errors import LedgerBusy
from ocrwatch.ledger.file_lock import lock_now, unlock_now
from ocrwatch.messages import message

RUN_OUT_SECONDS = 60.0
EMPTY_RUNS_OUT_SECONDS = 5.0
"""Of a lock that says nothing: it is written as soon as it is made, unless its owner died between the two."""

CONFIRM_SECONDS = 2.0
"""Between replacing another's lock and taking it for ours: much longer than from reading its lock to replacing it."""

BUSY_SECONDS = 1.0
_PATIENCE_SECONDS = 0.5
"""A turn takes some 20 ms: it is waited for."""
_POLL_SECONDS = 0.02
_LONGEST_NAME_BYTES = 200
_CONTENT_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """What a lock says. `held`: its owner has the system's lock on it, too. `renewed` only makes its bytes differ."""

    what: str = "ocrwatch is writing the workbook beside this"
    machine: str
    host: str
    turn: str
    held: bool = False
    renewed: int = 0

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()


class Turn:
    """Our turn at one workbook. Its lock is open as `descriptor`, the system's is on it if `claim` says `held`."""

    def __init__(self, lock: Path, descriptor: int, claim: _Claim, workbook: Path) -> None:
        self._lock = lock
        self._descriptor = descriptor
        self._claim = claim
        self._workbook = workbook
        self._has_begun = False

    def begin(self) -> None:
        """Write our claim. The system's lock is kept where it lets others read."""
        self._write(self._claim)
        self._has_begun = True
        if self._claim.held and _content(self._lock) is None:
            self._write(replace(self._claim, held=False))
            unlock_now(self._descriptor)

    def ensure_ours(self) -> None:
        """Renew it. Raises `LedgerBusy` when another took it: then nothing may be written."""
        if not self._is_ours():
            raise _busy(self._workbook, _parsed(_content(self._lock)))
        self._write(replace(self._claim, renewed=self._claim.renewed + 1))

    def end(self) -> None:
        """Let others have theirs."""
        with contextlib.suppress(OSError):  # the share is away: our own system's lock tells us next time
            if os.name != "nt" and self._is_ours():
                self._lock.unlink()
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        with contextlib.suppress(OSError):
            if os.name == "nt" and self._is_ours():
                self._lock.unlink()  # Windows removes no file that is open; one that another opened stays

    def _is_ours(self) -> bool:
        return not self._has_begun or _content(self._lock) == self._claim.to_bytes()

    def _write(self, claim: _Claim) -> None:
        data = claim.to_bytes()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, data)
        os.ftruncate(self._descriptor, len(data))
        self._claim = claim


class Turns:
    """The turns of this program. One thread at a time asks for those of a workbook."""

    def __init__(
        self,
        *,
        machine: str | None = None,
        host: str | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`machine` and `host` name this computer, for the program and for people (None: as it is)."""
        self._machine = machine
        self._host = host
        self._monotonic = monotonic
        self._pause = threading.Event()
        self._seen: dict[Path, tuple[bytes, float]] = {}
        self._unconfirmed: dict[Path, tuple[_Claim, float]] = {}

    @contextlib.contextmanager
    def taken(self, workbook: Path) -> Iterator[Turn]:
        """Our turn at `workbook`. Raises `LedgerBusy` while another has it, and OSError."""
        lock = lock_path(workbook)
        turn = self._waited_for(workbook, lock)
        try:
            turn.begin()
            yield turn
        finally:
            turn.end()

    def _waited_for(self, workbook: Path, lock: Path) -> Turn:
        deadline = self._monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._taken_now(workbook, lock)
            except LedgerBusy:
                _, since = self._seen.get(lock, (b"", deadline))
                now = self._monotonic()
                if now > deadline or now > since + _PATIENCE_SECONDS or lock in self._unconfirmed:
                    raise
            except PermissionError:  # on Windows: it is just being removed
                if os.name != "nt" or self._monotonic() > deadline:
                    raise
            self._pause.wait(_POLL_SECONDS)

    def _taken_now(self, workbook: Path, lock: Path) -> Turn:
        claim = _Claim(machine=self._machine or _this_machine(), host=self._host or _host(), turn=uuid.uuid4().hex)
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
            held = lock_now(descriptor) is True
        except FileExistsError:
            descriptor, held = self._taken_from(_content(lock), claim, workbook, lock)
        self._seen.pop(lock, None)
        self._unconfirmed.pop(lock, None)
        return Turn(lock, descriptor, replace(claim, held=held), workbook)

    def _taken_from(self, content: bytes | None, claim: _Claim, workbook: Path, lock: Path) -> tuple[int, bool]:
        """The lock with `content`, opened, if it is dead, or our own and confirmed; whether the system's is on it.

        Raises `LedgerBusy`.
        """
        there = _parsed(content)
        unconfirmed, since = self._unconfirmed.get(lock, (claim, 0.0))
        is_new = there == unconfirmed
        is_here = there is not None and there.held and (there.machine, there.host) == (claim.machine, claim.host)
        is_alive = False
        if content is not None and (is_here or (is_new and self._monotonic() - since >= CONFIRM_SECONDS)):
            descriptor, held = _opened(lock)
            if held is False:
                is_alive = True
            elif descriptor is not None and (held or is_new) and _content(lock) == content:
                return descriptor, held is True
            if descriptor is not None:
                os.close(descriptor)
        if not is_new:
            self._unconfirmed.pop(lock, None)
            if content is not None and not is_alive and self._has_run_out(content, claim, lock):
                self._take_over(content, claim, lock)
        raise _busy(workbook, there)

    def _has_run_out(self, content: bytes, claim: _Claim, lock: Path) -> bool:
        seen, since = self._seen.get(lock, (None, 0.0))
        lasts_seconds = RUN_OUT_SECONDS if content else EMPTY_RUNS_OUT_SECONDS
        if seen == content:
            return self._monotonic() - since >= lasts_seconds
        self._seen[lock] = (content, self._monotonic())
        with _beside(lock, claim) as fresh:
            try:
                return fresh.stat().st_mtime - lock.stat().st_mtime >= lasts_seconds
            except FileNotFoundError:
                return False

    def _take_over(self, judged: bytes, claim: _Claim, lock: Path) -> None:
        """Put `claim` in its place, to be confirmed. A share refuses that while another has it open."""
        with contextlib.suppress(OSError), _beside(lock, claim) as fresh:
            if _content(lock) == judged:
                fresh.replace(lock)
                self._unconfirmed[lock] = (claim, self._monotonic())


def lock_path(workbook: Path) -> Path:
    """Where the lock of `workbook` lies."""
    name = os.fsencode(workbook.name)
    told = workbook.name if len(name) <= _LONGEST_NAME_BYTES else hashlib.sha256(name).hexdigest()[:16]
    return workbook.with_name(f".{told}.ocrwatch-lock")


def _opened(lock: Path) -> tuple[int | None, bool | None]:
    """The lock, opened, and whether the system's lock on it is ours now; None where that cannot be told."""
    try:
        descriptor = os.open(lock, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return None, None
    return descriptor, lock_now(descriptor)


@contextlib.contextmanager
def _beside(lock: Path, claim: _Claim) -> Iterator[Path]:
    fresh = lock.with_name(f"{lock.name}.{claim.turn[:8]}")
    try:
        fresh.write_bytes(claim.to_bytes())
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _content(lock: Path) -> bytes | None:
    """None: it is not there, or cannot be read."""
    try:
        with lock.open("rb", buffering=0) as file:
            return file.read(_CONTENT_BYTES)
    except OSError:
        return None


def _parsed(content: bytes | None) -> _Claim | None:
    try:
        found = json.loads(content or b"")
    except ValueError:
        return None
    match found:
        case {
            "machine": str(machine), "host": str(host), "turn": str(turn), "held": bool(held), "renewed": int(renewed),
        }:  # fmt: skip
            return _Claim(machine=machine, host=host, turn=turn, held=held, renewed=renewed)
        case _:
            return None


def _busy(workbook: Path, claim: _Claim | None) -> LedgerBusy:
    if claim is None:
        text = "The spreadsheet {name} is being written by another ocrwatch. Its rows wait a moment."
        return LedgerBusy(message(text, name=workbook.name), after_seconds=BUSY_SECONDS)
    text = "The spreadsheet {name} is being written by another ocrwatch ({host}). Its rows wait a moment."
    host = "".join(filter(str.isprintable, claim.host))[:60]
    return LedgerBusy(message(text, name=workbook.name, host=host), after_seconds=BUSY_SECONDS)


@lru_cache(maxsize=1)
def _host() -> str:
    return socket.gethostname()


@lru_cache(maxsize=1)
def _this_machine() -> str:
    """Two computers may have one name, but not one network card. Where none is found it is another one each time."""
    return f"{uuid.getnode():012x}"
