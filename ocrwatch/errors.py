"""Every error of the line, and its remedy.

    OcrwatchError
    ├── LineError                        met on a document's way; absorbed, never shown as a traceback
    │   ├── TryAgain      RETRY          this document, later; costs an attempt
    │   │   ├── ServerTrouble                5xx, or sent and never answered
    │   │   ├── BadAnswer                    an answer that cannot be used (a different attempt follows)
    │   │   ├── DecoderCrashed               the child process died or ran out of time or memory
    │   │   ├── Unexpected                   a fault of the program itself; its traceback is in the log
    │   │   └── UnexplainedRefusal           a 400 nobody can explain: after several files, the line pauses
    │   ├── Busy          WAIT           a resource is away or taken; costs no attempt
    │   │   ├── Offline                      no connection at all: DNS, connect, TLS
    │   │   ├── Throttled                    the endpoint asks us to slow down
    │   │   ├── LedgerBusy                   the workbook is open elsewhere, or cannot be used now
    │   │   │   └── LedgerFull                   a form has no empty row left
    │   │   ├── FolderAway                   the drive is unplugged, the share is gone, nothing may be written
    │   │   ├── DiskFull
    │   │   ├── JournalBusy                  the journal is held by another program, or cannot be written
    │   │   ├── Incomplete                   a file that still grows, or ends early
    │   │   └── TwinInProgress               the same bytes are on the line already
    │   ├── Rejected      REJECT         this document goes to `failed`, with its reason
    │   │   ├── Unreadable                   not a picture we can decode
    │   │   ├── NotAScan                     another kind of file: left alone where it lies
    │   │   ├── RefusedByEndpoint            moderation, picture not accepted
    │   │   └── Unusable                     every attempt at reading gave nothing that can be used
    │   ├── Halt          PAUSE          reading stops, visibly, until something changes
    │   │   ├── BadKey                       until the key or the configuration changes
    │   │   ├── NoCredit                     probed every ten minutes
    │   │   ├── WrongModel                   probed every ten minutes
    │   │   └── EverythingRefused            several files in a row met an unexplained refusal; probed
    │   └── Gone          DROP           the person took the scan away before it was read: nothing to do
    └── UsageError                       ends a command, exit status 2
        ├── ConfigurationError               file, line or key, and a suggestion
        ├── JournalDamaged                   only the daemon may set it aside and begin another
        ├── JournalTooNew                    written by a later version of the program
        └── AlreadyRunning                   exit status 3

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from ocrwatch.messages import Message


class Remedy(Enum):
    """What is to be done about an error."""

    RETRY = "retry"
    WAIT = "wait"
    REJECT = "reject"
    PAUSE = "pause"
    DROP = "drop"


class OcrwatchError(Exception):
    """An error with a message for the person who sees it: what happened, to which file, what to do next."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class LineError(OcrwatchError):
    """An error a document meets on the line. `after_seconds` overrides the remedy's usual delay."""

    remedy: ClassVar[Remedy]

    def __init__(self, message: Message, *, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class TryAgain(LineError):
    remedy = Remedy.RETRY


class ServerTrouble(TryAgain):
    pass


class BadAnswer(TryAgain):
    pass


class DecoderCrashed(TryAgain):
    pass


class Unexpected(TryAgain):
    pass


class UnexplainedRefusal(TryAgain):
    pass


class Busy(LineError):
    remedy = Remedy.WAIT


class Offline(Busy):
    pass


class Throttled(Busy):
    pass


class LedgerBusy(Busy):
    pass


class LedgerFull(LedgerBusy):
    """`room` rows would have fitted."""

    def __init__(self, message: Message, *, room: int = 0, after_seconds: float | None = None) -> None:
        super().__init__(message, after_seconds=after_seconds)
        self.room = room


class FolderAway(Busy):
    pass


class DiskFull(Busy):
    pass


class JournalBusy(Busy):
    pass


class Incomplete(Busy):
    pass


class TwinInProgress(Busy):
    pass


class Rejected(LineError):
    remedy = Remedy.REJECT


class Unreadable(Rejected):
    pass


class NotAScan(Rejected):
    pass


class RefusedByEndpoint(Rejected):
    pass


class Unusable(Rejected):
    pass


class Halt(LineError):
    """`after_seconds` is the time to the next probe; None: none, wait for a change of key or configuration."""

    remedy = Remedy.PAUSE


class BadKey(Halt):
    pass


class NoCredit(Halt):
    pass


class WrongModel(Halt):
    pass


class EverythingRefused(Halt):
    """`keys` are the documents that were refused in a row: those that failed for it meanwhile are read again."""

    def __init__(self, message: Message, *, keys: tuple[int, ...] = (), after_seconds: float | None = None) -> None:
        super().__init__(message, after_seconds=after_seconds)
        self.keys = keys


class Gone(LineError):
    remedy = Remedy.DROP


class UsageError(OcrwatchError):
    exit_status: ClassVar[int] = 2


class ConfigurationError(UsageError):
    pass


class JournalDamaged(UsageError):
    pass


class JournalTooNew(UsageError):
    pass


class AlreadyRunning(UsageError):
    exit_status = 3
