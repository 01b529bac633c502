"""Work on cases: open one, record what happened in it."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import StringConstraints

from hereabouts_api.access import Caller, needs
from hereabouts_api.case_models import CaseRecorded, FromAlert, NewEvent, NewReport
from hereabouts_api.parameters import NoParameters, utc_now
from hereabouts_api.routes.cases import CaseId
from hereabouts_platform.store.access import record
from hereabouts_platform.store.case_alerts import open_from_alert
from hereabouts_platform.store.case_events import Clerk, Happened, Recorded, RequestKey
from hereabouts_platform.store.cases import open_report, record_event
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.case import CaseEventKind

router = APIRouter(prefix="/v1/cases", tags=["cases"])

Key = Annotated[
    Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")] | None,
    Header(
        alias="Idempotency-Key",
        description="The sender's own name for this request. Sent again within 30 days it is answered and not done "
        "again; with another body it is refused.",
        examples=["b6f0c9e0-phone-7"],
    ),
]


@router.post("", operation_id="openCase", summary="Open a case", status_code=201, response_model=CaseRecorded)
def open_case(
    response: Response,
    caller: Annotated[Caller, needs(Action.WRITE, Resource.CASES)],
    body: NewReport | FromAlert,
    _: Annotated[NoParameters, Query()],
    idempotency_key: Key = None,
) -> CaseRecorded:
    """Open a case from what a person told us, or from an alert that stands.

    A home has one open case a hazard: a report of the same goes into the one that is open.
    """
    now = utc_now()
    clerk = Clerk.at(caller.connection, caller.principal, now)
    key = _key(idempotency_key, "open", body)
    if isinstance(body, FromAlert):
        done = open_from_alert(clerk, body.alert, key)
    else:
        detail = {"by": body.by, **({"words": body.words} if body.words is not None else {})}
        report = Happened(kind=CaseEventKind.REPORTED, at=body.at or now, detail=detail)
        done = open_report(clerk, body.place, body.hazard, report, key)
    response.headers["Location"] = f"/v1/cases/{done.case}"
    return answer(caller, done, CaseEventKind.REPORTED if isinstance(body, NewReport) else CaseEventKind.ALERT_RAISED)


@router.post(
    "/{id}/events", operation_id="recordEvent", summary="Record an event", status_code=201, response_model=CaseRecorded
)
def add_event(
    id: CaseId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.WRITE, Resource.CASES)],
    body: NewEvent,
    _: Annotated[NoParameters, Query()],
    idempotency_key: Key = None,
) -> CaseRecorded:
    """Record what happened. 409 where the case does not stand so; its clocks are worked out anew."""
    now = utc_now()
    kind = CaseEventKind(body.kind)
    given = Happened(kind=kind, at=body.at or now, detail=body.detail)
    clerk = Clerk.at(caller.connection, caller.principal, now)
    return answer(caller, record_event(clerk, id, given, _key(idempotency_key, f"case {id}", body)), kind)


def _key(given: str | None, what: str, body: NewReport | FromAlert | NewEvent) -> RequestKey | None:
    return None if given is None else RequestKey(key=given, asked=[what, body.model_dump(mode="json")])


def answer(caller: Caller, done: Recorded, kind: CaseEventKind) -> CaseRecorded:
    """What was written down, after the audit was told."""
    if not done.again:
        detail = {"case": done.case, "event": done.event, "kind": kind}
        record(caller.connection, caller.principal, Action.WRITE, Resource.CASES, detail)
    return CaseRecorded(case=done.case, event=done.event, again=done.again)
