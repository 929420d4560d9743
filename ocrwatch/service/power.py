"""Whether reading stands still because the computer runs on its battery (`pause_on_battery`). Pure.

It is a pause of its own, beside a person's and the line's: it ends by itself on mains. Who says `resume` meanwhile
overrules it until then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ocrwatch.messages import message
from ocrwatch.service.pausing import Pause

LOOK_SECONDS = 60.0
"""How often the system is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """As seen at `seen_at`, seconds since the epoch. `pause`: reading stands still for it."""

    seen_at: float | None = None
    is_overruled: bool = False
    pause: Pause | None = None


def is_due(power: Power, now: float) -> bool:
    """Whether it is time to ask the system; at once when the clock was set back."""
    return power.seen_at is None or not 0.0 <= now - power.seen_at < LOOK_SECONDS


def looked(power: Power, now: float, *, on_battery: bool) -> Power:
    """After the system was asked."""
    if not on_battery:
        return Power(seen_at=now)
    if power.is_overruled or power.pause is not None:
        return replace(power, seen_at=now)
    text = message("The computer runs on its battery. Reading goes on by itself on mains, or now: ocrwatch resume")
    return Power(seen_at=now, pause=Pause(reason=text, since=now, by_user=False))


def overruled(power: Power) -> Power:
    """After a person said that reading is to go on."""
    return replace(power, is_overruled=power.pause is not None or power.is_overruled, pause=None)
