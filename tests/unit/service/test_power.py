"""The pause for want of mains."""

from __future__ import annotations

from ocrwatch.service.power import LOOK_SECONDS, Power, is_due, looked, overruled


def test_the_system_is_asked_once_a_minute() -> None:
    """And at once when the clock was set back."""
    power = Power()
    assert is_due(power, 0.0)
    power = looked(power, 100.0, on_battery=False)
    assert not is_due(power, 100.0 + LOOK_SECONDS - 1)
    assert is_due(power, 100.0 + LOOK_SECONDS)
    assert is_due(power, 50.0)


def test_it_begins_once_and_ends_on_mains() -> None:
    """Its beginning is that of the battery's."""
    power = looked(Power(), 100.0, on_battery=True)
    assert power.pause is not None
    later = looked(power, 200.0, on_battery=True)
    assert later.pause is power.pause
    assert looked(later, 300.0, on_battery=False) == Power(seen_at=300.0)


def test_a_resume_holds_until_mains() -> None:
    """The next battery pauses again; a resume on mains overrules nothing."""
    power = overruled(looked(Power(), 100.0, on_battery=True))
    assert power.pause is None
    power = looked(power, 200.0, on_battery=True)
    assert power.pause is None
    power = looked(looked(power, 300.0, on_battery=False), 400.0, on_battery=True)
    assert power.pause is not None
    on_mains = overruled(looked(Power(), 100.0, on_battery=False))
    assert looked(on_mains, 200.0, on_battery=True).pause is not None
