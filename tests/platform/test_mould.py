"""The VTT mould index against closed forms and against series computed by another program.

Numbers: `tm`, `tv`, RHcrit and Mmax from the equations of Hukka and Viitanen 1999 and Ojanen and others 2010, worked
out by hand; series from mi.py of github.com/anssilaukkarinen/trh-1, an independent implementation.
"""

import csv
import gzip
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.climate.material import CLASSES, MEDIUM_RESISTANT, SENSITIVE, VERY_SENSITIVE, Material, wood
from hereabouts_platform.climate.mould import (
    Mould,
    advance,
    course,
    critical_humidity,
    growth,
    most,
    weeks_to_see,
    weeks_to_start,
)
from hereabouts_platform.climate.vapour import Floats

DAMP = Path(__file__).parents[3] / "shared" / "data" / "damp"
BY_LETTER = dict(zip(("vs", "s", "mr", "r"), CLASSES, strict=True))

# (temperature, humidity): index after 30 and after 90 days, from very sensitive to resistant
CONSTANT = {
    (20, 97): ((4.7008, 5.5039), (1.4477, 3.6365), (0.2078, 0.6227), (0.0935, 0.2790)),
    (20, 90): ((1.0379, 3.9636), (0.5884, 1.5022), (0.0709, 0.2113), (0.0292, 0.0865)),
    (10, 95): ((1.6983, 5.0069), (0.7800, 1.8930), (0.0969, 0.2907), (0.0432, 0.1293)),
    (5, 97): ((1.2505, 5.0322), (0.6504, 1.6347), (0.0809, 0.2427), (0.0363, 0.1088)),
    (15, 85): ((0.3775, 1.2457), (0.2137, 0.6292), (0.0, 0.0), (0.0, 0.0)),
}


@pytest.mark.parametrize(
    ("t", "expected"), [(1, 97.027), (5, 88.016), (10, 82.03), (15, 80.039), (20, 80.04), (25, 80.0)]
)
def test_critical_humidity(t: float, expected: float) -> None:
    assert float(critical_humidity(t, VERY_SENSITIVE)) == pytest.approx(expected, abs=1e-3)
    assert float(critical_humidity(t, MEDIUM_RESISTANT)) == pytest.approx(max(expected, 85), abs=1e-3)


@pytest.mark.parametrize(
    ("t", "rh", "weeks"),
    [
        *[(20, 97, 1.4835), (20, 90, 4.2019), (20, 85, 9.3003), (10, 97, 2.3768)],
        *[(5, 97, 3.808), (10, 90, 6.7321), (20, 100, 0.9715)],
    ],
)
def test_weeks_to_start(t: float, rh: float, weeks: float) -> None:
    assert float(weeks_to_start(t, rh, SENSITIVE)) == pytest.approx(weeks, abs=1e-4)
    assert float(weeks_to_start(t, rh, wood(spruce=True))) == pytest.approx(weeks * math.exp(0.14), abs=2e-4)
    assert float(weeks_to_start(t, rh, wood(kiln_dried=True))) == pytest.approx(weeks * math.exp(-0.33), abs=2e-4)


@pytest.mark.parametrize(
    ("t", "rh", "weeks"),
    [(20, 97, 2.9827), (20, 90, 7.7336), (20, 85, 16.0007), (10, 97, 4.9817), (5, 97, 8.3202)],
)
def test_weeks_to_see(t: float, rh: float, weeks: float) -> None:
    assert float(weeks_to_see(t, rh, wood())) == pytest.approx(weeks, abs=1e-4)
    assert float(weeks_to_see(t, rh, wood(spruce=True))) == pytest.approx(weeks * math.exp(0.06), rel=1e-4)


@pytest.mark.parametrize(("material", "expected"), list(zip(CLASSES, (6.0, 5.3, 3.5, 2.0), strict=True)))
def test_most_that_grows_in_saturated_air(material: Material, expected: float) -> None:
    assert float(most(20.0, 100.0, material)) == pytest.approx(expected)


@pytest.mark.parametrize(("climate", "expected"), list(CONSTANT.items()))
def test_constant_climate(climate: tuple[int, int], expected: tuple[tuple[float, float], ...]) -> None:
    temperature, humidity = np.full(90 * 24, float(climate[0])), np.full(90 * 24, float(climate[1]))
    for material, (after_30, after_90) in zip(CLASSES, expected, strict=True):
        found = course(temperature, humidity, material)
        assert found[30 * 24 - 1] == pytest.approx(after_30, abs=1e-4)
        assert found[-1] == pytest.approx(after_90, abs=1e-4)


