"""Other data of time and place: the catalogue, one dataset, its rows."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.dataset_csv import rows_as_csv
from hereabouts_api.dataset_models import DatasetListing, DatasetRowListing, DatasetView
from hereabouts_api.parameters import ListParameters, NoParameters, Text, interval_of
from hereabouts_platform.store.dataset_list import (
    Row,
    RowFilter,
    columns_of,
    list_datasets,
    list_rows,
    loads_of,
    vintages_of,
)
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/datasets", tags=["datasets"])

CURSOR = Cursor("datasets", tuple[Name])
CSV = "text/csv; charset=utf-8"

DatasetName = Annotated[Text, Path(description="A dataset's name.", examples=["epc"])]


class Format(StrEnum):
    """How rows are written."""

    JSON = "json"
    CSV = "csv"


class RowParameters(ListParameters):
    """Which rows of a dataset."""

    vintage: Text | None = Field(
        None, description="Rows of this edition; without it those of the newest, `..` for all.", examples=["2026-09"]
    )
    place: Text | None = Field(
        None, description="Rows of this place, its rooms or slots, its postcode and areas.", examples=["home-7"]
    )
    area: Text | None = Field(
        None, description="Rows of this GSS code, and of places in the area.", examples=["E05001234"]
    )
    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: rows that hold at some time from `a` up to but not including `b`; `..` is an open end. "
        "Rows without a time are left out.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )
    f: Format = Field(Format.JSON, description="JSON, or CSV with the next page's address in the header `Link`.")


@router.get("", operation_id="listDatasets", summary="Datasets", response_model=DatasetListing)
def read_datasets(
    caller: Annotated[Caller, needs(Action.READ, Resource.DATASETS)], asked: Annotated[ListParameters, Query()]
) -> DatasetListing:
    """The catalogue: source, licence, columns with units, and the numbers of the newest vintage."""
    (after,) = CURSOR.read(asked.cursor) or (None,)
    rows = list_datasets(caller.connection, after=after, most=asked.limit + 1)
    return DatasetListing.of(rows, asked.limit, lambda row: CURSOR.write((row["name"],)))


@router.get("/{name}", operation_id="getDataset", summary="One dataset", response_model=DatasetView)
def read_dataset(
    name: DatasetName,
    caller: Annotated[Caller, needs(Action.READ, Resource.DATASETS)],
    _: Annotated[NoParameters, Query()],
) -> DatasetView:
    """Columns with units, source, licence, every vintage with its counts, and the files that it came from."""
    return view_dataset(caller, name)


def view_dataset(caller: Caller, name: str) -> DatasetView:
    """A dataset with its editions and loads.

    Raises:
        NotFound: there is no such dataset.
    """
    found = _find(caller, name)
    editions, loads = vintages_of(caller.connection, name), loads_of(caller.connection, name)
    return DatasetView.model_validate({**found, "editions": editions, "loads": loads})


@router.get(
    "/{name}/rows",
    operation_id="listDatasetRows",
    summary="Rows of a dataset",
    response_model=DatasetRowListing,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_rows(
    name: DatasetName,
    request: Request,
    caller: Annotated[Caller, needs(Action.READ, Resource.DATASETS)],
    asked: Annotated[RowParameters, Query()],
) -> DatasetRowListing | Response:
    """Rows in order of vintage and key. Where the dataset is home-level, whose rows go out is kept."""
    found = _find(caller, name)
    interval = interval_of(asked.datetime) if asked.datetime is not None else Interval()
    vintage = None if asked.vintage == ".." else asked.vintage or found["vintage"]
    wanted = RowFilter(
        vintage=vintage, place=asked.place, area=asked.area, from_at=interval.from_at, to_at=interval.to_at
    )
    cursor = Cursor(f"rows of {name}", tuple[Name, Name])
    rows = list_rows(caller.connection, name, wanted, after=cursor.read(asked.cursor), most=asked.limit + 1)
    columns = _columns(caller, name, rows)
    listing = DatasetRowListing.of(
        [_complete(row, columns) for row in rows],
        asked.limit,
        lambda row: cursor.write((row["vintage"], row["key"])),
    )
    if found["sensitivity"] == "home":
        homes = (item.home or f"{item.identifies} {item.given}" for item in listing.items)
        caller.saw(Resource.DATASETS, f"rows of {name}", homes)
    if asked.f is Format.JSON:
        return listing
    return _as_csv(request, listing, list(dict.fromkeys(name for names in columns.values() for name in names)))


def _find(caller: Caller, name: str) -> Row:
    found = list_datasets(caller.connection, only=[name], most=1)
    if not found:
        raise NotFound(f"There is no dataset {name[:200]!r}.")
    return found[0]


def _columns(caller: Caller, name: str, rows: list[Row]) -> dict[str, list[str]]:
    """The names of each vintage's columns."""
    return {
        vintage: [column["name"] for column in columns_of(caller.connection, [(name, vintage)])[name]]
        for vintage in sorted({row["vintage"] for row in rows})
    }


def _complete(row: Row, columns: dict[str, list[str]]) -> Row:
    """With null where the file has no value."""
    return {**row, "values": {name: row["values"].get(name) for name in columns[row["vintage"]]}}


def _as_csv(request: Request, listing: DatasetRowListing, columns: list[str]) -> Response:
    headers = {}
    if listing.next is not None:
        asked = {**request.query_params, "cursor": listing.next}
        headers["Link"] = f'<{request.url.path}?{urlencode(asked)}>; rel="next"'
    return PlainTextResponse(rows_as_csv(listing, columns), media_type=CSV, headers=headers)
