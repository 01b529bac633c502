"""Vehicles, crews and baselines, as imports write them and planning reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from hereabouts_platform.rules.open_hours import shift_on
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.work import Compartment, Vehicle

SQL = load("fleet")
BASELINE_FIELDS = ("round", "km", "hours", "litres", "visits", "method", "source", "depot", "fuel")


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetVehicle:
    """A vehicle as it stands in the register; fields as in `work.Vehicle`, money in pence.

    Attributes:
        in_service_from, in_service_to: first and last day; None: whenever.
        fuel: as conversion factors name it; None: not said.
        fuel_per_100km: litres, or kWh of electricity, by the council's own figure; None: not said.
    """

    id: str
    name: str
    vehicle_class: str
    compartments: tuple[Compartment, ...]
    skills: tuple[str, ...]
    duty: str
    start_depot: str
    end_depot: str
    fixed_p: int
    per_km_p: int
    per_hour_p: int
    in_service_from: date | None = None
    in_service_to: date | None = None
    fuel: str | None = None
    fuel_per_100km: float | None = None

    def serves_on(self, day: date) -> bool:
        """Whether it is in service on a day."""
        begun = self.in_service_from is None or self.in_service_from <= day
        return begun and (self.in_service_to is None or day <= self.in_service_to)


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """A date, or some weekdays (1 is Monday)."""

    weekdays: tuple[int, ...] | None = None
    on: date | None = None

    @property
    def key(self) -> str:
        """As the store tells them apart: '1,2,3' or '2026-03-03'."""
        return ",".join(map(str, self.weekdays or ())) if self.on is None else self.on.isoformat()

    def holds(self, day: date) -> bool:
        """Whether a day is one of them."""
        return day == self.on if self.on is not None else day.isoweekday() in (self.weekdays or ())


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewShift:
    """When a crew is on which vehicle; times of Europe/London, an end that is no later lies on the day after."""

    id: str
    name: str
    vehicle: str
    days: Days
    shift_from: time
    shift_to: time
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """What a round took before, on a date or on each of some weekdays.

    Attributes:
        litres: of fuel; None where nobody measured it.
        method, source: how it was measured, and where that is written down.
        depot: whose round it was; None: of all depots together.
        fuel: what its litres were, as conversion factors name it; None: not said.
    """

    round: str
    days: Days
    km: float
    hours: float
    litres: float | None
    visits: int
    method: str
    source: str
    depot: str | None = None
    fuel: str | None = None


def is_vehicle(connection: Connection, vehicle: str) -> bool:
    """Whether there is a vehicle of this id."""
    return connection.execute(SQL["vehicle"], {"vehicle": vehicle}).fetchone() is not None


def vehicles(connection: Connection) -> dict[str, FleetVehicle]:
    """Every vehicle, by its id."""
    return {row["id"]: _vehicle(row) for row in _rows(connection, "vehicles")}


def _vehicle(row: dict[str, Any]) -> FleetVehicle:
    compartments = tuple(
        Compartment(streams=tuple(one["streams"]), litres=one["litres"], kg=one["kg"]) for one in row["compartments"]
    )
    return FleetVehicle(**{**row, "compartments": compartments, "skills": tuple(row["skills"])})


def save_vehicles(connection: Connection, found: Iterable[FleetVehicle]) -> None:
    """Make these vehicles, or change them to what is given."""
    for one in found:
        values = {name: getattr(one, name) for name in one.__slots__}
        values["compartments"] = Jsonb([asdict(part) for part in one.compartments])
        connection.execute(SQL["save_vehicles"], values | {"skills": list(one.skills)})


def crews(connection: Connection) -> list[CrewShift]:
    """Every shift of every crew."""
    return [
        CrewShift(
            id=row["id"], name=row["name"], vehicle=row["vehicle"], days=_days(row), shift_from=row["shift_from"],
            shift_to=row["shift_to"], skills=tuple(row["skills"]),
        )
        for row in _rows(connection, "crews")
    ]  # fmt: skip


def save_crews(connection: Connection, found: Iterable[CrewShift]) -> None:
    """Make these shifts, or change them to what is given."""
    for one in found:
        values = {name: getattr(one, name) for name in ("id", "name", "vehicle", "shift_from", "shift_to")}
        connection.execute(SQL["save_crews"], values | _day_values(one.days) | {"skills": list(one.skills)})


def forget_crews(connection: Connection, gone: Iterable[CrewShift]) -> None:
    """Take shifts out."""
    for one in gone:
        connection.execute(SQL["forget_crews"], {"id": one.id, "days": one.days.key})


def baselines(connection: Connection) -> list[Baseline]:
    """Every stored baseline."""
    rows = _rows(connection, "baselines")
    return [Baseline(days=_days(row), **{name: row[name] for name in BASELINE_FIELDS}) for row in rows]


def save_baselines(connection: Connection, found: Iterable[Baseline]) -> None:
    """Store these, or change them to what is given."""
    for one in found:
        values = {name: getattr(one, name) for name in BASELINE_FIELDS}
        connection.execute(SQL["save_baselines"], values | _day_values(one.days))


def shifts_on(shifts: Sequence[CrewShift], day: date) -> list[CrewShift]:
    """Who works on a day; what is said of that very date goes before what is said of its weekday, crew and vehicle."""
    dated = [one for one in shifts if one.days.on == day]
    crews_named, taken = {one.id for one in dated}, {one.vehicle for one in dated}
    usual = (one for one in shifts if one.days.on is None and one.days.holds(day))
    return [*dated, *(one for one in usual if one.id not in crews_named and one.vehicle not in taken)]


def vehicles_on(connection: Connection, day: date, depot: str) -> tuple[Vehicle, ...]:
    """The vehicles that start at a depot on a day, each with its crew's shift and the skills of both."""
    register = vehicles(connection)
    found = []
    for shift in sorted(shifts_on(crews(connection), day), key=lambda one: one.vehicle):
        vehicle = register[shift.vehicle]
        if vehicle.start_depot == depot and vehicle.serves_on(day):
            found.append(_manned(vehicle, shift, day))
    return tuple(found)


def _manned(vehicle: FleetVehicle, shift: CrewShift, day: date) -> Vehicle:
    return Vehicle(
        id=vehicle.id, name=vehicle.name, vehicle_class=vehicle.vehicle_class, compartments=vehicle.compartments,
        skills=tuple(sorted({*vehicle.skills, *shift.skills})), duty=vehicle.duty, start=vehicle.start_depot,
        end=vehicle.end_depot, shift=shift_on(day, shift.shift_from, shift.shift_to), fixed_p=vehicle.fixed_p,
        per_km_p=vehicle.per_km_p, per_hour_p=vehicle.per_hour_p,
    )  # fmt: skip


def _days(row: dict[str, Any]) -> Days:
    return Days(weekdays=None if row["weekdays"] is None else tuple(row["weekdays"]), on=row["date"])


def _day_values(days: Days) -> dict[str, Any]:
    weekdays = None if days.weekdays is None else list(days.weekdays)
    return {"days": days.key, "weekdays": weekdays, "date": days.on}


def _rows(connection: Connection, statement: str) -> list[dict[str, Any]]:
    return connection.cursor(row_factory=dict_row).execute(SQL[statement]).fetchall()
