"""What a crew has to take: more than a bin holds where it was full when it was last heard of."""

from datetime import UTC, datetime

import pytest
from field_day import SHORT, SIX, vehicle

from hereabouts_platform.bins.advance import Emptied, Read, advance
from hereabouts_platform.bins.amounts import amounts
from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.state import State, with_bin
from hereabouts_platform.bins.visits import Choice, Decision
from hereabouts_platform.rounds.day_work import Ground, day_work
from hereabouts_platform.rules.waste_places import DepotFacts, SlotFacts
from hereabouts_platform.store.waste_places import WastePlace, WastePlaces
from hereabouts_schemas.work import Compartment, Reason, ReasonKind

DAY_S = 86_400
BEGIN = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())
GROWTHS = growths({}, [""], Calendar(), (BEGIN, BEGIN + 20 * DAY_S))


def test_what_lies_beside_a_full_bin_is_taken_too() -> None:
    """Thirty points a day for eight days, of which its sensor shows the first hundred."""
    state = with_bin(with_bin(State(), "full", "", BEGIN), "half", "", BEGIN)
    told = [Emptied(bin=name, at=BEGIN) for name in ("full", "half")]
    levels = [Read(bin="full", at=BEGIN + k * DAY_S, level=min(30.0 * k, 100), full=k > 3) for k in range(1, 9)]
    half = Read(bin="half", at=BEGIN + 8 * DAY_S, level=50)
    state = advance(state, [*told, *levels, half], GROWTHS).state
    found = amounts(state, {"full": 100.0, "half": 52.0}, BEGIN + 8 * DAY_S, GROWTHS)
    assert found["full"] == pytest.approx(240, rel=0.15)
    assert found["half"] == 52


@pytest.mark.parametrize(("percent", "litres", "kg"), [(50, 400, 40), (150, 1200, 120), (900, 1500, 130)])
def test_a_load_is_no_more_than_the_largest_body_takes(percent: float, litres: int, kg: int) -> None:
    slot = WastePlace(
        id="a", name="A", parent=None, lon=0.0, lat=51.5, facts=SlotFacts(stream="litter", capacity_l=800, kg_per_l=0.1)
    )
    yard = WastePlace(id="yard", name="Yard", parent=None, lon=0.0, lat=51.5, facts=DepotFacts())
    lorry = vehicle(0, compartments=(Compartment(streams=("litter",), litres=1500, kg=130),))
    ground = Ground(
        day=SIX.date(),
        depot="yard",
        places=WastePlaces(slots={"a": slot}, depots={"yard": yard}, tips={}, unusable={}),
        vehicles=(lorry,),
        duty={"short": SHORT},
        levels={"a": percent},
    )
    choice = Choice(
        bin="a",
        decision=Decision.MUST,
        reason=Reason(kind=ReasonKind.FULLNESS, says="Full."),
        chance=1.0,
        prize_p=0,
        level=100.0,
        overflow_p50_at=None,
        overflow_p90_at=None,
    )
    (visit,) = day_work(ground, [choice]).work.visits
    assert visit.load is not None
    assert (visit.load.litres, visit.load.kg) == (litres, kg)
