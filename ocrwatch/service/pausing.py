"""When reading stands still, and when it may be tried. Pure.

A person's pause ends when they say so, or at its time. The line's own pause ends when a probe (one document
let through) succeeds, when a person resumes, or with the next start: by then the key or the configuration may
have changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ocrwatch.errors import Halt
from ocrwatch.messages import Message, message

FOR_EVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Reading stands still since `since`. Times are seconds since the epoch.

    `until`: when a person's pause ends by itself, None for never. `probe_at`: when the line may try one
    document, None for never.
    """

    reason: Message
    since: float
    by_user: bool
    until: float | None = None
    probe_at: float | None = None


def paused_by_user(now: float, seconds: float | None) -> Pause:
    """A person's pause, for `seconds` or until they resume."""
    until = None if seconds is None else now + seconds
    return Pause(reason=message("Paused by you."), since=now, by_user=True, until=until)


def halted(pause: Pause | None, error: Halt, now: float) -> Pause:
    """The pause after `error`, which a person's own pause outranks."""
    if pause is not None and pause.by_user:
        return pause
    probe_at = None if error.after_seconds is None else now + error.after_seconds
    since = now if pause is None else pause.since
    return Pause(reason=error.message, since=since, by_user=False, probe_at=probe_at)


def may_read(pause: Pause | None, now: float) -> bool:
    """Whether a document may be read now: always without a pause, else as its probe."""
    return now >= next_chance(pause)


def next_chance(pause: Pause | None) -> float:
    """When a document may be read next."""
    match pause:
        case None:
            return 0.0
        case Pause(by_user=True):
            return FOR_EVER if pause.until is None else pause.until
        case Pause():
            return FOR_EVER if pause.probe_at is None else pause.probe_at


def probing(pause: Pause | None, now: float) -> Pause | None:
    """The pause once a document was let through: ended for a person's, no second probe for the line's own."""
    if pause is None or pause.by_user:
        return None
    return replace(pause, probe_at=now + 600)


def unless_over(pause: Pause | None, now: float) -> Pause | None:
    """`pause`, or None once the time that a person named has come."""
    return None if pause is not None and pause.by_user and may_read(pause, now) else pause
