"""Levels of rooms over weeks: raised after days, let go after days, and never well without having been measured."""

from collections.abc import Sequence
from dataclasses import replace

import made_rooms
import numpy as np
import pytest

from hereabouts_platform.homes.assess import Series, assess_series
from hereabouts_platform.homes.features import RoomKind
from hereabouts_platform.homes.limits import LIMITS, draft
from hereabouts_platform.homes.record import FAULTS, LEVELS, Record
from hereabouts_platform.homes.rooms import rooms_of
from hereabouts_platform.homes.told import features_of
from hereabouts_platform.homes.verdict import COLD, DAMP, HEAT, About, Speaker, Verdict, worst
from hereabouts_schemas.alert import Finding, Station
from hereabouts_schemas.errors import InputError

STATION = Station(place="W1", name="Mill Hill", distance_km=0.7)
JULY = 20_635  # 1 July 2026


def days(series: Series, f_rsi: float | None = None, kind: RoomKind = RoomKind.BEDROOM) -> list[Record]:
    """Every day of one room."""
    return list(assess_series(series, rooms_of([kind], f_rsi=[f_rsi])))


def levels(records: Sequence[Record], hazard: int) -> list[str]:
    """The level of each day."""
    return [LEVELS[record["level"][0, hazard]] for record in records]


def say(record: Record, hazard: int, f_rsi: float | None = None, station: Station | None = STATION) -> Verdict:
    """The verdict on a hazard."""
    room = rooms_of([RoomKind.BEDROOM], f_rsi=[f_rsi])
    return Speaker(record, room, [About(place_id="H1/b", room="Bedroom 2", station=station)]).verdict(0, hazard)


def silent(series: Series, hours: slice) -> Series:
    """The same with hours in which nothing was read."""
    gone = replace(series, temperature=series.temperature.copy(), humidity=series.humidity.copy())
    gone.temperature[hours] = np.nan
    gone.humidity[hours] = np.nan
    return gone


def test_a_dry_warm_room_is_no_data_until_it_is_known_and_ok_from_then_on() -> None:
    found = days(made_rooms.series(30, temperature=20.0, excess=250.0))
    for hazard in (DAMP, COLD, HEAT):
        assert set(levels(found, hazard)[5:]) == {"ok"}
    assert set(levels(found, DAMP)[:4]) == {"no_data"}
    assert "coldest surface in Bedroom 2 is dry enough" in say(found[-1], DAMP).reason
    assert "The air in Bedroom 2 is dry enough" in say(found[-1], DAMP, station=None).reason


def test_a_wet_room_is_watched_then_acted_on_with_the_reason_an_officer_needs() -> None:
    found = days(made_rooms.series(60, temperature=17.5, excess=560.0), 0.6)
    course = levels(found, DAMP)
    first = [course.index(level) for level in ("watch", "act")]
    assert 5 <= first[0] < first[1] < 40
    verdict = say(found[-1], DAMP, 0.6)
    assert verdict.confidence in ("high", "medium")
    for words in (
        "coldest surface in Bedroom 2",
        "over the last 30 days (limit 90",
        "over the last 7 days (limit 88",
        "The mould index there is",
        "Outdoor climate from Mill Hill, temperature factor of the wall 0.60 (measured)",
    ):
        assert words in verdict.reason
    assert {"surface_humidity_week", "mould_index"} <= set(verdict.evidence)


def test_what_was_raised_is_let_go_after_a_fortnight_of_dryness() -> None:
    wet, dry = made_rooms.series(40, excess=850.0), made_rooms.series(90, excess=100.0, first_day=made_rooms.FIRST_DAY)
    both = replace(
        dry,
        temperature=np.concatenate([wet.temperature, dry.temperature[40 * 24 :]]),
        humidity=np.concatenate([wet.humidity, dry.humidity[40 * 24 :]]),
    )
    course = levels(days(both), DAMP)
    assert course[39] in ("act", "urgent")
    cleared = course.index("ok", 40)
    assert 40 + 14 <= cleared <= 40 + 45
    assert set(course[cleared:]) == {"ok"}


