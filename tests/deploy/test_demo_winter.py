"""A season straight to arrays: the same every time, gaps and faults as the truth has them, shares of causes kept."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hereabouts_deploy.demo.stock import below
from hereabouts_deploy.demo.truth import SHARES, WELL, Cause, Fault
from hereabouts_deploy.demo.winter import TUNING_SEEDS, UNSEEN_SEEDS, Winter, build_stock, live_winter

BEGINS, ENDS = datetime(2025, 12, 1, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC)
SEED = 11


@pytest.fixture(scope="module")
def winter() -> Winter:
    return live_winter(SEED, 200, BEGINS, ENDS)


def test_the_seeds_are_ten_and_ten_others() -> None:
    assert len(set(TUNING_SEEDS)) == len(set(UNSEEN_SEEDS)) == 10
    assert not set(TUNING_SEEDS) & set(UNSEEN_SEEDS)


def test_arrays_have_their_shapes(winter: Winter) -> None:
    days = (ENDS - BEGINS).days
    assert winter.temperature.shape == winter.humidity.shape == (48 * days, len(winter.devices))
    assert len(winter.rain) == len(winter.outdoor_temperature) == len(winter.outdoor_humidity) == 24 * days
    assert list(winter.truth) == list(winter.outcomes) == [home.id for home in winter.homes]
    assert {device.place for device in winter.devices} == set(winter.truth)
    assert np.array_equal(np.isnan(winter.temperature), np.isnan(winter.humidity))


def test_the_same_seed_gives_the_same_season() -> None:
    one, two = (live_winter(SEED, 60, BEGINS, BEGINS + timedelta(days=25)) for _ in range(2))
    assert np.array_equal(one.humidity, two.humidity, equal_nan=True)
    assert one.outcomes == two.outcomes
    other = live_winter(SEED + 1, 60, BEGINS, BEGINS + timedelta(days=25))
    assert not np.array_equal(one.rain, other.rain)


def test_causes_come_in_their_shares(winter: Winter) -> None:
    """But for the cold corners, which go by how a home is built, and those whom the physics made damp by itself."""
    for cause, share in SHARES.items():
        given = sum(about.cause is cause and about.source is None for about in winter.truth.values())
        assert given >= int(share * len(winter.homes)), cause
    assert {about.fault for about in winter.truth.values()} == {None, *Fault}


def test_leaks_come_through_to_the_flat_below(winter: Winter) -> None:
    homes = {home.id: home for home in winter.homes}
    sources = {about.home: about.source for about in winter.truth.values() if about.source}
    assert sources
    for home, source in sources.items():
        under = below(winter.homes, homes[source])
        assert under is not None
        assert under.id == home
        above, here = winter.truth[source].since, winter.truth[home].since
        assert above is not None
        assert here is not None
        assert above < here


def test_dead_sensors_are_silent_and_others_lose_a_few_readings(winter: Winter) -> None:
    missing = np.isnan(winter.temperature)
    first = {device.place: k for k, device in reversed(list(enumerate(winter.devices)))}
    for home, about in winter.truth.items():
        lost = missing[:, first[home]]
        if about.fault is Fault.DEAD:
            assert about.since is not None
            assert lost[int((about.since - BEGINS) / timedelta(minutes=30)) + 1 :].all()
        else:
            assert lost.mean() < 0.1


def test_damp_homes_have_a_cause_and_well_ones_none(winter: Winter) -> None:
    damp = [home for home, outcome in winter.outcomes.items() if outcome.is_damp]
    assert damp
    assert not [home for home in damp if winter.truth[home].cause in WELL]
    for home in damp:
        at = winter.outcomes[home].damp_at
        assert at is not None
        assert winter.outcomes[home].mould >= 1
        assert BEGINS < at <= ENDS


def test_cold_and_heat_are_where_they_were_dealt(winter: Winter) -> None:
    hours = {cause: [] for cause in Cause}  # type: dict[Cause, list[tuple[float, float]]]
    for home, about in winter.truth.items():
        outcome = winter.outcomes[home]
        hours[about.cause].append((outcome.very_cold_hours, outcome.hot_night_hours))
    median = {cause: np.median(np.array(rows), axis=0) for cause, rows in hours.items() if rows}
    assert median[Cause.OVERHEATED][1] > 50
    assert max(median[cause][1] for cause in median if cause is not Cause.OVERHEATED) < 1
    for cause in (Cause.UNDER_HEATED, Cause.COLD_BUT_DRY, Cause.EMPTY, Cause.HEATING_BROKEN):
        assert median[cause][0] > 100, cause
    assert median[Cause.HEALTHY][0] < 24


def test_a_town_of_any_size_keeps_blocks_whole() -> None:
    for homes in (40, 500):
        stock = build_stock(1, homes)
        assert len({home.id for home in stock}) == len(stock) == homes
        flats = [home for home in stock if home.is_flat]
        assert len(flats) % 16 == 0
        tops = [home for home in flats if home.floor == 3]
        assert all(below(stock, home) for home in tops)
