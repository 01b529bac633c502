"""Causes told from features: signatures of section 2.8 of our notes on damp, laid upon a home without a fault."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.homes.cause import MEANINGS, Cause
from hereabouts_platform.homes.causes import SIGNS, causes_of, explain
from hereabouts_platform.homes.counterfactuals import Effect, Repair, counterfactuals, sentence
from hereabouts_platform.homes.features import Features, RoomKind
from hereabouts_platform.homes.first_cause import first_causes

NAN = float("nan")
WELL: dict[str, float] = {
    "kind": RoomKind.BEDROOM,
    "co2_night": NAN,
    "moved_days": NAN,
    "f_rsi": 0.75,
    "f_known": 0,
    "days": 30,
    "cold_share": 0.2,
    "temperature": 19,
    "surface_humidity": 78,
    "surface_humidity_standard": 78,
    "air_humidity": 62,
    "vapour_excess": 450,
    "vpx5": 500,
    "vpx5_days": 30,
    "vpx5_span": 12,
    "floor": 6,
    "floor_excess": 1.5,
    "floor_step": 0,
    "swing": 1.5,
    "temperature_swing": 3,
    "air_change": 0.15,
    "air_change_nights": 10,
    "pulses": 0.5,
    "pulses_back_share": 0.8,
    "pulses_back_change": 0,
    "time_constant": 35,
    "time_constant_nights": 10,
    "rain": 0,
    "rain_t": 0.5,
    "to_other_rooms": 20,
    "floor_to_other_rooms": 0.1,
    "condensation_hours": 0,
    "mould": 0.8,
    "mould_if_warm": 0.8,
    "mould_if_drier": 0.3,
    "mould_if_insulated": 0.6,
    "mould_if_standard": 0.8,
    "surface_if_warm": 77,
    "surface_if_drier": 70,
    "surface_if_insulated": 74,
    "surface_season": 78,
    "frozen_hours": 0,
    "below_outdoor_hours": 0,
    "saturated_hours": 0,
    "drift": 0,
    "temperature_shift": 0,
}


def features(**changed: float) -> Features:
    """One room: a home without a fault but for what is changed."""
    return Features(**{name: np.array([float(value)]) for name, value in {**WELL, **changed}.items()})


DAMP = {
    "under-heated": (
        {"cold_share": 0.8, "temperature": 15, "vpx5": 350, "surface_season": 82, "surface_if_warm": 70},
        Cause.UNDER_HEATING,
    ),
    "under-ventilated": ({"vpx5": 900, "vapour_excess": 850, "air_change": 0.04}, Cause.UNDER_VENTILATION),
    "little fresh air by its carbon dioxide": ({"vpx5": 700, "co2_night": 2100}, Cause.UNDER_VENTILATION),
    "a cold bridge that was measured": (
        {"f_known": 1, "f_rsi": 0.55, "surface_humidity": 86, "vpx5": 400, "cold_share": 0.1},
        Cause.COLD_BRIDGE,
    ),
    "a fan that stopped": (
        {"kind": RoomKind.BATHROOM, "to_other_rooms": 300, "pulses_back_share": 0.2, "pulses_back_change": -0.5},
        Cause.EXTRACT_FAILURE,
    ),
    "under-ventilated, few days": ({"vpx5": NAN, "vapour_excess": 800, "days": 9}, Cause.UNDER_VENTILATION),
    "rain that comes through": (
        {"rain": 40, "rain_t": 3, "to_other_rooms": 400, "floor_to_other_rooms": 4},
        Cause.WATER_INGRESS,
    ),
    "a pipe that leaks": (
        {
            "floor_step": 2,
            "floor_excess": 4.5,
            "floor_to_other_rooms": 4.5,
            "to_other_rooms": 500,
            "swing": 1,
            "vpx5": 700,
        },
        Cause.WATER_INGRESS,
    ),
    "a sensor below the air outdoors": ({"below_outdoor_hours": 60, "vpx5": NAN}, Cause.SENSOR_FAULT),
    "a sensor that stands still": ({"frozen_hours": 70, "swing": NAN}, Cause.SENSOR_FAULT),
}


@pytest.mark.parametrize("case", DAMP.values(), ids=DAMP)
def test_the_signature_of_a_cause(case: tuple[dict[str, float], Cause]) -> None:
    changed, cause = case
    first = explain(features(**changed), "damp_mould", 0)[0]
    assert (first.cause, first.probability > 0.5) == (cause, True)
    assert first.evidence_for
    assert first.investigate.startswith("Investigate")


COLD = {
    "a boiler that failed": (
        {"temperature_shift": -5, "temperature_swing": 0.8, "cold_share": 0.4},
        Cause.HEATING_FAILURE,
    ),
    "a house that holds no heat": ({"time_constant": 12, "temperature_swing": 6, "cold_share": 0.4}, Cause.HEAT_LOSS),
    "hardly heated": ({"time_constant": 60, "cold_share": 0.95, "temperature_swing": 2}, Cause.UNDER_HEATING),
}


@pytest.mark.parametrize("case", COLD.values(), ids=COLD)
def test_the_signature_of_a_cause_of_cold(case: tuple[dict[str, float], Cause]) -> None:
    changed, cause = case
    assert causes_of(features(**changed), "excess_cold").first(0) is cause


def test_with_nothing_known_it_cannot_be_said() -> None:
    nothing = features(**dict.fromkeys(WELL, NAN))
    for hazard in SIGNS:
        odds = causes_of(nothing, hazard)
        assert odds.first(0) is Cause.CANNOT_SAY
        assert odds.share[0, -1] > 0.9
    assert all(not one.evidence_for and not one.evidence_against for one in explain(nothing, "damp_mould", 0))


def test_few_days_make_it_less_certain() -> None:
    changed = DAMP["under-ventilated"][0]
    shares = [causes_of(features(**changed, days=days), "damp_mould").share[0] for days in (2, 10, 30)]
    said = [share[-1] for share in shares]
    assert said == sorted(said, reverse=True)
    assert said[0] > 2 * said[2]


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.2, 0.8]), st.sampled_from([1.0, 100.0, 1e4]))
@settings(max_examples=40, deadline=None)
def test_odds_sum_to_one_whatever_is_known(seed: int, unknown: float, size: float) -> None:
    random, rooms = np.random.default_rng(seed), 3
    drawn = {one.name: random.normal(0, size, rooms) for one in fields(Features)}
    for values in drawn.values():
        values[random.random(rooms) < unknown] = NAN
    for hazard in SIGNS:
        odds = causes_of(Features(**drawn), hazard)
        assert odds.share.sum(axis=1) == pytest.approx(np.ones(rooms))
        assert (odds.share >= 0).all()
        assert sorted(odds.ranked(0)) == sorted(odds.causes)
        for one in explain(Features(**drawn), hazard, rooms - 1):
            assert not any("nan" in sentence for sentence in (*one.evidence_for, *one.evidence_against))


def test_a_room_is_told_alone_as_among_others() -> None:
    rooms = [features(**changed) for changed, _ in DAMP.values()]
    together = Features(**{f.name: np.concatenate([getattr(one, f.name) for one in rooms]) for f in fields(Features)})
    for n, one in enumerate(rooms):
        assert explain(together, "damp_mould", n) == explain(one, "damp_mould", 0)
    for found, one in zip(first_causes(together, "damp_mould"), rooms, strict=True):
        likeliest = explain(one, "damp_mould", 0)[0]
        assert (found.cause, found.title, found.odds) == (
            *(likeliest.cause, likeliest.title),
            pytest.approx(likeliest.probability, abs=0.005),
        )
        assert (found.says_for, found.says_against) == (likeliest.evidence_for, likeliest.evidence_against)


def test_evidence_is_in_numbers_and_blames_nobody() -> None:
    first = explain(features(**DAMP["under-heated"][0]), "damp_mould", 0)[0]
    assert "It was colder than 18 °C for 80 % of the heating season." in first.evidence_for
    second = explain(features(**DAMP["a fan that stopped"][0]), "damp_mould", 0)[0]
    assert "After steam, only 20 % of the rises are gone within 3 hours." in second.evidence_for
    assert "It used to clear faster: that is 50 points fewer than in the months before." in second.evidence_for
    said = [text for signs in SIGNS.values() for sign in signs for text in (sign.says, sign.says_against)]
    said += [text for meaning in MEANINGS.values() for text in (meaning.title, meaning.investigate)]
    assert not [
        text for text in said if any(word in text.lower() for word in ("lifestyle", "tenant", "you ", "should"))
    ]


def test_where_odds_are_even_the_fabric_comes_first() -> None:
    odds = causes_of(features(), "damp_mould")
    even = replace(odds, share=np.full_like(odds.share, 1 / odds.share.shape[1]))
    assert even.ranked(0)[0] is Cause.COLD_BRIDGE


def test_which_repair_clears_it() -> None:
    found = counterfactuals(features(), 0)
    assert [(one.repair, one.effect) for one in found] == [
        (Repair.VENTILATION, Effect.CLEARS),
        (Repair.INSULATION, Effect.HELPS),
        (Repair.WARMTH, Effect.NO),
    ]
    assert (found[0].surface_humidity, found[0].mould_index) == (70, 0.3)
    assert sentence(found) == (
        "Would clear it alone: 30 % less vapour (ventilation). Would help: a warmer surface (temperature factor up by "
        "0.1: insulation). Would change little: warmth of 18 °C at all times (heating and insulation)."
    )


def test_a_repair_that_takes_half_of_the_mould_helps() -> None:
    found = counterfactuals(features(mould=3, mould_if_warm=1.4, surface_if_warm=77, surface_season=78), 0)
    assert next(one for one in found if one.repair is Repair.WARMTH).effect is Effect.HELPS


def test_what_is_not_known_is_not_promised() -> None:
    found = counterfactuals(
        features(**dict.fromkeys(("surface_if_warm", "surface_if_drier", "mould_if_insulated"), NAN)), 0
    )
    assert {one.effect for one in found} == {Effect.CANNOT_SAY}
    assert sentence(found) == "What would clear it cannot be said yet: too little is known."