def test_what_has_dried_out_is_told_as_what_it_was() -> None:
    wet, dry = made_rooms.series(24, temperature=17.5, excess=560.0), made_rooms.series(60, excess=100.0)
    both = replace(
        dry,
        temperature=np.concatenate([wet.temperature, dry.temperature[24 * 24 :]]),
        humidity=np.concatenate([wet.humidity, dry.humidity[24 * 24 :]]),
    )
    reasons = [say(one, DAMP, 0.6).reason for one in days(both, 0.6)]
    below = [reason for reason in reasons if "It lies below its limits now" in reason]
    assert below
    assert all(reason.startswith("It was damp enough in Bedroom 2 until lately") for reason in below)
    assert any("The mould index there is 0." in reason and "(limit 0.35; at 3 mould" in reason for reason in reasons)


def test_silence_is_never_green_and_never_clears() -> None:
    found = days(silent(made_rooms.series(60, excess=850.0), slice(40 * 24, None)))
    assert set(levels(found[42:], DAMP)) == {"no_data"}
    assert LEVELS[found[-1]["standing"][0, DAMP]] in ("act", "urgent")
    speaker = Speaker(found[-1], rooms_of([RoomKind.BEDROOM]), [About(place_id="H1/b", room="Bedroom 2")])
    assessment = speaker.assessment(0, DAMP, has_alert=False)
    assert (assessment.finding, assessment.earlier is not None) == (Finding.CANNOT_SAY, True)
    assert assessment.reason.startswith("No readings in Bedroom 2 since 10 February 2026, 00:00.")


def test_a_humid_summer_raises_nothing() -> None:
    found = days(made_rooms.series(60, temperature=22.0, excess=150.0, first_day=JULY, mean=20.0))
    assert np.nanmax([record["ring"][0, 0] for record in found]) > 75
    assert set(levels(found[5:], DAMP)) == {"ok"}


def test_without_weather_the_air_alone_is_judged_and_a_damp_room_cannot_be_called_well() -> None:
    series = made_rooms.series(60, temperature=18.0, excess=850.0)
    blind = replace(series, outdoor_temperature=None, outdoor_humidity=None, rain=None)
    assert levels(days(blind), DAMP)[-1] in ("watch", "act")
    fair = replace(blind, humidity=np.clip(blind.humidity - blind.humidity.mean() + 63.0, 62, 64))
    assert levels(days(fair, 0.6), DAMP)[-1] == "no_data"
    assert "(the weather outside): the mould index" in say(days(fair, 0.6)[-1], DAMP, 0.6, station=None).reason


@pytest.mark.parametrize(("temperature", "level"), [(19.5, "ok"), (17.2, "watch"), (14.5, "act"), (10.5, "urgent")])
def test_cold(temperature: float, level: str) -> None:
    found = days(made_rooms.series(20, temperature=temperature, excess=150.0))
    assert levels(found, COLD)[-1] == level
    assert level != "urgent" or "The heating may have failed" in say(found[-1], COLD).reason


def test_a_heating_that_fails_is_urgent_the_same_day_and_clears_when_it_is_warm_again() -> None:
    series = made_rooms.series(40, temperature=20.0, excess=150.0)
    series.temperature[20 * 24 + 8 : 23 * 24] -= 10.0
    course = levels(days(series), COLD)
    assert (course[19], course[20]) == ("ok", "urgent")
    assert course[30] == "ok"


@pytest.mark.parametrize(("temperature", "level"), [(25.0, "ok"), (27.5, "act"), (31.5, "urgent")])
def test_heat(temperature: float, level: str) -> None:
    series = made_rooms.series(20, temperature=temperature, excess=100.0, first_day=JULY, mean=18.0)
    assert levels(days(series), HEAT)[-1] == level
    assert set(levels(days(series, kind=RoomKind.KITCHEN)[5:], HEAT)) == {"ok"}


def stuck(series: Series) -> None:
    series.temperature[400:] = series.temperature[400]
    series.humidity[400:] = series.humidity[400]


def too_dry(series: Series) -> None:
    series.humidity[400:] *= 0.3


def saturated(series: Series) -> None:
    series.humidity[400:] = 100.0


