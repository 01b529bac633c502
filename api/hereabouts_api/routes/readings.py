"""Readings: of a place, or of datastreams."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, SmallNumber
from hereabouts_api.models import BucketListing, ReadingListing
from hereabouts_api.parameters import (
    DatastreamId,
    Instant,
    NoParameters,
    PlaceId,
    ReadingParameters,
    ids_of,
    instant_of,
    quantities_of,
)
from hereabouts_api.provenance.models import ProvenanceView
from hereabouts_api.provenance.view import view_provenance
from hereabouts_platform.store.places import find_place
from hereabouts_platform.store.readings import After, Row, buckets, datastreams, datastreams_at, readings
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(tags=["readings"])


class PlaceReadingParameters(ReadingParameters):
    """Which readings of a place."""

    quantity: str | None = Field(
        None,
        max_length=1000,
        description="One or more quantities, separated by commas.",
        examples=["relative_humidity"],
    )


class DatastreamReadingParameters(ReadingParameters):
    """Which readings of datastreams."""

    datastream: str = Field(
        max_length=1200, description="Numbers of 1 to 100 datastreams, separated by commas.", examples=["12,13"]
    )


@router.get(
    "/v1/places/{id:path}/readings",
    operation_id="listPlaceReadings",
    summary="Readings of a place",
    response_model=ReadingListing | BucketListing,
)
def read_place_readings(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
    asked: Annotated[PlaceReadingParameters, Query()],
) -> ReadingListing | BucketListing:
    """Readings of the place and its rooms or slots in order of time; with `bucket`, their numbers a bucket.

    A bucket counts only readings inside `datetime`; buckets without any are left out.
    """
    wanted = quantities_of(asked.quantity) if asked.quantity is not None else None
    place = find_place(caller.connection, id)
    if place is None:
        raise NotFound(f"There is no place {id[:200]!r}.")
    caller.saw(Resource.READINGS, "readings", [place["home"]])
    return _listing(caller, datastreams_at(caller.connection, id, wanted), asked)


@router.get(
    "/v1/readings/{datastream}/{time}/provenance",
    operation_id="getProvenance",
    summary="Where a reading came from",
    response_model=ProvenanceView,
)
def read_provenance(
    datastream: DatastreamId,
    time: Instant,
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
    _: Annotated[NoParameters, Query()],
) -> ProvenanceView:
    """The message or file that brought a reading: its bytes, topic, times and network, how it was read, what it was.

    The bytes of a message from a home go out to administrators only.
    """
    return view_provenance(caller, datastream, instant_of(time))


@router.get(
    "/v1/readings",
    operation_id="listReadings",
    summary="Readings of datastreams",
    response_model=ReadingListing | BucketListing,
)
def read_readings(
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
    asked: Annotated[DatastreamReadingParameters, Query()],
) -> ReadingListing | BucketListing:
    """Readings of the datastreams named, in order of time; with `bucket`, their numbers a bucket."""
    ids = ids_of(asked.datastream)
    streams = datastreams(caller.connection, ids)
    missing = set(ids) - {stream["id"] for stream in streams}
    if missing:
        raise NotFound(f"There is no datastream {', '.join(map(str, sorted(missing)))}.")
    caller.saw(Resource.READINGS, "readings", (stream["home"] for stream in streams))
    return _listing(caller, streams, asked)


def _listing(caller: Caller, streams: list[Row], asked: ReadingParameters) -> ReadingListing | BucketListing:
    interval, bucket = asked.interval(), asked.width()
    cursor = Cursor(f"readings {asked.bucket or ''}", tuple[At, SmallNumber])
    behind = cursor.read(asked.cursor)
    after = After(time=behind[0], datastream=behind[1]) if behind else None
    most = asked.limit + 1
    if bucket is None:
        rows = readings(caller.connection, streams, interval, after=after, most=most)
        return ReadingListing.of(rows, asked.limit, lambda row: cursor.write((row["time"], row["datastream"])))
    rows = buckets(caller.connection, streams, interval, bucket, after=after, most=most)
    return BucketListing.of(rows, asked.limit, lambda row: cursor.write((row["from"], row["datastream"])))
