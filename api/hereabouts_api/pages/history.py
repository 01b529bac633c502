"""The last fourteen days of a place and its parts, hour by hour, ready to be drawn and to be read as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hereabouts_api.pages.charts import HOUR, Chart, Limit, Series, Window, draw
from hereabouts_api.pages.words import PERIODS, number, quantity_of, unit_of
from hereabouts_platform.climate.document_f import AIR, RAISING
from hereabouts_platform.rules.health import patience
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.readings import Interval, Row, buckets, datastreams_at
from hereabouts_schemas.quantity import QUANTITIES, Kind
from hereabouts_schemas.times import hour_of

DAYS = 14
CHARTED = ("relative_humidity", "air_temperature", "co2", "fill_level", "people_in", "people_out", "rainfall")
LIMITS = {
    "relative_humidity": [
        Limit(value=criterion.limit, of=PERIODS[criterion.period.name])
        for criterion in RAISING
        if criterion.medium == AIR
    ]
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRow:
    """An hour with a cell a chart, or (without cells) a stretch of hours without any reading."""

    at: datetime
    cells: tuple[str, ...]
    hours_missing: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """One place's charts, and the same as a table."""

    place: str
    charts: tuple[Chart, ...]
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def histories(connection: Connection, place_id: str, now: datetime) -> list[History]:
    """A history for each of the place and its parts that has readings in the window, in order of id; two queries."""
    to_at = hour_of(now) + HOUR
    window = Window(from_at=to_at - timedelta(days=DAYS), to_at=to_at)
    streams = datastreams_at(connection, place_id, CHARTED)
    interval = Interval(from_at=window.from_at, to_at=window.to_at)
    rows = buckets(connection, streams, interval, HOUR, after=None, most=len(streams) * window.hours)
    by_place: dict[str, list[Series]] = {}
    for place, series in _series(streams, rows):
        by_place.setdefault(place, []).append(series)
    return [_history(place, found, window) for place, found in sorted(by_place.items())]


def _series(streams: Sequence[Row], rows: Sequence[Row]) -> list[tuple[str, Series]]:
    """Devices that report the same quantity at the same place are one series."""
    intervals = {stream["id"]: stream["interval_s"] for stream in streams}
    hours: dict[tuple[str, str, str], dict[datetime, list[Row]]] = {}
    for row in rows:
        key = (row["place"], row["quantity"], row["channel"])
        hours.setdefault(key, {}).setdefault(row["from"], []).append(row)
    found = []
    for key in sorted(hours, key=lambda key: (key[0], CHARTED.index(key[1]), key[2])):
        place, quantity, channel = key
        parts = [row for group in hours[key].values() for row in group]
        slowest = max(intervals[row["datastream"]] for row in parts)
        series = Series(
            quantity=quantity,
            channel=channel,
            unit=parts[0]["unit"],
            values={at: _together(quantity, group) for at, group in hours[key].items()},
            longest_step=max(HOUR, patience(slowest).live),
        )
        found.append((place, series))
    return found


def _together(quantity: str, rows: Sequence[Row]) -> float:
    total = sum(row["sum"] for row in rows)
    if QUANTITIES[quantity].kind is Kind.DELTA:
        return float(total)
    return float(total / sum(row["count"] for row in rows))


def _history(place: str, found: Sequence[Series], window: Window) -> History:
    return History(
        place=place,
        charts=tuple(draw(series, window, LIMITS.get(series.quantity, ())) for series in found),
        columns=tuple(f"{quantity_of(series.quantity, series.channel)}{_in_brackets(series.unit)}" for series in found),
        rows=tuple(_rows([(series.values, series.unit) for series in found])),
    )


def _in_brackets(unit: str) -> str:
    written = unit_of(unit).strip()
    return f", {written}" if written else ""


def _rows(columns: Sequence[tuple[Mapping[datetime, float], str]]) -> list[TableRow]:
    rows: list[TableRow] = []
    before: datetime | None = None
    for at in sorted({at for values, _ in columns for at in values}):
        missing = round((at - before) / HOUR) - 1 if before is not None else 0
        if before is not None and missing > 0:
            rows.append(TableRow(at=before + HOUR, cells=(), hours_missing=missing))
        cells = tuple(number(values[at], unit) if at in values else "none" for values, unit in columns)
        rows.append(TableRow(at=at, cells=cells))
        before = at
    return rows
