"""The town as files: places.csv and devices.csv for the imports, and the ground truth beside them."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from hereabouts_deploy.demo.outcome import Outcome
from hereabouts_deploy.demo.town import Town
from hereabouts_deploy.demo.truth import Truth
from hereabouts_schemas.times import format_time

PLACE_COLUMNS = ("id", "kind", "name", "lon", "lat", "uprn", "usrn", "parent", "attributes")
DEVICE_COLUMNS = ("id", "profile", "place", "from", "to", "mount")
TRUTH_COLUMNS = (
    "home", "causes", "since", "until", "fault", "leak_from", "damp_at", "mould",
    "cold_hours", "very_cold_hours", "freezing_hours", "hot_night_hours",
)  # fmt: skip


def write_town(town: Town, fitted_at: datetime, folder: Path) -> tuple[Path, Path]:
    """Write places.csv and devices.csv; every device hangs where it is from `fitted_at` on."""
    places, devices = folder / "places.csv", folder / "devices.csv"
    write_rows(
        places,
        PLACE_COLUMNS,
        (
            (p.id, p.kind, p.name, p.lon, p.lat, p.uprn, p.usrn, p.parent, json.dumps(dict(p.attributes)))
            for p in town.places
        ),
    )
    since = format_time(fitted_at)
    write_rows(
        devices,
        DEVICE_COLUMNS,
        ((d.id, d.make.profile, d.place, since, None, json.dumps(dict(d.mount))) for d in town.devices),
    )
    return places, devices


def write_truth(truth: Mapping[str, Truth], outcomes: Mapping[str, Outcome], path: Path) -> None:
    """Write what is really wrong where, and what became of it: causes are parted by blanks, times are UTC."""
    write_rows(path, TRUTH_COLUMNS, (_row(truth[home], outcomes[home]) for home in truth))


def _row(truth: Truth, outcome: Outcome) -> tuple[object, ...]:
    since, until, damp_at = (at and format_time(at) for at in (truth.since, truth.until, outcome.damp_at))
    hours = (outcome.cold_hours, outcome.very_cold_hours, outcome.freezing_hours, outcome.hot_night_hours)
    causes = " ".join(truth.causes)
    return truth.home, causes, since, until, truth.fault, truth.source, damp_at, round(outcome.mould, 3), *hours


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file with a header; None is an empty cell."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(rows)
