"""The rule over whole winters: buildings of our own, and real recordings where they lie beside the checkout.

None of the recordings has surveyed mould, so this holds the separation of dry from wet buildings, not accuracy. Days
with enough hours and days above 85 % are those of the table in the notes on false alarms (HeatHack venues 1 and 16).
"""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.climate.vapour import Floats
from hereabouts_platform.rules.part_f import assess
from hereabouts_platform.rules.room import HOUR, RoomFacts, Weather, full_hour
from hereabouts_schemas.alert import Assessment, Finding, Level
from hereabouts_schemas.quantity import QUANTITIES

DAMP = Path(__file__).parents[3] / "shared" / "data" / "damp"


@dataclass(frozen=True, kw_only=True)
class Building:
    """Hourly means of a building, and what is expected of a look at every midnight.

    `valid_days` and `wet_days` (above 85 %) are exact; `flagged` is the least and the most share of days flagged.
    """

    name: str
    from_at: datetime
    temperature: Floats
    humidity: Floats
    outdoor: Floats | None
    flagged: tuple[float, float]
    valid_days: int | None = None
    wet_days: int | None = None


def made_up(name: str, humidity: float, flagged: tuple[float, float]) -> Building:
    """Ninety days that swing by 4 points a day and 3 a fortnight, with a gap of three days."""
    hours = np.arange(90 * 24)
    course = humidity + 4 * np.sin(2 * np.pi * hours / 24) + 3 * np.sin(2 * np.pi * hours / 336)
    course[1000:1072] = np.nan
    from_at = datetime(2025, 11, 1, tzinfo=UTC)
    outdoor = 6 + 4 * np.sin(2 * np.pi * hours / 24)
    return Building(
        name=name,
        from_at=from_at,
        temperature=np.full(len(hours), 19.0),
        humidity=course,
        outdoor=outdoor,
        flagged=flagged,
    )


def heathack(venue: str, flagged: tuple[float, float], valid_days: int, wet_days: int) -> Building:
    """A UK community building, 5-minute readings in UTC; pairs out of range are refused as ingest refuses them."""
    sums: dict[datetime, list[tuple[float, float]]] = {}
    with gzip.open(DAMP / f"heathack_{venue}.csv.gz", "rt") as lines:
        for row in csv.DictReader(lines):
            pair = float(row["temperature"] or "nan"), float(row["rh"] or "nan")
            fits = zip((QUANTITIES["air_temperature"], QUANTITIES["relative_humidity"]), pair, strict=True)
            if all(quantity.is_plausible(value) for quantity, value in fits):
                sums.setdefault(full_hour(datetime.fromisoformat(row["timestamp"])), []).append(pair)
    from_at = min(sums)
    course = np.full((2, int((max(sums) - from_at) / HOUR) + 1), np.nan)
    for hour, pairs in sums.items():
        course[:, int((hour - from_at) / HOUR)] = np.mean(pairs, axis=0)
    return Building(
        name=venue,
        from_at=from_at,
        temperature=course[0],
        humidity=course[1],
        outdoor=None,
        flagged=flagged,
        valid_days=valid_days,
        wet_days=wet_days,
    )


def finnish(spot: str, flagged: tuple[float, float]) -> Building:
    """A Finnish house, hourly at UTC+2, with the weather of the nearest station."""
    return Building(
        name=spot,
        from_at=datetime(2010, 11, 14, 22, tzinfo=UTC),
        temperature=_column(f"trh1_R4_{spot}.csv.gz", "T"),
        humidity=_column(f"trh1_R4_{spot}.csv.gz", "RH"),
        outdoor=_column("trh1_R4_fmi.csv.gz", "Te"),
        flagged=flagged,
    )


def _column(name: str, column: str) -> Floats:
    with gzip.open(DAMP / name, "rt") as lines:
        return np.array([float(row[column] or "nan") for row in csv.DictReader(lines)])


def recordings() -> Iterator[Building]:
    """What lies beside the checkout."""
    if DAMP.is_dir():
        yield heathack("Aug2023-Jul2024_venue_1", (0.3, 0.5), valid_days=308, wet_days=6)
        yield heathack("Aug2023-Jul2024_venue_16", (0.65, 1.0), valid_days=194, wet_days=149)
        yield heathack("Aug2023-Jul2024_venue_45", (0.0, 0.0), valid_days=279, wet_days=0)
        yield heathack("Aug2024-Jul2025_venue_9", (0.0, 0.0), valid_days=1, wet_days=0)
        yield finnish("indoor1", (0.0, 0.0))
        yield finnish("roofmiddle_insulationtop", (0.35, 0.5))


BUILDINGS = [
    made_up("healthy", 48.0, (0.0, 0.0)),
    made_up("in between", 68.0, (0.1, 0.3)),
    made_up("wet", 82.0, (0.9, 1.0)),
    *recordings(),
]


def midnights(building: Building) -> list[tuple[datetime, Assessment]]:
    """What is said at each midnight in UTC from the first to the last."""
    weather = (
        Weather(station="the station", station_id="S", distance_km=1.0, temperature=building.outdoor)
        if building.outdoor is not None
        else None
    )
    known = np.flatnonzero(~np.isnan(building.humidity))
    said = []
    at = building.from_at.replace(hour=0) + timedelta(days=1)
    while at <= building.from_at + len(building.humidity) * HOUR + timedelta(days=1):
        seen = known[known < (at - building.from_at) / HOUR]
        last_at = building.from_at + (int(seen[-1]) + 1) * HOUR - timedelta(minutes=5) if len(seen) else None
        facts = RoomFacts(
            place_id="B",
            room="Hall",
            from_at=building.from_at,
            temperature=building.temperature,
            humidity=building.humidity,
            last_at=last_at,
            weather=weather,
        )
        said.append((at, assess(facts, at)))
        at += timedelta(days=1)
    return said


@pytest.mark.parametrize("building", BUILDINGS, ids=lambda building: building.name)
def test_a_building_day_by_day(building: Building) -> None:
    said = [assessment for _, assessment in midnights(building)]
    found = Counter(assessment.finding for assessment in said)
    least, most = building.flagged
    assert least <= found[Finding.FLAG] / len(said) <= most, found
    assert Level.URGENT not in {assessment.level for assessment in said}
    days = [one.evidence["air_humidity_day"].value for one in said if "air_humidity_day" in one.evidence]
    assert building.valid_days in (None, len(days))
    assert building.wet_days in (None, sum(value > 85 for value in days))


@pytest.mark.parametrize("building", BUILDINGS, ids=lambda building: building.name)
def test_without_readings_nothing_is_flagged_or_cleared(building: Building) -> None:
    for at, assessment in midnights(building):
        hour = int((at - building.from_at) / HOUR)
        if np.isnan(building.humidity[max(hour - 24, 0) : hour]).all():
            assert assessment.finding is Finding.CANNOT_SAY
