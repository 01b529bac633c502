"""The town's vehicles and crews, and what its fixed rounds took before, as files for the imports."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np

from hereabouts_deploy.demo.files import write_rows
from hereabouts_deploy.demo.town import Town
from hereabouts_deploy.demo.waste import (
    DEPOT,
    DEPOT_ID,
    FIXED_DAYS,
    GENERAL,
    LORRY,
    RECYCLING,
    SMALL,
    TIP,
    TIP_ID,
    BinSlot,
)
from hereabouts_platform.geography.sphere import great_circle_km
from hereabouts_platform.roads.great_circle import DETOUR, KMH
from hereabouts_platform.rules.open_hours import say_weekdays
from hereabouts_schemas.place import Place
from hereabouts_schemas.times import LONDON

VEHICLE_COLUMNS = (
    "id", "name", "vehicle_class", "compartments", "duty", "start_depot", "fixed_p", "per_km_p", "per_hour_p"
)  # fmt: skip
CREW_COLUMNS = ("id", "name", "vehicle", "weekdays", "date", "shift_from", "shift_to")
BASELINE_COLUMNS = ("day", "round", "km", "hours", "litres", "visits", "method", "source")

VEHICLES: Sequence[Sequence[object]] = (
    ("rcv-1", "RCV 1", LORRY, "general:10000:4500", "gb_domestic", DEPOT_ID, 500, 95, 3600),
    ("rcv-2", "RCV 2", LORRY, "recycling:9000:2500", "gb_domestic", DEPOT_ID, 500, 95, 3600),
    ("tipper-3", "Tipper 3", SMALL, "general:2600:650;recycling:1300:250", "working_time", DEPOT_ID, 500, 60, 3000),
)
LONGEST = timedelta(hours=8)
FIRST_SHIFT = time(6)
NIGHT_ENDS = time(5, 30)  # of a shift that runs into the next morning: before the usual ones begin
SOURCE = f"The demo town: a sweep of all streets, straight lines times {DETOUR}, at {KMH:g} km/h"


@dataclass(frozen=True, kw_only=True, slots=True)
class Crew:
    """A crew, its vehicle, and its usual shift on every day of the week."""

    id: str
    name: str
    vehicle: str
    shift: tuple[str, str]

    @property
    def tablet(self) -> str:
        """Whose name its reports bear."""
        return f"Tablet of {self.name}"


CREWS = (
    Crew(id="red", name="Red crew", vehicle="rcv-1", shift=("06:00", "14:00")),
    Crew(id="blue", name="Blue crew", vehicle="rcv-2", shift=("06:00", "14:00")),
    Crew(id="green", name="Green crew", vehicle="tipper-3", shift=("07:00", "15:00")),
)


def write_fleet(town: Town, folder: Path) -> None:
    """Write vehicles.csv, crews.csv and baseline.csv."""
    write_rows(folder / "vehicles.csv", VEHICLE_COLUMNS, VEHICLES)
    write_crews(folder / "crews.csv")
    write_rows(folder / "baseline.csv", BASELINE_COLUMNS, _baseline(town))


def write_crews(path: Path, out_from: datetime | None = None) -> None:
    """Write the usual shifts of all crews; and one that begins at `out_from` on that day of Europe/London, if given."""
    rows: list[Sequence[object]] = [(one.id, one.name, one.vehicle, "daily", None, *one.shift) for one in CREWS]
    if out_from is not None:
        begins = out_from.astimezone(LONDON)
        ends = f"{_end_of(begins):%H:%M}"
        rows += [
            (one.id, one.name, one.vehicle, None, begins.date().isoformat(), f"{begins:%H:%M}", ends) for one in CREWS
        ]
    write_rows(path, CREW_COLUMNS, rows)


def _end_of(begins: datetime) -> datetime:
    """Eight hours later, or next morning in time for the usual shifts."""
    morning = datetime.combine(begins.date() + timedelta(days=1), NIGHT_ENDS, LONDON)
    return min(begins + LONGEST, morning)


def _baseline(town: Town) -> Iterator[Sequence[object]]:
    """What each stream of each fixed round took: all of its bins, every time."""
    by_id = {place.id: place for place in town.places}
    for number, days in enumerate(FIXED_DAYS):
        for stream in (GENERAL, RECYCLING):
            slots = [slot for slot in town.slots if (slot.fixed_round, slot.stream) == (number, stream)]
            km = _sweep_km(slots, by_id)
            work_s = sum(int(str(slot.attributes["service_s"])) for slot in slots)
            hours = km / KMH + (work_s + int(str(TIP["turnround_s"])) + int(str(DEPOT["turnround_s"]))) / 3600
            weekdays = say_weekdays([day + 1 for day in days])
            name = f"{'South' if number == 0 else 'North'}, {stream}"
            yield weekdays, name, round(km, 1), round(hours, 2), None, len(slots), "estimate", SOURCE


def _sweep_km(slots: Iterable[BinSlot], places: Mapping[str, Place]) -> float:
    """From the depot up one street and down the next, by the tip, and home."""
    ordered = sorted(slots, key=lambda slot: (slot.street, slot.stand if slot.street % 2 else -slot.stand))
    stops = [places[name] for name in (DEPOT_ID, *(slot.id for slot in ordered), TIP_ID, DEPOT_ID)]
    lon, lat = np.array([[place.lon, place.lat] for place in stops], dtype=np.float64).T
    return float(DETOUR * great_circle_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum())
