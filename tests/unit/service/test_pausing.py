"""When reading stands still, and when it may be tried."""

from __future__ import annotations

from ocrwatch.errors import BadKey, NoCredit
from ocrwatch.messages import message
from ocrwatch.service.pausing import FOR_EVER, halted, may_read, next_chance, paused_by_user, probing, unless_over

NOW = 1_000_000.0
NO_CREDIT = NoCredit(message("No credit."), after_seconds=600)
BAD_KEY = BadKey(message("Bad key."))


def test_without_a_pause_reading_goes_on() -> None:
    """No pause, no limit."""
    assert may_read(None, NOW)


def test_a_persons_pause_ends_at_its_time() -> None:
    """For an hour means an hour; without a time it lasts until they resume."""
    hour = paused_by_user(NOW, 3600)
    assert not may_read(hour, NOW + 3599)
    assert may_read(hour, NOW + 3600)
    assert probing(hour, NOW + 3600) is None
    assert next_chance(paused_by_user(NOW, None)) == FOR_EVER


def test_a_halt_with_a_probe_lets_one_document_through_each_time() -> None:
    """After ten minutes one is tried; the next not before another ten."""
    pause = halted(None, NO_CREDIT, NOW)
    assert not may_read(pause, NOW + 599)
    assert may_read(pause, NOW + 600)
    after = probing(pause, NOW + 600)
    assert after is not None
    assert not may_read(after, NOW + 601)
    assert may_read(after, NOW + 1200)


def test_a_bad_key_is_not_probed() -> None:
    """Nothing is sent until somebody changes something."""
    assert next_chance(halted(None, BAD_KEY, NOW)) == FOR_EVER


def test_a_persons_pause_outranks_the_lines_own() -> None:
    """A halt while a person has paused changes nothing."""
    pause = paused_by_user(NOW, None)
    assert halted(pause, NO_CREDIT, NOW + 5) is pause


def test_a_second_halt_keeps_the_time_of_the_first() -> None:
    """The status says since when it stands still."""
    pause = halted(halted(None, NO_CREDIT, NOW), BAD_KEY, NOW + 600)
    assert pause.since == NOW
    assert pause.reason == BAD_KEY.message


def test_a_persons_pause_is_over_when_its_time_has_come_though_nothing_is_to_be_read() -> None:
    """The line's own ends by a probe alone, a person's without an end by them alone."""
    pause = paused_by_user(NOW, 3600)
    assert unless_over(pause, NOW + 3599) is pause
    assert unless_over(pause, NOW + 3600) is None
    for other in (None, paused_by_user(NOW, None), halted(None, NO_CREDIT, NOW)):
        assert unless_over(other, NOW + 7200) is other
