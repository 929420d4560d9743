"""From how things stand to what the icon shows: its state, its tooltip. The menu is made in `menu.py`.

    Seen (status, places, failures) ──▶ look_of ──▶ Look (state, count, tooltip, menu) ──▶ a tray

Rules
  1. A look is data: a tray that shows it asks nobody, neither the disk nor the network.
  2. The state is the first that holds: paused, offline, waiting, working, attention, idle.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from ocrwatch.desktop.menu import Entry, Seen, menu_of, where_pictures_go
from ocrwatch.messages import Message, message
from ocrwatch.service.status import Status, Waiting

SENTENCES_SHOWN = 3
"""Of what waits; a tooltip is no list."""


class State(Enum):
    """What the icon's badge says."""

    IDLE = "idle"
    WORKING = "working"
    PAUSED = "paused"
    WAITING = "waiting"
    ATTENTION = "attention"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is shown. `count`: scans under way while working, else 0. `tooltip`: sentences, the first the state's."""

    state: State
    count: int
    tooltip: tuple[Message, ...]
    menu: tuple[Entry, ...]


def look_of(seen: Seen) -> Look:
    """What is to be shown of what is `seen`."""
    state = state_of(seen)
    under_way = seen.status.to_read + seen.status.to_record
    told = tuple(_told(state, seen))
    headline = (told[0], *tuple(told[1:])[:SENTENCES_SHOWN])
    return Look(
        state=state,
        count=under_way if state is State.WORKING else 0,
        tooltip=(*headline, where_pictures_go(seen.status)),
        menu=menu_of(seen, headline),
    )


def state_of(seen: Seen) -> State:
    """The first state that holds."""
    status = seen.status
    if status.daemon.pause is not None:
        return State.PAUSED
    if status.daemon.offline and status.to_read:
        return State.OFFLINE
    if status.waiting or status.daemon.trouble or any(folder.trouble for folder in status.daemon.folders):
        return State.WAITING
    if status.to_read or status.to_record:
        return State.WORKING
    if seen.failures or seen.doubtful or status.held or status.daemon.misconfigured:
        return State.ATTENTION
    return State.IDLE


def _told(state: State, seen: Seen) -> Iterator[Message]:
    status = seen.status
    match state:
        case State.PAUSED:
            yield _paused(seen)
            if status.to_read:
                yield message("Scans that wait: {count}.", count=status.to_read)
        case State.OFFLINE:
            yield message("The reading service cannot be reached. Scans that wait: {count}.", count=status.to_read)
            return  # each of them would say the same again
        case State.WAITING:
            yield message("Something waits.")
        case State.WORKING:
            yield message("Scans under way: {count}.", count=status.to_read + status.to_record)
        case State.ATTENTION:
            yield message("Something wants your attention.")
        case State.IDLE:
            yield _watching(len(seen.watched))
        case _ as unreachable:
            assert_never(unreachable)
    yield from _waiting(status)
    yield from _for_attention(seen)


def _paused(seen: Seen) -> Message:
    pause = seen.status.daemon.pause
    assert pause is not None
    if not pause.by_user:
        return message("Reading is paused: {reason}", reason=pause.reason)
    if pause.until is None:
        return message("You have paused reading.")
    return message("You have paused reading until {time}.", time=seen.paused_until)


def _for_attention(seen: Seen) -> Iterator[Message]:
    if seen.status.daemon.misconfigured is not None:
        yield seen.status.daemon.misconfigured
    if seen.failures:
        yield message("Scans that could not be read: {count}.", count=seen.failed)
    if seen.doubtful:
        yield message("New rows to look at (see their column Check): {count}.", count=seen.doubtful)
    for folder, count in seen.status.held.items():
        yield message("{count} scans lay in {folder} before.", count=count, folder=folder)


def _watching(folders: int) -> Message:
    if folders == 1:
        return message("1 folder is watched. Drop a scan into it.")
    return message("{count} folders are watched. Drop a scan into one.", count=folders)


def _waiting(status: Status) -> Iterator[Message]:
    """What waits and why, without the names of the scans."""
    if status.daemon.trouble is not None:
        yield status.daemon.trouble
    pause = status.daemon.pause
    for waiting in status.waiting:
        if pause is None or waiting.reason != pause.reason:  # that is told already
            yield _one_waiting(waiting)
    for folder in status.daemon.folders:
        if folder.trouble is not None:
            yield folder.trouble


def _one_waiting(waiting: Waiting) -> Message:
    count = len(waiting.names)
    if waiting.ledger:
        text = "Rows that wait for {ledger}: {count}. {reason}"
        return message(text, ledger=waiting.ledger, count=count, reason=waiting.reason)
    return message("Scans that wait: {count}. {reason}", count=count, reason=waiting.reason)
