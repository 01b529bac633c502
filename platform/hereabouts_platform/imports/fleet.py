"""`vehicles.csv`, `crews.csv` and `baseline.csv` into the store; what stands in them is in docs/waste.md."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hereabouts_platform.imports.cells import name, number
from hereabouts_platform.imports.fleet_cells import compartments, days_of, fuel, pence, whole, words
from hereabouts_platform.imports.registers import Door, Wishes, import_register, keep_all
from hereabouts_platform.imports.report import Cause, ImportReport, Sink, Tally
from hereabouts_platform.imports.tables import Row, RowRefused
from hereabouts_platform.planning.duty import rule_sets
from hereabouts_platform.rules.open_hours import read_clock
from hereabouts_platform.store import fleet as store
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.fleet import Baseline, CrewShift, FleetVehicle
from hereabouts_platform.store.plans import hand_over
from hereabouts_platform.store.waste_places import waste_places
from hereabouts_schemas.access import Principal
from hereabouts_schemas.times import LONDON

VEHICLE_NEEDS = (
    *("id", "name", "vehicle_class", "compartments", "duty", "start_depot"),
    *("fixed_p", "per_km_p", "per_hour_p"),
)
VEHICLE_MAY = ("skills", "end_depot", "in_service_from", "in_service_to", "fuel", "fuel_per_100km")
CREW_NEEDS = ("id", "name", "vehicle", "shift_from", "shift_to")
CREW_MAY = ("weekdays", "date", "skills")
BASELINE_NEEDS = ("day", "round", "km", "hours", "visits", "method", "source")
BASELINE_MAY = ("litres", "fuel", "depot")


def import_vehicles(
    connection: Connection, principal: Principal, path: Path, sink: Sink | None = None, duty_rules: Path | None = None
) -> ImportReport:
    """Store the vehicles of a CSV file; raises and arguments as `import_register`.

    Args:
        duty_rules: the council's own file of rule sets on drivers' hours; one that cannot be used raises `InputError`.
    """
    rules = rule_sets(duty_rules)
    return import_register(connection, principal, path, sink, lambda opened: _vehicle_door(opened, rules))


def import_crews(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store the crews of a CSV file; what it says of a crew replaces what was said before.

    Raises and arguments as `import_register`.
    """
    return import_register(connection, principal, path, sink, _crew_door)


def import_baseline(connection: Connection, principal: Principal, path: Path, sink: Sink | None = None) -> ImportReport:
    """Store what rounds took before; raises and arguments as `import_register`."""
    return import_register(connection, principal, path, sink, _baseline_door)


def _vehicle_door(connection: Connection, rules: Iterable[str]) -> Door[FleetVehicle]:
    depots = waste_places(connection).depots
    return Door(
        name="vehicles",
        required=VEHICLE_NEEDS,
        optional=VEHICLE_MAY,
        read=lambda row: _vehicle(row, depots, rules),
        key=lambda one: one.id,
        known={one.id: one for one in store.vehicles(connection).values()},
        save=lambda changed: store.save_vehicles(connection, changed),
        settle=keep_all,
    )


def _vehicle(row: Row, depots: Iterable[str], rules: Iterable[str]) -> FleetVehicle:
    start = row.cell("start_depot")
    end = row.cell("end_depot") or start
    for column, depot in (("start_depot", start), ("end_depot", end)):
        if depot not in depots:
            reason = f"{column} {depot!r} is no depot with a position. Import it first as a place of kind depot."
            raise RowRefused(Cause.UNKNOWN_PLACE, reason)
    first, last = (_date(row, column) for column in ("in_service_from", "in_service_to"))
    if first is not None and last is not None and last < first:
        raise RowRefused(Cause.CLOCK, "in_service_to lies before in_service_from. It is the last day of service.")
    return FleetVehicle(
        id=name("id", row.cell("id")),
        name=name("name", row.cell("name")),
        vehicle_class=name("vehicle_class", row.cell("vehicle_class")),
        compartments=compartments(row.cell("compartments")),
        skills=words("skills", row.cell("skills")),
        duty=_duty(row, rules),
        start_depot=start,
        end_depot=end,
        fixed_p=pence(row, "fixed_p"),
        per_km_p=pence(row, "per_km_p"),
        per_hour_p=pence(row, "per_hour_p"),
        in_service_from=first,
        in_service_to=last,
        **_fuel(row),
    )


def _fuel(row: Row) -> dict[str, Any]:
    used = _amount(row, "fuel_per_100km") if row.cell("fuel_per_100km") else None
    named = fuel("fuel", row.cell("fuel"))
    if used is not None and named is None:
        raise RowRefused(Cause.WRONG_SHAPE, "fuel_per_100km needs fuel: say what it is of, like diesel.")
    return {"fuel": named, "fuel_per_100km": used}


def _duty(row: Row, rules: Iterable[str]) -> str:
    """The name of a rule set on drivers' hours: a vehicle with another one could not be planned with."""
    found = name("duty", row.cell("duty"))
    if found not in rules:
        reason = f"There are no duty rules {found!r}. Name one of {', '.join(sorted(rules))}."
        raise RowRefused(Cause.UNKNOWN_DUTY, reason)
    return found


def _date(row: Row, column: str) -> date | None:
    text = row.cell(column)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RowRefused(Cause.CLOCK, f"{column} {text!r} is no date. Write it like 2026-03-03.") from None


