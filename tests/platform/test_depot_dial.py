"""A depot's own dial reaches its day: prizes by the chance of overflow, the look ahead, and what is tried of it."""

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from field_day import SIX, day, matrices, vehicle, visit

from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.forecast import forecast, hours_ahead
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.state import BinState, Shared, State
from hereabouts_platform.rounds.beside_level import Told
from hereabouts_platform.rounds.dial import settings_of
from hereabouts_platform.rounds.morning import Morning, choices_of
from hereabouts_platform.rounds.travel import Travel
from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts
from hereabouts_platform.store.waste_places import WastePlace, WastePlaces

NOW, DAY_S = int(SIX.timestamp()) - 5400, 86_400
BINS = tuple(f"p{n}" for n in range(6))


def morning(depots: dict[str, DepotFacts]) -> Morning:
    """Six bins two thirds full, which fill in two days."""
    known = {
        one: BinState(
            group="g", emptied_at=NOW - 3 * DAY_S, read_at=NOW, level=66.0, total=440, weight=20.0, known=True
        )
        for one in BINS
    }
    state = State(bins=known, groups={"g": Shared(total=880.0, weight=40)}, as_of=NOW)
    growing = growths({}, ["g"], Calendar(), (NOW - 9 * DAY_S, NOW + 20 * DAY_S))
    ahead = forecast(state, BINS, hours_ahead(NOW), growing)
    where = {"parent": None, "lon": 0.0, "lat": 51.5}
    slots = {one: WastePlace(id=one, name=one, facts=SlotFacts(group="g", capacity_l=100), **where) for one in BINS}
    yards = {one: WastePlace(id=one, name=one, facts=facts, **where) for one, facts in depots.items()}
    return Morning(
        day=SIX.date(), depot="yard", places=WastePlaces(slots=slots, depots=yards), slots=BINS, vehicles=(vehicle(0),),
        foretold=SimpleNamespace(state=state, growths=growing, ahead=ahead, measured=frozenset(BINS)),  # type: ignore[arg-type]
        told=Told(said={}, fixed={}),
        shifts={SIX.date() + timedelta(days=n): SIX + timedelta(days=n) for n in range(8)},
    )  # fmt: skip


def test_prizes_and_the_look_ahead_go_by_what_the_depot_says() -> None:
    roads = matrices(day(*(visit(n) for n in range(6))))
    travel = Travel(roads={}, matrices=roads, troubles=())
    prizes, harms = [], []
    for overflow_p in (1000, 4000):
        one = morning({"yard": DepotFacts(overflow_p=overflow_p)})
        chosen = choices_of(one.places, one.foretold, one.slots, {}, SIX + timedelta(days=1), overflow_p=one.overflow_p)
        prizes.append(sum(choice.prize_p for choice in chosen))
        run = one.look(travel)
        assert run is not None
        harms.append(float(np.max(run.look.worth)))
    assert prizes[1] == pytest.approx(4 * prizes[0], abs=6)
    assert prizes[0] > 0
    assert harms[1] > harms[0]
    assert morning({}).overflow_p == 4000, "of a depot that cannot be used nothing is known"


def test_settings_are_spread_around_the_depots_own() -> None:
    assert settings_of(4000) == (256, 640, 1600, 4000, 10_000, 25_000)
    assert settings_of(1) == (1, 2, 6)
    assert settings_of(100_000)[-1] == 100_000
