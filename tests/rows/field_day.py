"""Days of field work to plan and to check: small, and with everything in them that a plan has to keep."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from hereabouts_platform.roads.matrix import Matrix
from hereabouts_schemas.work import (
    Break,
    Compartment,
    DayWork,
    DutyRules,
    Load,
    Reason,
    ReasonKind,
    Tip,
    Vehicle,
    Visit,
    Window,
    Yard,
)

SIX = datetime(2026, 3, 2, 6, tzinfo=UTC)
STREAMS = ("glass", "litter")
SIDE_M = 6000


def hours(start: float, end: float) -> Window:
    """A window in hours after six o'clock."""
    return Window(from_at=SIX + timedelta(hours=start), to_at=SIX + timedelta(hours=end))


def visit(number: int, **given: object) -> Visit:
    """A must at a place of its own that takes 60 litres and 6 kg of litter."""
    facts = {
        "id": f"v{number}",
        "place": f"p{number}",
        "name": f"Bin {number}",
        "lon": 0.0,
        "lat": 51.5,
        "service_s": 90,
        "load": Load(stream="litter", litres=60, kg=6),
        "must": True,
        "reason": Reason(kind=ReasonKind.FULLNESS, says="It is nearly full."),
    }
    return Visit(**(facts | given))  # type: ignore[arg-type]


def vehicle(number: int, **given: object) -> Vehicle:
    """A vehicle for 1,000 litres of litter with a shift from six to two."""
    facts = {
        "id": f"t{number}",
        "name": f"Lorry {number}",
        "vehicle_class": "rcv",
        "compartments": (Compartment(streams=("litter",), litres=1000, kg=200),),
        "duty": "short",
        "start": "yard",
        "end": "yard",
        "shift": hours(0, 8),
        "fixed_p": 5000,
        "per_km_p": 90,
        "per_hour_p": 5000,
    }
    return Vehicle(**(facts | given))  # type: ignore[arg-type]


# A rest that even a short round needs.
SHORT = DutyRules(
    name="short",
    source="of these tests",
    most_driving_s=6 * 3600,
    most_duty_s=8 * 3600,
    breaks=(Break(after_s=3600, length_s=1200),),
)
YARD = Yard(id="yard", name="Yard", lon=0.0, lat=51.5)
TIP = Tip(id="tip", name="Tip", lon=0.0, lat=51.5, turnround_s=600)


def day(*visits: Visit, vehicles: tuple[Vehicle, ...] | None = None, **given: object) -> DayWork:
    """A day of these visits with one vehicle, one yard and one tip."""
    facts = {
        "day": date(2026, 3, 2),
        "visits": visits,
        "vehicles": vehicles if vehicles is not None else (vehicle(0),),
        "yards": (YARD,),
        "tips": (TIP,),
        "duty_rules": (SHORT,),
    }
    return DayWork(**(facts | given))  # type: ignore[arg-type]


def matrices(work: DayWork, seed: int = 0) -> dict[str, Matrix]:
    """Legs between places strewn over a square, for each class of vehicle: not the same there and back."""
    ids = sorted({one.place for one in work.visits} | {one.id for one in (*work.yards, *work.tips)})
    dice = np.random.default_rng(seed)
    spots = dice.uniform(0, SIDE_M, (len(ids), 2))
    straight = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    found = {}
    for n, name in enumerate(sorted({one.vehicle_class for one in work.vehicles})):
        metres = (straight * dice.uniform(1.2, 1.5 + n / 10, straight.shape)).astype(np.int32) + 3
        np.fill_diagonal(metres, 0)
        seconds = (metres / 7).astype(np.int32)
        found[name] = Matrix(vehicle_class=name, ids=tuple(ids), metres=metres, seconds=seconds)
    return found


def rich_day(seed: int) -> DayWork:
    """Two streams in split and single bodies, windows, skills, classes, a lock, an order, tips that close, a load."""
    dice = random.Random(seed)
    visits = [_rich(dice, n) for n in range(24)]
    visits[1] = replace(visits[1], windows=(), load=None, skills=(), vehicle_classes=())
    visits[2] = replace(visits[2], after="v1", windows=(), skills=(), vehicle_classes=())
    visits[3] = replace(visits[3], locked_to="t0", must=True, prize_p=0)
    visits[4] = replace(visits[4], skills=("crane",), load=Load(stream="glass", litres=80, kg=30))
    split = (Compartment(streams=("glass",), litres=300, kg=200), Compartment(streams=("litter",), litres=700, kg=90))
    vehicles = (
        vehicle(0, compartments=split, skills=("crane",), carries=(Load(stream="litter", litres=50, kg=5),)),
        vehicle(1, end="other"),
        vehicle(2, vehicle_class="van", compartments=(Compartment(litres=400, kg=120),)),
    )
    tips = (
        replace(TIP, open=(hours(0.5, 4), hours(4.5, 9))),
        replace(TIP, id="bottle bank", streams=("glass",), turnround_s=300),
    )
    yards = (YARD, replace(YARD, id="other"))
    return day(*visits, vehicles=vehicles, tips=tips, yards=yards)


def _rich(dice: random.Random, number: int) -> Visit:
    must = dice.random() < 0.6
    start = dice.uniform(0, 3)
    windows = (hours(start, start + 2), hours(start + 3, start + 4))[: dice.randint(1, 2)]
    stream = "glass" if dice.random() < 0.3 else "litter"
    return visit(
        number,
        must=must,
        prize_p=0 if must else dice.randint(100, 3000),
        windows=windows if dice.random() < 0.3 else (),
        load=Load(stream=stream, litres=dice.randint(20, 140), kg=dice.randint(2, 20)),
        vehicle_classes=("rcv",) if dice.random() < 0.2 else (),
    )
