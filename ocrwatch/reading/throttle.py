"""How fast a service is asked: how many at once, and not before when.

    admitted ──▶ asked ──▶ answered            more at once, slowly, up to the ceiling
       │                └▶ asked to slow down  half as many, and nobody before `not_before`
       └▶ not now: the seconds to wait, at once; nobody stands in line here

`Traffic` is data; every function returns the next one. Times are seconds since the epoch, `jitter` is between 0 and 1.

Pure: no clock, disk, thread, network or log.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

SHORTEST_BACKOFF_SECONDS = 5.0
LONGEST_BACKOFF_SECONDS = 60.0
LONGEST_OBEYED_SECONDS = 3600.0
"""Of a `Retry-After`: longer ones are tried again after an hour, for the wait may end sooner."""

QUOTA_PATIENCE_SECONDS = 180.0
"""How long "insufficient quota" may mean throttling before it is taken for an empty account."""

_GROWTH = 0.5
"""Added to the limit by as many answers as the limit allows at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """`limit`: how many may be asked at once now, at most `ceiling`; `under_way`: how many are.

    `refusals`: how many times in a row it was asked to slow down. `quota_since`, `offline_since`: when that
    trouble began, None without. `offline_until`: when the service, which was not to be reached, is tried again.
    """

    ceiling: int
    limit: float
    under_way: int = 0
    not_before: float = 0.0
    refusals: int = 0
    quota_since: float | None = None
    offline_since: float | None = None
    offline_until: float = 0.0


def at_first(ceiling: int) -> Traffic:
    """Nothing under way, `ceiling` at once."""
    return Traffic(ceiling=ceiling, limit=float(ceiling))


def seconds_to_wait(traffic: Traffic, now: float, jitter: float) -> float:
    """0 when one more may be asked at `now`, else for how long not."""
    if 0 < traffic.not_before - now <= LONGEST_OBEYED_SECONDS:  # farther away: the clock was set back
        # Those who wait come back one after the other, not as a crowd.
        return traffic.not_before - now + jitter * SHORTEST_BACKOFF_SECONDS
    if traffic.under_way >= int(traffic.limit):
        return SHORTEST_BACKOFF_SECONDS * (0.75 + 0.5 * jitter)
    return 0.0


def offline_seconds_to_wait(traffic: Traffic, now: float, jitter: float) -> float:
    """0 when one may try whether the service is to be reached again, else for how long not; one tries at a time."""
    if traffic.offline_since is None:
        return 0.0
    if 0 < traffic.offline_until - now <= LONGEST_BACKOFF_SECONDS:
        return traffic.offline_until - now + jitter * SHORTEST_BACKOFF_SECONDS
    return SHORTEST_BACKOFF_SECONDS * (0.75 + 0.5 * jitter) if traffic.under_way else 0.0


def asked(traffic: Traffic) -> Traffic:
    """One more is under way."""
    return replace(traffic, under_way=traffic.under_way + 1)


def ended(traffic: Traffic) -> Traffic:
    """One is not under way any more, however it ended."""
    return replace(traffic, under_way=max(0, traffic.under_way - 1))


def answered(traffic: Traffic) -> Traffic:
    """The service did what was asked: its troubles are over, and it may be asked a little more at once."""
    limit = min(float(traffic.ceiling), traffic.limit + _GROWTH / traffic.limit)
    return replace(traffic, limit=limit, refusals=0, quota_since=None, offline_since=None)


def slowed(traffic: Traffic, now: float, jitter: float, retry_after_seconds: float | None = None) -> Traffic:
    """The service asked to slow down. Several that were under way together count as one."""
    is_new = now >= traffic.not_before
    refusals = traffic.refusals + 1 if is_new else traffic.refusals
    limit = max(1.0, float(int(traffic.limit / 2))) if is_new else traffic.limit
    if retry_after_seconds is not None:
        backoff = min(max(retry_after_seconds, 0.0), LONGEST_OBEYED_SECONDS)
    else:
        usual = SHORTEST_BACKOFF_SECONDS * 2 ** min(max(refusals, 1) - 1, 10) * (0.75 + 0.5 * jitter)
        backoff = min(max(usual, SHORTEST_BACKOFF_SECONDS), LONGEST_BACKOFF_SECONDS)
    not_before = max(traffic.not_before, now + backoff)
    return replace(traffic, limit=limit, refusals=refusals, not_before=not_before, offline_since=None)


def out_of_quota(traffic: Traffic, now: float) -> Traffic:
    """The service spoke of its quota."""
    return replace(traffic, quota_since=now if traffic.quota_since is None else traffic.quota_since)


def is_without_credit(traffic: Traffic, now: float) -> bool:
    """Whether it has spoken of its quota for so long that it means the account."""
    return traffic.quota_since is not None and now - traffic.quota_since >= QUOTA_PATIENCE_SECONDS


def reached(traffic: Traffic) -> Traffic:
    """The service is there, whatever it said."""
    return replace(traffic, offline_since=None)


def unreachable(traffic: Traffic, now: float) -> Traffic:
    """There was no connection."""
    traffic = replace(traffic, offline_since=now if traffic.offline_since is None else traffic.offline_since)
    return replace(traffic, offline_until=now + offline_seconds(traffic, now))


def offline_seconds(traffic: Traffic, now: float) -> float:
    """When to try again without a connection: as long as it is away already, 5 to 60 s."""
    away = 0.0 if traffic.offline_since is None else now - traffic.offline_since
    return min(max(away, SHORTEST_BACKOFF_SECONDS), LONGEST_BACKOFF_SECONDS)


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """The seconds that a `Retry-After` header names, as a number or an HTTP date (RFC 9110, 10.2.3); else None."""
    if header is None:
        return None
    header = header.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", header):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = moment.timestamp() - now
    return max(0.0, seconds) if math.isfinite(seconds) else None
