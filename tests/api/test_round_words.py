"""The words of rounds' pages."""

from datetime import UTC, datetime

from hereabouts_api.pages.round_words import say_overflow

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def test_when_a_bin_would_overflow_is_said_as_far_as_it_can_be() -> None:
    assert say_overflow(None, None) == "When it would overflow cannot be said."
    assert say_overflow(AT, None).startswith("Every second such bin has by 2 March 2026")
    assert say_overflow(AT, AT).startswith("One in ten such bins has overflowed by 2 March 2026")
