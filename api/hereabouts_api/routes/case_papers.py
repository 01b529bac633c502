"""A case's papers: files that people attach, the evidence pack, the draft of the written summary."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from hereabouts_api.access import Caller, caller_of, needs, vouched
from hereabouts_api.case_models import CaseRecorded
from hereabouts_api.parameters import NoParameters, Text, utc_now
from hereabouts_api.routes.case_work import answer
from hereabouts_api.routes.cases import CaseId, case_of
from hereabouts_api.sent_file import body_as_file
from hereabouts_platform.evidence.letters import summary_html
from hereabouts_platform.evidence.pack import pack_of
from hereabouts_platform.evidence.repair import raise_repair
from hereabouts_platform.files.kinds import KINDS
from hereabouts_platform.store.case_events import Clerk, landlord_of
from hereabouts_platform.store.case_files import Attachment, attach, read_file
from hereabouts_platform.store.case_pack import case_file
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1/cases", tags=["cases"])

BINARY = {"schema": {"type": "string", "format": "binary"}}
# A page of its own, with its style in it, that runs nothing and sends nothing.
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; sandbox"


class FileParameters(NoParameters):
    """What goes with the bytes."""

    name: Text = Field(min_length=1, max_length=200, description="What the file is called.", examples=["wall.jpg"])


class LetterParameters(NoParameters):
    """Of which investigation."""

    event: int | None = Field(
        None, ge=1, lt=2**63, description="The event in which an investigation ended; the last one where none is named."
    )


class RepairParameters(NoParameters):
    """What is to be done, and the receiving system's own codes."""

    description: Text = Field(
        min_length=1, max_length=1000, description="What is to be done.", examples=["Fit a fan that runs"]
    )
    priority: int = Field(ge=0, le=9999, description="PriorityCode of the repairs system.", examples=[2])
    work_class: int = Field(0, ge=0, le=9999, description="WorkClassCode of the repairs system.")


@router.post(
    "/{id}/files",
    operation_id="attachFile",
    summary="Attach a file",
    status_code=201,
    response_model=CaseRecorded,
    openapi_extra={"requestBody": {"required": True, "content": dict.fromkeys(KINDS, BINARY)}},
)
async def add_file(
    id: CaseId,  # noqa: A002 - the word of the API
    request: Request,
    principal: Annotated[Principal, vouched(Action.WRITE, Resource.CASES)],
    asked: Annotated[FileParameters, Query()],
) -> CaseRecorded:
    """Attach a photo, a PDF or a text of at most 8 MiB, as the body itself. The same bytes again are the same file."""
    sent = await body_as_file(request)
    file = Attachment(name=asked.name, media_type=sent.media_type, content=sent.content)
    return await run_in_threadpool(_attach, request, principal, id, file)


def _attach(request: Request, principal: Principal, case_id: int, file: Attachment) -> CaseRecorded:
    with caller_of(request, principal) as caller:
        done = attach(Clerk.at(caller.connection, principal, utc_now()), case_id, file)
        return answer(caller, done, CaseEventKind.FILE_ATTACHED)


@router.get(
    "/{id}/files/{file}",
    operation_id="getFile",
    summary="An attached file",
    response_class=Response,
    responses={200: {"description": "The file.", "content": dict.fromkeys(KINDS, BINARY)}},
)
def get_file(
    id: CaseId,  # noqa: A002 - the word of the API
    file: Annotated[int, Path(ge=1, lt=2**63, description="The file's number.", examples=[3])],
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)],
    _: Annotated[NoParameters, Query()],
) -> Response:
    """The bytes of a file, as they were attached."""
    case_of(caller, id, "file", utc_now())
    found = read_file(caller.connection, id, file)
    if found is None:
        raise NotFound(f"Case {id} has no file {file}.")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@router.get(
    "/{id}/pack.zip",
    operation_id="getPack",
    summary="The evidence pack",
    response_class=Response,
    responses={200: {"description": "The pack.", "content": {"application/zip": BINARY}}},
)
def get_pack(
    id: CaseId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)],
    _: Annotated[NoParameters, Query()],
) -> Response:
    """A page to print, tables, messages and a manifest of hashes, from what was copied into the case alone."""
    case = case_of(caller, id, "pack", utc_now())
    headers = {"Content-Disposition": f'attachment; filename="case-{id}.zip"'}
    return Response(pack_of(case_file(caller.connection, case)), media_type="application/zip", headers=headers)


@router.get(
    "/{id}/letter",
    operation_id="getLetter",
    summary="The draft of the written summary",
    response_class=HTMLResponse,
)
def get_letter(
    id: CaseId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)],
    asked: Annotated[LetterParameters, Query()],
) -> HTMLResponse:
    """A page to print and to fill in, in plain English; 400 while no investigation has ended."""
    case = case_of(caller, id, "letter", utc_now())
    file = replace(case_file(caller.connection, case), landlord=landlord_of(caller.connection))
    page = summary_html(file, asked.event)
    return HTMLResponse(page, headers={"Content-Security-Policy": LETTER_POLICY})


@router.get(
    "/{id}/repair",
    operation_id="getRepair",
    summary="A repair to be raised",
    response_class=Response,
    responses={200: {"description": "HACT's RaiseRepair, version 7.", "content": {"application/json": {}}}},
)
def get_repair(
    id: CaseId,  # noqa: A002 - the word of the API
    caller: Annotated[Caller, needs(Action.READ, Resource.CASES)],
    asked: Annotated[RepairParameters, Query()],
) -> Response:
    """The case as a request to a repairs system, due by the law's earliest date for work that still runs."""
    case = case_of(caller, id, "repair", utc_now())
    found = raise_repair(
        case_file(caller.connection, case),
        asked.description,
        priority_code=asked.priority,
        work_class_code=asked.work_class,
    )
    headers = {"Content-Disposition": f'attachment; filename="case-{id}-repair.json"'}
    return Response(found, media_type="application/json", headers=headers)
