"""Messages handed in over HTTP: webhooks of network servers, and whatever else cannot speak MQTT."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.concurrency import run_in_threadpool

from hereabouts_api.access import WAIT_S, pool_of
from hereabouts_api.answer_bell import AnswerBell
from hereabouts_api.feeding import Feeder, feeds
from hereabouts_api.intake import Intake
from hereabouts_api.parameters import NoParameters, Text, utc_now
from hereabouts_api.signature import check_signature, digest_of
from hereabouts_api.source_models import PostAnswer
from hereabouts_api.uplink_body import records_of
from hereabouts_platform.store.connection import acting
from hereabouts_platform.store.posts import Record, add_post, answers_of, count_waiting, next_post, take_signed
from hereabouts_schemas.access import Action
from hereabouts_schemas.errors import InputError, NotFound

router = APIRouter(prefix="/v1/uplinks", tags=["uplinks"])

LONGEST_WAIT_S = 5.0  # network servers give up after ten
LOOK_S = 0.5  # how often it is looked even where no bell rings


class UplinkParameters(BaseModel):
    """What goes with the body."""

    model_config = ConfigDict(extra="forbid")

    topic: Text | None = Field(None, min_length=1, description="The MQTT topic that the messages would have come on.")
    event: Annotated[str, StringConstraints(max_length=50, pattern=r"^[a-z]+$")] | None = Field(
        None, description="The kind of event, as ChirpStack's HTTP integration says it.", examples=["up"]
    )


@router.post(
    "/{source}",
    operation_id="handInUplinks",
    summary="Hand in messages",
    response_model=PostAnswer,
    responses={
        202: {"model": PostAnswer, "description": "Kept, and not taken by ingest yet; ask again at `Location`."}
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "One message, an array of messages, or one message a line; as the source's envelope has it.",
            "content": {"application/json": {"schema": {}}, "application/x-ndjson": {"schema": {"type": "string"}}},
        }
    },
)
async def hand_in(
    request: Request,
    response: Response,
    feeder: Annotated[Feeder, feeds(Action.WRITE)],
    asked: Annotated[UplinkParameters, Query()],
) -> PostAnswer:
    """Keep messages of a source, and say of each what became of it, as if it had come over MQTT.

    They are committed before anything is answered. 200 when ingest took them all within five seconds, else 202: then
    nothing is lost either, and nothing is doubled by handing them in again.
    """
    intake: Intake = request.app.state.intake
    body = await intake.body_of(request, vouched=not feeder.secrets)
    received_at, digest = utc_now(), None
    if feeder.secrets:
        if asked.topic is not None or asked.event is not None:
            raise InputError("topic", "given", "Leave topic and event out of a signed request: they are not signed.")
        check_signature(request.headers, body, feeder.secrets, received_at)
        digest = digest_of(request.headers, body)
    media = request.headers.get("content-type", "")
    records = await run_in_threadpool(records_of, body, media, feeder.feed, asked.topic, asked.event)
    intake.waits(feeder.feed, len(records), len(body))
    post_id = await run_in_threadpool(_keep, request, feeder, records, received_at, digest)
    await _wait(request, post_id)
    answer = await run_in_threadpool(_answer, request, feeder, post_id)
    if answer.waiting:
        response.status_code = 202
        response.headers["Location"] = f"/v1/uplinks/{feeder.feed.name}/posts/{post_id}"
    return answer


@router.get(
    "/{source}/posts/{id}",
    operation_id="getPost",
    summary="What became of messages handed in",
    response_model=PostAnswer,
)
def read_post(
    request: Request,
    feeder: Annotated[Feeder, feeds(Action.READ)],
    id: Annotated[int, Path(ge=1, lt=2**63, description="The request's number.")],  # noqa: A002 - the API's word
    _: Annotated[NoParameters, Query()],
) -> PostAnswer:
    """The answer to a request that was handed in less than a day ago."""
    return _answer(request, feeder, id)


def _keep(
    request: Request, feeder: Feeder, records: Sequence[Record], received_at: datetime, digest: bytes | None
) -> int:
    """Write a request's records down; returns its number, or that of the same signed request that came before."""
    with pool_of(request).connection(timeout=WAIT_S) as connection, acting(connection, feeder.principal.id):
        post_id = next_post(connection)
        stands = post_id if digest is None else take_signed(connection, feeder.feed, digest, post_id, received_at)
        if stands == post_id:
            add_post(connection, post_id, feeder.feed, records, received_at, speaks_for=feeder.speaks_for)
        return stands


async def _wait(request: Request, post_id: int) -> None:
    """Return when every record is answered, or the time is up."""
    bell: AnswerBell = request.app.state.answer_bell
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_WAIT_S
    rung = bell.expect(post_id, loop)
    try:
        while await run_in_threadpool(_waiting, request, post_id) and (left := until - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), min(left, LOOK_S))
            rung.clear()
    finally:
        bell.forget(post_id)


def _waiting(request: Request, post_id: int) -> int:
    with pool_of(request).connection(timeout=WAIT_S) as connection:
        return count_waiting(connection, post_id)


def _answer(request: Request, feeder: Feeder, post_id: int) -> PostAnswer:
    source = feeder.feed.name
    with pool_of(request).connection(timeout=WAIT_S) as connection:
        rows: list[dict[str, Any]] = answers_of(connection, feeder.principal, source, post_id)
    if not rows:
        raise NotFound(f"No request {post_id} of {source} is known; answers are kept for a day.")
    waiting = sum(row["outcome"] is None for row in rows)
    return PostAnswer.model_validate({"post": post_id, "received": len(rows), "waiting": waiting, "items": rows})
