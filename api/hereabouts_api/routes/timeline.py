"""What happened at a place."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Name
from hereabouts_api.map_models import TimelineListing
from hereabouts_api.parameters import ListParameters, PlaceId, interval_of
from hereabouts_platform.store.places import find_place
from hereabouts_platform.store.readings import Interval
from hereabouts_platform.store.timeline import Behind, list_timeline
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(tags=["places"])

CURSOR = Cursor("timeline", tuple[At, Name, Name])


class TimelineParameters(ListParameters):
    """Over which time."""

    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: from `a` up to but not including `b`, RFC 3339 with a zone; `..` is an open end.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )


@router.get(
    "/v1/places/{id:path}/timeline",
    operation_id="getTimeline",
    summary="What happened at a place",
    response_model=TimelineListing,
)
def read_timeline(
    id: PlaceId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.PLACES)],
    asked: Annotated[TimelineParameters, Query()],
) -> TimelineListing:
    """Days of readings in numbers, alerts, deployments and device events of the place and its parts, newest first."""
    interval = interval_of(asked.datetime) if asked.datetime is not None else Interval()
    place = find_place(caller.connection, id)
    if place is None:
        raise NotFound(f"There is no place {id[:200]!r}.")
    caller.saw(Resource.PLACES, "timeline", [place["home"]])
    at = CURSOR.read(asked.cursor)
    behind = Behind(before=at[0], what=at[1], key=at[2]) if at else None
    rows = list_timeline(caller.connection, id, interval, behind=behind, most=asked.limit + 1)
    listing = [{name: value for name, value in row.items() if name != "key"} for row in rows]
    shown = rows[asked.limit - 1] if len(rows) > asked.limit else None
    following = CURSOR.write((shown["at"], shown["what"], shown["key"])) if shown else None
    return TimelineListing.model_validate({"items": listing[: asked.limit], "next": following})