@pytest.mark.parametrize(("breaks", "fault"), [(stuck, "stuck"), (too_dry, "below_outdoors"), (saturated, "saturated")])
def test_a_broken_sensor_is_called_so_and_its_hours_grow_no_mould(breaks: object, fault: str) -> None:
    series = made_rooms.series(30, temperature=20.0, excess=300.0)
    breaks(series)  # type: ignore[operator]
    last = days(series)[-1]
    assert LEVELS[last["level"][0, DAMP]] == "sensor_fault"
    assert last["fault_age"][0, FAULTS.index(fault)] < 48
    assert last["index"][0, 0] < 0.2
    assert "Have the sensor looked at" in say(last, DAMP).reason
    assert LEVELS[last["level"][0, COLD]] == ("sensor_fault" if fault == "stuck" else "ok")


def test_a_coarse_sensor_may_stand_still_for_two_days() -> None:
    series = made_rooms.series(20, temperature=20.0, excess=300.0)
    coarse = replace(series, temperature=np.round(series.temperature), humidity=np.round(series.humidity))
    coarse.temperature[200:252] = 20.0
    coarse.humidity[200:252] = 50.0
    assert not any(record["fault_age"][0, 0] < 48 for record in days(coarse))


def test_gaps_widen_the_band_and_repeat_no_more_than_six_hours() -> None:
    series = made_rooms.series(60, temperature=17.0, excess=800.0)
    gaps = silent(series, slice(30 * 24, 31 * 24))
    found, whole = days(gaps, 0.6)[-1], days(series, 0.6)[-1]
    low, high = found["index"][0, 0], found["index"][0, 1]
    assert whole["index"][0, 0] == whole["index"][0, 1]
    assert low < high <= whole["index"][0, 1]


def test_repairs_and_tolerances_are_folded_beside_what_is() -> None:
    series = made_rooms.series(60, temperature=16.0, excess=700.0)
    room = rooms_of([RoomKind.BEDROOM], f_rsi=[0.6])
    last = list(assess_series(series, room))[-1]
    told = features_of(last, room)
    for better in (told.mould_if_warm, told.mould_if_drier, told.mould_if_insulated, told.mould_if_standard):
        assert better[0] < told.mould[0]
    assert last["index"][0, 2] < told.mould[0] < last["index"][0, 3]
    assert told.cold_share[0] == 1.0
    assert abs(told.vpx5[0] - 700) < 60
    assert told.vpx5_span[0] > 6


def test_nothing_is_raised_while_plaster_dries() -> None:
    series = made_rooms.series(30, excess=850.0)
    room = rooms_of([RoomKind.BEDROOM])
    until = (series.first_day + 30) * 24
    drying = replace(room, quiet_from=np.array([0]), quiet_until=np.array([until]))
    last = list(assess_series(series, drying))[-1]
    assert (LEVELS[last["level"][0, DAMP]], bool(last["quiet"][0])) == ("ok", True)


def test_a_home_is_as_its_worst_room_and_silence_is_not_well() -> None:
    names = {name: n for n, name in enumerate(LEVELS)}
    for rooms, home in (
        (["ok", "no_data"], "no_data"),
        (["sensor_fault", "no_data", "ok"], "sensor_fault"),
        (["watch", "no_data"], "watch"),
        (["act", "urgent"], "urgent"),
        (["ok", "ok"], "ok"),
    ):
        assert worst(np.array([names[one] for one in rooms], dtype=np.uint8)) == names[home]


def test_a_draft_changes_what_it_names_and_is_told_apart() -> None:
    changed = draft('version = "later"\n[damp]\nraise_days = 5\nsurface_week = 78\n')
    assert (changed.version, changed.damp.raise_days, changed.damp.surface_week) == ("later", 5, 78.0)
    assert changed.cold == LIMITS.cold
    assert changed.hash != LIMITS.hash
    assert draft("").hash == LIMITS.hash


@pytest.mark.parametrize(
    "text", ["[damp]\nweek = 3", "[wet]\n", "[damp]\nraise_days = 1.5", "[damp]\nrising = true", "["]
)
def test_a_draft_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        draft(text)
