"""The Approved Document F rule on made-up rooms: what it says, when it cannot say, and what never changes its mind."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.rules.part_f import assess
from hereabouts_platform.rules.room import HOUR, RoomFacts, Weather, full_hour
from hereabouts_schemas.alert import Assessment, Finding, Level

NOW = datetime(2026, 3, 3, 14, 20, tzinfo=UTC)
NAN = math.nan

Blocks = list[tuple[int, float]]


def laid(blocks: Blocks) -> np.ndarray:
    """Hours of a constant value after each other."""
    return np.concatenate([np.full(hours, value) for hours, value in blocks])


def room(
    blocks: Blocks, *, now: datetime = NOW, temperature: float = 20.0, outdoor: Blocks | None = None, **more: object
) -> RoomFacts:
    """A room whose last hour of `blocks` is the last full hour before `now`."""
    humidity = laid(blocks)
    from_at = full_hour(now) - len(humidity) * HOUR
    known = np.flatnonzero(~np.isnan(humidity))
    last_at = from_at + (int(known[-1]) + 1) * HOUR - timedelta(minutes=5) if len(known) else None
    facts: dict[str, object] = {
        "place_id": "H1/bedroom",
        "room": "Bedroom",
        "from_at": from_at,
        "temperature": np.full(len(humidity), temperature),
        "humidity": humidity,
        "last_at": last_at,
        "weather": Weather(station="Town Hall", station_id="S1", distance_km=3.24, temperature=laid(outdoor))
        if outdoor
        else None,
    }
    return RoomFacts(**(facts | more))  # type: ignore[arg-type]


WEEK = 168

# name: humidity by hours, finding, level, what the reason holds
CASES: dict[str, tuple[Blocks, Finding, Level | None, str]] = {
    "dry": ([(744, 50)], Finding.CLEAR, None, "averaged 50 % relative humidity over the last 7 days and 50 %"),
    "a wet week": ([(744, 81)], Finding.FLAG, Level.WATCH, "averaged 81 % relative humidity over the last 7 days;"),
    "a wet day in a dry week": ([(720, 40), (24, 90)], Finding.FLAG, Level.WATCH, "90 % relative humidity over"),
    "a wet week and a wet day": ([(744, 90)], Finding.FLAG, Level.ACT, "last 7 days and 90 % over the last 24 hours"),
    "exactly the week's limit": ([(744, 75)], Finding.FLAG, Level.WATCH, "averaged 75 % relative humidity"),
    "just below the week's limit": ([(744, 74.999)], Finding.HOLD, None, "averaged 74.9 %"),
    "exactly five points below": ([(744, 70)], Finding.HOLD, None, "An alert clears once"),
    "just more than five points below": ([(744, 69.999)], Finding.CLEAR, None, "more than 5 points below"),
    "exactly the day's limit": ([(720, 40), (24, 85)], Finding.FLAG, Level.WATCH, "85 % relative humidity"),
    "drying, not yet by five points": ([(600, 80), (WEEK, 72)], Finding.HOLD, None, "averaged 72 %"),
    "wet long ago, dry since": ([(300, 90), (400, 50)], Finding.CLEAR, None, "averaged 50 %"),
    "eighteen hours make a day": ([(6, NAN), (18, 50)], Finding.HOLD, None, "only 1 of the last 7 days"),
    "seventeen do not": ([(7, NAN), (17, 99)], Finding.CANNOT_SAY, None, "17 of the last 24 hours (18 are needed)"),
    "a single wet day": ([(24, 90)], Finding.FLAG, Level.WATCH, "over the last 24 hours"),
    "five wet days make a week": ([(120, 80)], Finding.FLAG, Level.WATCH, "over the last 7 days"),
    "four do not": ([(96, 80)], Finding.HOLD, None, "only 4 of the last 7 days (5 are needed)"),
    "nothing ever": ([(744, NAN)], Finding.CANNOT_SAY, None, "No humidity has been read here yet."),
    "silent for a day, wet before": ([(700, 90), (30, NAN)], Finding.CANNOT_SAY, None, "No readings since 2 March"),
    "silent for ten hours": ([(700, 80), (10, NAN)], Finding.FLAG, Level.WATCH, "since 3 March 2026, 03:55."),
    "silent for four hours": ([(700, 50), (4, NAN)], Finding.CLEAR, None, "averaged 50 %"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_cases(name: str) -> None:
    blocks, finding, level, words = CASES[name]
    found = assess(room(blocks), NOW)
    assert found.finding is finding, found.reason
    assert words in found.reason
    assert level is None or found.level is level
    assert (found.subject_id, found.hazard, found.rule) == ("H1/bedroom", "damp_mould", "part_f")


def test_the_evidence_holds_number_limit_and_span() -> None:
    evidence = assess(room([(744, 81)]), NOW).evidence
    assert set(evidence) == {"air_humidity_day", "air_humidity_week"}
    week = evidence["air_humidity_week"]
    assert (week.value, week.unit, week.limit) == (81.0, "%", 75.0)
    assert week.to_at == datetime(2026, 3, 3, 14, tzinfo=UTC)
    assert week.to_at - week.from_at == timedelta(days=7)


@pytest.mark.parametrize(
    ("name", "words"),
    [("Bedroom", "in the bedroom "), ("Bedroom 2", "in Bedroom 2 "), (None, "in this home "), ("HALL1", "in HALL1 ")],
)
def test_rooms_are_named_as_people_name_them(name: str | None, words: str) -> None:
    assert words in assess(room([(744, 81)], room=name), NOW).reason


def test_a_cold_wall_flags_where_the_air_does_not() -> None:
    air_only = assess(room([(744, 65)], temperature=18), NOW)
    with_weather = assess(room([(744, 65)], temperature=18, outdoor=[(744, 0.0)]), NOW)
    assert air_only.finding is Finding.CLEAR
    assert with_weather.finding is Finding.FLAG
    assert with_weather.evidence["surface_humidity_week"].value == pytest.approx(86.5, abs=1)
    assert "outdoor temperature from Town Hall, temperature factor 0.75" in with_weather.reason


def test_a_better_wall_does_not() -> None:
    assert assess(room([(744, 65)], temperature=18, outdoor=[(744, 0.0)], f_rsi=0.95), NOW).finding is Finding.CLEAR


def test_condensation_counts_as_saturation_not_more() -> None:
    found = assess(room([(744, 70)], temperature=22, outdoor=[(744, -10.0)], f_rsi=0.4), NOW)
    assert found.evidence["surface_humidity_day"].value == 100.0


def test_weather_that_ends_does_not_clear_what_the_wall_raised() -> None:
    outdoor: Blocks = [(600, 0.0), (144, NAN)]
    found = assess(room([(744, 65)], temperature=18, outdoor=outdoor), NOW)
    assert found.finding is Finding.HOLD
    assert found.earlier is not None
    assert "surface_humidity_week" in found.earlier.evidence


def test_silence_carries_the_last_flag_with_its_dates() -> None:
    found = assess(room([(700, 81), (30, NAN)]), NOW)
    assert found.reason == "No readings since 2 March 2026, 07:55."
    assert found.earlier is not None
    assert found.earlier.level is Level.WATCH
    assert "81 % relative humidity over the 7 days to 2 March 2026, 08:00" in found.earlier.reason


def test_what_was_cleared_is_not_carried() -> None:
    assert assess(room([(200, 90), (400, 50), (30, NAN)]), NOW).earlier is None


def test_times_are_said_on_the_clocks_of_the_readers() -> None:
    summer = datetime(2026, 7, 3, 14, 20, tzinfo=UTC)
    assert "since 2 July 2026, 08:55." in assess(room([(700, 81), (30, NAN)], now=summer), summer).reason


def test_hours_of_the_room_may_begin_and_end_anywhere() -> None:
    facts = room([(744, 81)])
    later, earlier = assess(facts, NOW + timedelta(hours=3)), assess(facts, NOW - timedelta(hours=3))
    assert later.evidence["air_humidity_week"].to_at == full_hour(NOW) + 3 * HOUR
    assert earlier.evidence["air_humidity_week"].value == 81.0


def test_part_of_an_hour_does_not_count() -> None:
    facts = room([(744, 81)])
    assert assess(facts, full_hour(NOW)) == assess(facts, full_hour(NOW) + timedelta(minutes=59))


def test_no_reason_blames() -> None:
    for blocks, *_ in CASES.values():
        found = assess(room(blocks, outdoor=[(sum(hours for hours, _ in blocks), 2.0)]), NOW)
        for word in ("life" + "style", "tenant", "you ", "your", "drying clothes"):
            assert word not in found.reason.lower()


spells = st.lists(
    st.tuples(st.integers(1, 40), st.sampled_from([NAN, 50.0, 68.0, 72.0, 78.0, 82.0, 90.0])), min_size=1, max_size=8
)
hours = st.lists(st.one_of(st.just(NAN), st.floats(1, 100)), min_size=1, max_size=744)
wet = st.lists(st.floats(75, 100), min_size=120, max_size=744)
dry = st.lists(st.floats(1, 69.99), min_size=120, max_size=744)


def of_hours(values: list[float]) -> Assessment:
    return assess(room([(1, value) for value in values]), NOW)


@given(wet)
@settings(max_examples=40)
def test_all_wet_flags(values: list[float]) -> None:
    assert of_hours(values).finding is Finding.FLAG


@given(dry)
@settings(max_examples=40)
def test_all_dry_clears(values: list[float]) -> None:
    assert of_hours(values).finding is Finding.CLEAR


@given(hours, st.integers(24, 400))
@settings(max_examples=60)
def test_no_data_never_clears(values: list[float], silent_hours: int) -> None:
    assert of_hours([*values, *[NAN] * silent_hours]).finding is Finding.CANNOT_SAY


@given(spells)
@settings(max_examples=25, deadline=None)
def test_what_stands_is_what_a_watcher_of_every_hour_would_have_open(blocks: Blocks) -> None:
    """Following the findings hour by hour gives the alert that one look at the whole gives."""
    facts = room(blocks)
    is_open = False
    for back in range(len(facts.humidity) - 1, -1, -1):
        at = NOW - back * HOUR
        seen = assess(_until(facts, at), at)
        is_open = (is_open or seen.finding is Finding.FLAG) and seen.finding is not Finding.CLEAR
        if not np.isnan(_until(facts, at).humidity[-1]):
            assert is_open == (seen.finding is Finding.FLAG or seen.earlier is not None)


def _until(facts: RoomFacts, at: datetime) -> RoomFacts:
    humidity = facts.humidity[: int((full_hour(at) - facts.from_at) / HOUR)]
    known = np.flatnonzero(~np.isnan(humidity))
    last_at = facts.from_at + (int(known[-1]) + 1) * HOUR - timedelta(minutes=5) if len(known) else None
    return replace(facts, humidity=humidity, temperature=facts.temperature[: len(humidity)], last_at=last_at)
