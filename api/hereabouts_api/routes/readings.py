"""Readings: of a place, or of datastreams."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, SmallNumber
from hereabouts_api.downloads import download
from hereabouts_api.formats import SeriesFormat
from hereabouts_api.models import BucketListing, ReadingListing
from hereabouts_api.parameters import (
    DatastreamId,
    Instant,
    NoParameters,
    PlaceId,
    ReadingParameters,
    Text,
    ids_of,
    instant_of,
    quantities_of,
)
from hereabouts_api.provenance.models import ProvenanceView
from hereabouts_api.provenance.view import view_provenance
from hereabouts_platform.exports.export import SERIES
from hereabouts_platform.exports.forms import Form
from hereabouts_platform.store.areas import find_area
from hereabouts_platform.store.exports import Grain, Selection
from hereabouts_platform.store.places import find_place
from hereabouts_platform.store.readings import After, Row, buckets, datastreams, datastreams_at, readings
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import InputError, NotFound

router = APIRouter(tags=["readings"])


FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {form.media_type: {} for form in SERIES}, "description": "A page, or with `f` a whole file."}
}


class FileParameters(ReadingParameters):
    """Readings in pages, or all of them as a file."""

    f: SeriesFormat = Field(
        SeriesFormat.JSON,
        description="`json` in pages; `csv`, `parquet` or `arrow` everything at once as a file, without `limit` and "
        "`cursor`, and of buckets `PT1H` alone.",
    )

    def file(self) -> tuple[Form, Grain]:
        """The form of the file asked for, and of what.

        Raises:
            InputError: a parameter that a file does not have.
        """
        for name in {"limit", "cursor"} & self.model_fields_set:
            raise InputError(name, getattr(self, name), f"Leave it out: f={self.f} gives everything at once.")
        if self.bucket not in (None, "PT1H"):
            raise InputError("bucket", self.bucket, f"With f={self.f} give PT1H, or leave it out for single readings.")
        return Form(self.f.value), Grain.READINGS if self.bucket is None else Grain.HOURS


class PlaceReadingParameters(FileParameters):
    """Which readings of a place."""

    quantity: str | None = Field(
        None,
        max_length=1000,
        description="One or more quantities, separated by commas.",
        examples=["relative_humidity"],
    )


class DatastreamReadingParameters(FileParameters):
    """Which readings of datastreams."""

    datastream: str | None = Field(
        None,
        max_length=1200,
        description="Numbers of 1 to 100 datastreams, separated by commas; a file may do without.",
        examples=["12,13"],
    )
    area: Text | None = Field(None, description="Of a file: GSS code of an area, newest vintage.")
    quantity: str | None = Field(
        None, max_length=1000, description="Of a file: one or more quantities, separated by commas."
    )


@router.get(
    "/v1/places/{id:path}/readings",
    operation_id="listPlaceReadings",
    summary="Readings of a place",
    response_model=ReadingListing | BucketListing,
    responses=FILES,
)
def read_place_readings(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
    asked: Annotated[PlaceReadingParameters, Query()],
    request: Request,
) -> ReadingListing | BucketListing | StreamingResponse:
    """Readings of the place and its rooms or slots in order of time; with `bucket`, their numbers a bucket.

    A bucket counts only readings inside `datetime`; buckets without any are left out.
    """
    wanted = quantities_of(asked.quantity) if asked.quantity is not None else None
    place = find_place(caller.connection, id)
    if place is None:
        raise NotFound(f"There is no place {id[:200]!r}.")
    if asked.f is not SeriesFormat.JSON:
        form, grain = asked.file()
        selection = Selection(place=id, quantities=wanted, interval=asked.interval())
        return download(request, caller, selection, grain, form)
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
    responses=FILES,
)
def read_readings(
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
    asked: Annotated[DatastreamReadingParameters, Query()],
    request: Request,
) -> ReadingListing | BucketListing | StreamingResponse:
    """Readings of the datastreams named, in order of time; with `bucket`, their numbers a bucket.

    As a file: of the datastreams, the area and the quantities given, or all there are.
    """
    if asked.f is not SeriesFormat.JSON:
        form, grain = asked.file()
        return download(request, caller, _selection(caller, asked), grain, form)
    if asked.datastream is None or {"area", "quantity"} & asked.model_fields_set:
        cure = "Give numbers of datastreams alone, or f=csv, parquet or arrow for a file of an area or of quantities."
        raise InputError("datastream", asked.datastream or "", cure)
    ids = ids_of(asked.datastream)
    streams = datastreams(caller.connection, ids)
    missing = set(ids) - {stream["id"] for stream in streams}
    if missing:
        raise NotFound(f"There is no datastream {', '.join(map(str, sorted(missing)))}.")
    caller.saw(Resource.READINGS, "readings", (stream["home"] for stream in streams))
    return _listing(caller, streams, asked)


def _selection(caller: Caller, asked: DatastreamReadingParameters) -> Selection:
    area = find_area(caller.connection, asked.area) if asked.area is not None else None
    if asked.area is not None and area is None:
        raise NotFound(f"There is no area {asked.area[:200]!r}.")
    return Selection(
        ids=ids_of(asked.datastream) if asked.datastream is not None else None,
        area=(area["code"], area["vintage"]) if area else None,
        quantities=quantities_of(asked.quantity) if asked.quantity is not None else None,
        interval=asked.interval(),
    )


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
