"""One export: who may, what the audit keeps, and the bytes."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

import orjson

from hereabouts_platform.access.policy import require
from hereabouts_platform.exports.forms import Form, written
from hereabouts_platform.exports.geography import place_batches, place_features, place_schema
from hereabouts_platform.exports.series import batches_of, schema_of
from hereabouts_platform.store.access import record
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_platform.store.exports import (
    Grain,
    Row,
    Selection,
    copy_series,
    places_for_export,
    spans_of,
    streams_of,
)
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.times import format_time

SERIES = (Form.CSV, Form.PARQUET, Form.ARROW)
PLACES = (Form.GEOJSON, Form.PARQUET)

OF_HOMES = (
    "Personal data of homes: no open licence. Use it only for the purpose for which it was asked, and pass on nothing "
    "that tells of a single home."
)
OF_NO_HOME = "As the council that keeps these readings publishes them."


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesExport:
    """Readings or hours of some datastreams as one file; `query` is what was asked for, as the audit keeps it."""

    streams: list[Row]
    interval: Interval
    grain: Grain
    form: Form
    query: Mapping[str, object]


def plan_series(
    connection: Connection,
    principal: Principal,
    wanted: Selection,
    *,
    grain: Grain,
    form: Form,
    query: Mapping[str, object],
) -> SeriesExport:
    """Find the datastreams, and write query and homes to the audit. Inside a transaction that names `principal`.

    Raises:
        NotAllowed: `principal` may not read readings.
        NotFound: there is no such datastream.
    """
    require(principal, Action.READ, Resource.READINGS)
    streams = streams_of(connection, wanted)
    if not streams:
        raise NotFound("There is no such datastream: ask for another place, area or quantity.")
    homes = sorted({stream["home"] for stream in streams if stream["home"] is not None})
    if homes:
        detail = {"what": "export", "query": dict(query), "homes": homes}
        record(connection, principal, Action.READ, Resource.READINGS, detail)
    return SeriesExport(streams=streams, interval=wanted.interval, grain=grain, form=form, query=query)


def series(connection: Connection, planned: SeriesExport) -> Generator[bytes]:
    """The file, inside a transaction that names its principal. Closing it before its end ends the server's query."""
    now = datetime.now(UTC)
    streams, grain = planned.streams, planned.grain
    schema = schema_of(grain, about(planned, now))
    spans = spans_of(streams, planned.interval, grain, now)
    with closing(copy_series(connection, [stream["id"] for stream in streams], spans, grain)) as blocks:
        yield from written(batches_of(blocks, streams, grain, schema), schema, planned.form)


def about(planned: SeriesExport, now: datetime) -> dict[str, str]:
    """What stands in a file's metadata: time and its zone, units, whose it is, what was asked."""
    interval = planned.interval
    of_homes = any(stream["home"] is not None for stream in planned.streams)
    return {
        **_made(planned.query, now),
        "from": format_time(interval.from_at) if interval.from_at else "..",
        "to": format_time(interval.to_at) if interval.to_at else "..",
        "time_zone": "UTC",
        "units": orjson.dumps({stream["quantity"]: stream["unit"] for stream in planned.streams}).decode(),
        "licence": OF_HOMES if of_homes else OF_NO_HOME,
    }


def _made(query: Mapping[str, object], now: datetime) -> dict[str, str]:
    return {
        "attribution": f"Sensor readings kept with Hereabouts {version('hereabouts')}",
        "created_at": format_time(now.replace(microsecond=0)),
        "query": orjson.dumps(dict(query)).decode(),
    }


def places(
    connection: Connection,
    principal: Principal,
    area: tuple[str, str] | None,
    form: Form,
    query: Mapping[str, object],
) -> Generator[bytes]:
    """All places, or an area's, as GeoJSON or GeoParquet, in a transaction of its own; homes' addresses are audited.

    Raises:
        NotAllowed: `principal` may not read places.
    """
    require(principal, Action.READ, Resource.PLACES)
    metadata = {**_made(query, datetime.now(UTC)), "licence": OF_HOMES}
    with acting(connection, principal.id):
        record(connection, principal, Action.READ, Resource.PLACES, {"what": "export", "query": dict(query)})
        pages = places_for_export(connection, area)
        if form is Form.GEOJSON:
            yield from place_features(pages, metadata)
        else:
            schema = place_schema(metadata)
            yield from written(place_batches(pages, schema), schema, form)
