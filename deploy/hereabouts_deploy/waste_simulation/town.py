"""A made-up town as its council knows it, and what nobody knows of its bins."""

from dataclasses import dataclass

import numpy as np

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.waste_simulation.parameters import (
    HABITS,
    KNOWLEDGE_SPREAD,
    MOST_PERCENT_DAY,
    SHIFT_S,
    TOWNS,
    TUNING_SEEDS,
    TURNROUND_S,
    VEHICLE_KG,
    VEHICLE_L,
    Group,
    Kind,
    TownPlan,
)
from hereabouts_deploy.waste_simulation.streets import CENTRE, ROAD, Floats, Streets, Whole, drives, lay_streets


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """What one vehicle carries before it has to tip, and how long its crew is out, its break included."""

    litres: int = VEHICLE_L
    kilograms: int = VEHICLE_KG
    shift_s: int = SHIFT_S


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """What the council knows. Bins are 0 to n - 1; the depot is n and the tip n + 1 in `metres` and `seconds`.

    `metres` and `seconds` are the quickest drives [from, to] on an empty road; `xy` has one row for each of them.
    """

    kind: Kind
    layout: int
    group: tuple[Group, ...]
    xy: Floats
    capacity_l: Floats
    kg_per_l: Floats
    service_s: Whole
    sensor: tuple[bool, ...]
    metres: Whole
    seconds: Whole
    vehicles: tuple[Vehicle, ...]
    turnround_s: int = TURNROUND_S

    @property
    def bins(self) -> int:
        """How many bins."""
        return len(self.capacity_l)

    @property
    def depot(self) -> int:
        """The depot's place in the matrices."""
        return self.bins

    @property
    def tip(self) -> int:
        """The tip's place in the matrices."""
        return self.bins + 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Usual:
    """Litres a usual day brings to each bin: `true_l` is the world's, `told_l` what a depot knows after years."""

    true_l: Floats
    told_l: Floats


def layout_of(seed: int) -> int:
    """Which of the two layouts a seed's town has: seeds that nobody tunes on have streets and bins nobody saw."""
    return 1 if seed in TUNING_SEEDS else 2


def build_town(kind: Kind, layout: int, plan: TownPlan | None = None) -> tuple[Town, Usual]:
    """The town of a layout; the same every time. `plan` takes the place of the kind's size."""
    plan = plan or TOWNS[kind]
    rng = stream(layout, f"waste town {kind}")
    streets = lay_streets(plan, rng)
    group, node = _bins(plan, streets, rng)
    habits = [HABITS[one] for one in group]
    metres, seconds = drives(streets, np.append(node, [streets.depot, streets.tip]))
    town = Town(
        kind=kind,
        layout=layout,
        group=group,
        xy=streets.xy[np.append(node, [streets.depot, streets.tip])],
        capacity_l=np.array([float(rng.choice(one.capacities_l)) for one in habits]),
        kg_per_l=np.array([one.kg_per_l for one in habits]) * rng.lognormal(0, 0.1, len(group)),
        service_s=np.rint([one.service_s * rng.lognormal(0, 0.1) for one in habits]).astype(np.int64),
        sensor=tuple(bool(one) for one in rng.random(len(group)) < plan.with_sensor),
        metres=metres,
        seconds=seconds,
        vehicles=(Vehicle(),) * plan.vehicles,
    )
    percent = np.array([one.percent_day * rng.lognormal(-(one.spread**2) / 2, one.spread) for one in habits])
    true_l = np.minimum(percent, MOST_PERCENT_DAY) / 100 * town.capacity_l
    return town, Usual(true_l=true_l, told_l=true_l * rng.lognormal(0, KNOWLEDGE_SPREAD, len(true_l)))


def _bins(plan: TownPlan, streets: Streets, rng: np.random.Generator) -> tuple[tuple[Group, ...], Whole]:
    """The group of each bin and the junction it stands at, no two at one."""
    free = np.ones(len(streets.xy), dtype=bool)
    free[[streets.depot, streets.tip]] = False
    groups: list[Group] = []
    nodes: list[int] = []
    counts = {group: round(share * plan.bins) for group, share in plan.shares.items()}
    counts[Group.RESIDENTIAL] += plan.bins - sum(counts.values())
    for group in sorted(counts):
        weights = _liking(group, streets, rng) * free
        taken = rng.choice(len(weights), counts[group], replace=False, p=weights / weights.sum())
        free[taken] = False
        groups += [group] * counts[group]
        nodes += [int(one) for one in taken]
    return tuple(groups), np.array(nodes, dtype=np.int64)


def _liking(group: Group, streets: Streets, rng: np.random.Generator) -> Floats:
    """How likely a bin of a group stands at each junction."""
    out: Floats = np.hypot(streets.xy[:, 0], streets.xy[:, 1])
    built: Floats = (streets.kind != ROAD).astype(np.float64)
    if group is Group.LAY_BY:
        return 1 - built
    if group is Group.HIGH_STREET:
        width = max(float(out[streets.kind == CENTRE].max()) / 2.2, 150.0)
        built *= np.exp(-((out / width) ** 2)) + 0.01
    if group is Group.PARK:
        parks = streets.xy[rng.choice(len(built), 6, replace=False, p=built / built.sum())]
        near = np.exp(-((np.linalg.norm(streets.xy[:, None] - parks, axis=2) / 220.0) ** 2))
        built *= near.sum(axis=1) + 0.01
    return built
