"""The town as files: places.csv and devices.csv for the imports, and the ground truth beside them."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from hereabouts_deploy.demo.town import Town
from hereabouts_deploy.demo.truth import Truth
from hereabouts_schemas.times import format_time

PLACE_COLUMNS = ("id", "kind", "name", "lon", "lat", "uprn", "usrn", "parent", "attributes")
DEVICE_COLUMNS = ("id", "profile", "place", "from", "to", "mount")
TRUTH_COLUMNS = ("home", "cause", "since", "fault")


def write_town(town: Town, fitted_at: datetime, folder: Path) -> tuple[Path, Path]:
    """Write places.csv and devices.csv; every device hangs where it is from `fitted_at` on."""
    places, devices = folder / "places.csv", folder / "devices.csv"
    _write(
        places,
        PLACE_COLUMNS,
        (
            (p.id, p.kind, p.name, p.lon, p.lat, p.uprn, p.usrn, p.parent, json.dumps(dict(p.attributes)))
            for p in town.places
        ),
    )
    since = format_time(fitted_at)
    _write(
        devices,
        DEVICE_COLUMNS,
        ((d.id, d.make.profile, d.place, since, None, json.dumps(dict(d.mount))) for d in town.devices),
    )
    return places, devices


def write_truth(truth: Iterable[Truth], path: Path) -> None:
    """Write what is really wrong where: home, cause, since, fault."""
    rows = ((t.home, t.cause, format_time(t.since) if t.since else None, t.fault) for t in truth)
    _write(path, TRUTH_COLUMNS, rows)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(rows)
