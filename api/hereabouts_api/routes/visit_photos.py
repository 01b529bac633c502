"""Photos of visits: handed in by crews' phones, seen by dispatchers and the crew."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from hereabouts_api.access import Caller, caller_of, needs, vouched
from hereabouts_api.cursors import Name
from hereabouts_api.parameters import NoParameters, utc_now
from hereabouts_api.round_models import Reported
from hereabouts_api.routes.case_papers import BINARY
from hereabouts_api.routes.visits import VisitId
from hereabouts_api.sent_file import body_as_file
from hereabouts_platform.files.kinds import PHOTO_KINDS
from hereabouts_platform.store.outcomes import Told, visited
from hereabouts_platform.store.visit_photos import Photo, keep_photo, read_photo
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/visits/{id}/photos", tags=["rounds"])


class PhotoParameters(NoParameters):
    """What goes with the bytes."""

    client_id: Name = Field(
        min_length=1, max_length=200,
        description="The sender's own name for this photo. Sent again, it is answered and not kept again.",
        examples=["phone-7/19-1"],
    )  # fmt: skip
    at: AwareDatetime | None = Field(None, description="When it was taken; now, where that is not said.")


@router.post(
    "",
    operation_id="addPhoto",
    summary="Hand in a photo",
    status_code=201,
    response_model=Reported,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(PHOTO_KINDS, BINARY)}},
)
async def add_photo(
    id: VisitId,  # noqa: A002 - the word of the API
    request: Request,
    principal: Annotated[Principal, vouched(Action.WRITE, Resource.ROUNDS)],
    asked: Annotated[PhotoParameters, Query()],
) -> Response:
    """Hand in a JPEG, PNG or HEIC of at most 8 MiB, as the body itself, before or after the report or without one.

    Where and when it was taken and by which phone is taken out of it before it is kept. The same `client_id` again is
    answered with 200 and not kept again.
    """
    sent = await body_as_file(request)
    now = utc_now()
    photo = Photo(
        visit=id, client_id=asked.client_id, media_type=sent.media_type, content=sent.content, at=asked.at or now
    )
    told = await run_in_threadpool(_keep, request, principal, photo, now)
    answer = Reported(id=told.id, again=told.again)
    return JSONResponse(answer.model_dump(mode="json"), 200 if told.again else 201)


def _keep(request: Request, principal: Principal, photo: Photo, now: datetime) -> Told:
    with caller_of(request, principal) as caller:
        return keep_photo(caller.connection, principal, photo, now)


@router.get(
    "/{photo}",
    operation_id="getPhoto",
    summary="A photo",
    response_class=Response,
    responses={200: {"description": "The photo.", "content": dict.fromkeys(PHOTO_KINDS, BINARY)}},
)
def get_photo(
    id: VisitId,  # noqa: A002 - the word of the API
    photo: Annotated[int, Path(ge=1, lt=2**63, description="The photo's number.", examples=[3])],
    caller: Annotated[Caller, needs(Action.READ, Resource.ROUNDS)],
    _: Annotated[NoParameters, Query()],
) -> Response:
    """The picture, for whoever sees the visit."""
    caller.saw(Resource.ROUNDS, "photo", visited(caller.connection, id).homes)
    found = read_photo(caller.connection, id, photo)
    if found is None:
        raise NotFound(f"Visit {id} has no photo {photo}.")
    media_type, content = found
    ending = media_type.partition("/")[2]
    headers = {"Content-Disposition": f'inline; filename="visit-{id}-{photo}.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)
