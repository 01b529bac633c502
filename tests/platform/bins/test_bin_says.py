"""A bin's forecast in words, also where little or nothing can be said."""

from datetime import UTC, datetime, timedelta

import pytest

from hereabouts_platform.bins.bin_words import Said, bin_says

NOW = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OVER_80, FULL = NOW + DAY + HOUR, NOW + 3 * DAY
ROUND = NOW.replace(hour=6, minute=0) + DAY


def says(
    level: float | None, over_at: dict[float, datetime | None], *, is_round: bool = True, measured: bool = True
) -> str:
    chance, by = (None, None) if level is None else (0.123, ROUND)
    told = Said(
        level=level, over_at=over_at, chance=chance, by=by, is_round=is_round, measured=measured, made_at=NOW
    )  # fmt: skip
    return bin_says(told, NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            says(62.4, {50: NOW, 80: OVER_80, 100: FULL}),
            "About 62 % full. As likely as not over 80 % by tomorrow 16:00, full by Thu 26 Nov 15:00; 12 % likely to"
            " overflow before the next round (tomorrow 06:00).",
        ),
        (
            says(85, {80: NOW, 100: FULL}, is_round=False),
            "About 85 % full. As likely as not full by Thu 26 Nov 15:00; 12 % likely to overflow by tomorrow 06:00"
            " (no round is in sight).",
        ),
        (
            says(3, {80: None, 100: None}),
            "About 3 % full. Not expected to be over 80 % within 14 days; 12 % likely to overflow before the next round"
            " (tomorrow 06:00).",
        ),
        (says(100, {80: NOW, 100: NOW}), "Full or more."),
        (says(None, {}), "Cannot say how full it is: its sensor has told nothing yet."),
        (says(None, {}, measured=False), "Cannot say how full it is: nothing measures it."),
        (bin_says(Said(), NOW), "Cannot say how full it is: it was not forecast yet."),
    ],
)
def test_a_forecast_in_words(said: str, words: str) -> None:
    assert said == words