@pytest.mark.parametrize(
    ("letter", "after_30", "after_90"), [("vs", 1.4532, 5.4411), ("s", 0.5948, 1.4176), ("mr", 0, 0), ("r", 0, 0)]
)
def test_twelve_wet_hours_a_day(letter: str, after_30: float, after_90: float) -> None:
    found = course(np.full(90 * 24, 20.0), np.tile(np.repeat([97.0, 75.0], 12), 90), BY_LETTER[letter])
    assert (found[30 * 24 - 1], found[-1]) == pytest.approx((after_30, after_90), abs=1e-4)


def test_index_one_comes_after_seven_tm_days() -> None:
    found = course(np.full(15 * 24, 20.0), np.full(15 * 24, 97.0), VERY_SENSITIVE)
    assert np.argmax(found >= 1) + 1 == math.ceil(7 * 1.4835 * 24)


def test_wood_is_seen_after_tv() -> None:
    """The form of 1999: its late pace is such that 3 is reached at tv, but for the slowing towards Mmax."""
    found = course(np.full(60 * 24, 20.0), np.full(60 * 24, 100.0), wood())
    hours = float(weeks_to_see(20.0, 100.0, wood())) * 168
    assert np.argmax(found >= 3) + 1 == pytest.approx(hours, rel=0.01)


@pytest.mark.parametrize("decline", [1.0, 0.5, 0.25, 0.1])
def test_decline_when_dry(decline: float) -> None:
    mouldy = Mould(index=np.array([3.0]), unfavourable=np.array([0]))
    found = course(np.full(168, 20.0), np.full(168, 40.0), SENSITIVE, decline, start=mouldy)
    lost = 3 - found[[5, 23, 47, 167]]
    assert lost == pytest.approx(np.array([0.008, 0.008, 0.024, 0.104]) * decline, abs=1e-12)


def test_nothing_grows_in_frost_heat_or_unknown_hours_and_nothing_falls_below_zero() -> None:
    hours = growth(
        np.array([0.0, -3.0, 50.0, math.nan, 20.0, 0.1]), np.array([100.0] * 4 + [math.nan, 100.0]), SENSITIVE
    )
    assert hours.dry.tolist() == [1, 1, 1, 1, 1, 0]
    assert advance(Mould.clean(1), [20.0], [30.0], SENSITIVE, 1.0).index.tolist() == [0.0]


def test_running_water_counts_as_saturated_air() -> None:
    wet = advance(Mould.clean(2), [10.0, 10.0], [100.0, 130.0], SENSITIVE, 1.0)
    assert wet.index[0] == wet.index[1] > 0


@given(st.data())
def test_rooms_and_blocks_do_not_meddle(data: st.DataObject) -> None:
    """All rooms at once, one by one, and stopped halfway: the same, bit for bit."""
    climate = st.lists(st.tuples(st.floats(-5, 55), st.floats(40, 110)), min_size=15, max_size=15)
    numbers = np.array(data.draw(st.lists(climate, min_size=2, max_size=40)))
    temperature, humidity = numbers[:, :, 0], numbers[:, :, 1]
    whole = course(temperature, humidity, SENSITIVE, 0.5)
    alone = [course(temperature[:, room], humidity[:, room], SENSITIVE, 0.5) for room in range(15)]
    assert np.array_equal(whole, np.stack(alone, axis=1))
    state = Mould.clean(15)
    for hour in range(len(numbers)):
        state = advance(state, temperature[hour], humidity[hour], SENSITIVE, 0.5)
        assert np.array_equal(state.index, whole[hour])


def roofs() -> Iterator[tuple[str, float, float]]:
    """Class, decline and the greatest index of a real roof; one that is made up where the recording is not there."""
    yield "none", 1.0, 0.0
    if DAMP.is_dir():
        yield from [("vs", 1.0, 0.6584), ("s", 1.0, 0.1982), ("s", 0.5, 0.3995), ("mr", 0.25, 0.0132)]


@pytest.mark.parametrize(("letter", "decline", "expected"), list(roofs()))
def test_a_real_roof(letter: str, decline: float, expected: float) -> None:
    """R4 of TRH-1, Finland, 14,449 hours (CC BY 4.0); maxima by mi.py."""
    temperature, humidity = (np.full(100, 20.0), np.full(100, 50.0)) if letter == "none" else roof()
    found = course(temperature, humidity, BY_LETTER.get(letter, SENSITIVE), decline)
    assert found.max() == pytest.approx(expected, abs=1e-4)


def roof() -> tuple[Floats, Floats]:
    with gzip.open(DAMP / "trh1_R4_roofmiddle_insulationtop.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    temperature, humidity = (np.array([float(row[name]) for row in rows]) for name in ("T", "RH"))
    return temperature, humidity