def _crew_door(connection: Connection) -> Door[CrewShift]:
    stored = store.crews(connection)
    vehicles = store.vehicles(connection)

    def settle(wishes: Wishes[CrewShift], tally: Tally) -> list[CrewShift]:
        named = {one.id for _, one in wishes}
        said = {_key(one) for _, one in wishes}
        gone = [one for one in stored if one.id in named and _key(one) not in said]
        kept, clashes = _without_clashes(wishes, [one for one in stored if one.id not in named])
        if clashes or tally.refused_count:
            kept, clashes = _beside_all(wishes, stored)
            stay = "no longer said stay, as rows were refused: mend them and import again."
            tally.notes += [f"{_shifts(gone)} {stay}"] if gone else []
        elif gone:
            store.forget_crews(connection, gone)
            tally.notes.append(f"{_shifts(gone)} no longer said were taken out.")
        for line, reason in clashes:
            tally.refuse(line, Cause.OVERLAP, reason)
        return kept

    def save(changed: Sequence[CrewShift]) -> None:
        store.save_crews(connection, changed)
        hand_over(connection, datetime.now(LONDON).date() - timedelta(days=1))

    return Door(
        name="crews",
        required=CREW_NEEDS,
        optional=CREW_MAY,
        read=lambda row: _crew(row, vehicles),
        key=_key,
        known={_key(one): one for one in stored},
        save=save,
        settle=settle,
    )


def _crew(row: Row, vehicles: Mapping[str, FleetVehicle]) -> CrewShift:
    if row.cell("vehicle") not in vehicles:
        reason = f"There is no vehicle {row.cell('vehicle')!r}. Import vehicles first."
        raise RowRefused(Cause.UNKNOWN_VEHICLE, reason)
    said = [column for column in ("weekdays", "date") if row.cell(column)]
    if len(said) != 1:
        raise RowRefused(Cause.WRONG_SHAPE, "Give weekdays (Mon-Fri) or a date (2026-03-03), one of the two.")
    return CrewShift(
        id=name("id", row.cell("id")),
        name=name("name", row.cell("name")),
        vehicle=row.cell("vehicle"),
        days=days_of(said[0], row.cell(said[0])),
        shift_from=read_clock("shift_from", row.cell("shift_from")),
        shift_to=read_clock("shift_to", row.cell("shift_to")),
        skills=words("skills", row.cell("skills")),
    )


def _key(one: CrewShift) -> tuple[str, str]:
    """What tells shifts apart: whose, and on which days."""
    return one.id, one.days.key


def _shifts(some: Sequence[CrewShift]) -> str:
    return f"{len(some)} shift{'s' if len(some) != 1 else ''}"


def _beside_all(
    wishes: Wishes[CrewShift], stored: Sequence[CrewShift]
) -> tuple[list[CrewShift], list[tuple[int, str]]]:
    """As `_without_clashes`, where whatever no row that is kept replaces stays as it is stored."""
    refused: dict[int, str] = {}
    while True:
        left = [(line, one) for line, one in wishes if line not in refused]
        replaced = {_key(one) for _, one in left}
        kept, clashes = _without_clashes(left, [one for one in stored if _key(one) not in replaced])
        if not clashes:
            return kept, sorted(refused.items())
        refused |= dict(clashes)


def _without_clashes(
    wishes: Wishes[CrewShift], others: Sequence[CrewShift]
) -> tuple[list[CrewShift], list[tuple[int, str]]]:
    """Shifts such that on no day a crew has two, or a vehicle two crews, and lines that clash, each with its reason.

    A date goes before its weekday. `others` are shifts that stay as they are.
    """
    crew_days: dict[str, set[object]] = defaultdict(set)
    vehicle_days: dict[tuple[str, object], str] = {}
    for one in others:
        crew_days[one.id] |= _each_day(one)
        vehicle_days |= {(one.vehicle, day): one.id for day in _each_day(one)}
    kept, clashes = [], []
    for line, one in wishes:
        days = _each_day(one)
        taken = sorted({vehicle_days.get((one.vehicle, day), one.id) for day in days} - {one.id})
        if crew_days[one.id] & days:
            clashes.append((line, f"{one.id} has another shift on one of these days. Keep one of them."))
        elif taken:
            reason = f"{one.vehicle} has the crew {taken[0]} on one of these days. A vehicle has one crew a day."
            clashes.append((line, reason))
        else:
            crew_days[one.id] |= days
            vehicle_days |= {(one.vehicle, day): one.id for day in days}
            kept.append(one)
    return kept, clashes


def _each_day(shift: CrewShift) -> set[object]:
    return {shift.days.on} if shift.days.on is not None else set(shift.days.weekdays or ())


def _baseline_door(connection: Connection) -> Door[Baseline]:
    depots = waste_places(connection).depots
    return Door(
        name="baseline",
        required=BASELINE_NEEDS,
        optional=BASELINE_MAY,
        read=lambda row: _baseline(row, depots),
        key=lambda one: (one.round, one.days.key),
        known={(one.round, one.days.key): one for one in store.baselines(connection)},
        save=lambda changed: store.save_baselines(connection, changed),
        settle=keep_all,
    )


def _baseline(row: Row, depots: Iterable[str]) -> Baseline:
    depot = row.cell("depot") or None
    if depot is not None and depot not in depots:
        reason = f"depot {depot!r} is no depot with a position. Leave it empty where the row is of all depots."
        raise RowRefused(Cause.UNKNOWN_PLACE, reason)
    return Baseline(
        round=name("round", row.cell("round")),
        days=days_of("day", row.cell("day")),
        km=_amount(row, "km"),
        hours=_amount(row, "hours"),
        litres=_amount(row, "litres") if row.cell("litres") else None,
        visits=whole("visits", row.cell("visits")),
        method=name("method", row.cell("method")),
        source=name("source", row.cell("source")),
        depot=depot,
        fuel=fuel("fuel", row.cell("fuel"), unit="litre"),
    )


def _amount(row: Row, column: str) -> float:
    found = number(column, row.cell(column))
    if found < 0:
        raise RowRefused(Cause.RANGE, f"{column} {found:g} is below 0.")
    return found
