"""Alerts of a past time, counted and compared: pure, from levels made up by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hereabouts_platform.homes.backtest import LEAD_DAYS, Against, Alert, Known, against, alerts_of, by_week
from hereabouts_platform.homes.record import ACT, HAZARDS, NO_DATA, OK, RAISED, SENSOR_FAULT, URGENT, WATCH

FIRST = 20_000


def levels(*days: int) -> np.ndarray:
    """Of one room: damp as given, nothing else."""
    out = np.zeros((len(days), 1, len(HAZARDS)), dtype=np.uint8)
    out[:, 0, 0] = days
    return out


def alert(level: int, opened: int, last: int) -> Alert:
    return Alert(home="H", room=0, hazard=0, level=level, opened=FIRST + opened, last=FIRST + last)


def test_an_alert_lasts_until_it_is_let_go_and_keeps_its_highest_level() -> None:
    found = alerts_of(levels(OK, WATCH, ACT, WATCH, OK, OK, URGENT), ["H"], FIRST)
    assert found == [alert(ACT, 1, 3), alert(URGENT, 6, 6)]


def test_no_data_and_a_faulty_sensor_neither_open_nor_end_one() -> None:
    found = alerts_of(levels(NO_DATA, WATCH, NO_DATA, SENSOR_FAULT, WATCH, NO_DATA, OK, SENSOR_FAULT), ["H"], FIRST)
    assert found == [alert(WATCH, 1, 4)]


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 4), st.just(3)), elements=st.integers(0, 5))
)
def test_every_alert_is_counted_once_in_the_week_it_opened(level: np.ndarray) -> None:
    found = alerts_of(level, [f"H{room}" for room in range(level.shape[1])], FIRST)
    weeks = by_week(found, FIRST, len(level))
    assert weeks.sum() == len(found)
    for one in found:
        assert level[one.opened - FIRST, one.room, one.hazard] in RAISED
        assert weeks[(one.opened - FIRST) // 7, one.hazard, RAISED.index(one.level)] > 0
    inside = by_week(found, FIRST + 7, len(level))
    assert inside.sum() == sum(one.opened >= FIRST + 7 for one in found)


def test_what_is_known_is_told_missed_false_or_spared() -> None:
    alerts = [alert(ACT, 10, 20), Alert(home="W", room=1, hazard=0, level=WATCH, opened=FIRST, last=FIRST + 50)]

    def known(home: str, day: int, *, confirmed: bool, hazard: str = "damp_mould") -> Known:
        return Known(home=home, hazard=hazard, day=FIRST + day, confirmed=confirmed)

    outcomes = [
        known("H", 15, confirmed=True),
        known("H", 20 + LEAD_DAYS, confirmed=True),
        known("H", 9, confirmed=True),  # it was raised too late
        known("H", 21 + LEAD_DAYS, confirmed=True),  # it was gone too long
        known("H", 15, confirmed=True, hazard="excess_cold"),
        known("W", 15, confirmed=True),  # watch alone
        known("H", 12, confirmed=False),
        known("X", 12, confirmed=False),
    ]
    assert against(alerts, outcomes, ACT) == Against(told=2, missed=4, false=1, spared=1)
    assert against(alerts, outcomes, WATCH) == Against(told=3, missed=3, false=1, spared=1)
