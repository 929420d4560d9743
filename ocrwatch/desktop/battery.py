"""Whether the computer runs on its battery. A computer without one, or that does not say, runs on mains."""

from __future__ import annotations


def on_battery() -> bool:
    """As the system says it now."""
    import psutil

    ask = getattr(psutil, "sensors_battery", None)  # not on every system
    try:
        battery = ask() if ask is not None else None
    except (OSError, ValueError):  # what Linux shows of it may be half there
        return False
    return battery is not None and battery.power_plugged is False
