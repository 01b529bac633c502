"""The API's description, OpenAPI 3.1, with the errors that every route may answer with."""

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from hereabouts_api.access import Caller, needs
from hereabouts_api.parameters import NoParameters
from hereabouts_api.problems import Problem
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

ABOUT = """What sensors say about places.

Times are RFC 3339 in UTC with `Z`; intervals are half-open, `[a, b)`. Units are UCUM codes. Positions are WGS 84
degrees. Lists are `{"items": [...], "next": cursor or null}`: give `next` back as `cursor` for the next page. Unknown
parameters are refused by name. Errors are `application/problem+json` with a stable `type`. Reading a home's data is
written to the audit.
"""
TAGS = [
    {"name": "places", "description": "Somewhere that readings, alerts and work belong to."},
    {"name": "areas", "description": "Boundaries that places fall in."},
    {"name": "readings", "description": "Values of quantities at places over time."},
    {"name": "alerts", "description": "Places, devices, sources and jobs that need somebody."},
    {"name": "cases", "description": "What people do about a hazard in a home."},
    {"name": "rounds", "description": "Who goes where when and why, and what came of it."},
    {"name": "areas", "description": "Boundaries that places fall in, and figures of them."},
    {"name": "devices", "description": "Things that transmit, and how they are."},
    {"name": "datasets", "description": "Other data of time and place: certificates, look-ups, surveys."},
    {"name": "accounting", "description": "What became of every message."},
    {"name": "jobs", "description": "What the system does by itself, and how that fares."},
    {"name": "uplinks", "description": "Messages handed in over HTTP."},
    {"name": "health", "description": "Whether the service lives and can serve."},
]
MEANINGS = {
    "400": "A parameter cannot be used; `errors` names each.",
    "401": "No key or session, or one that does not work.",
    "403": "The key may not do this.",
    "404": "There is no such thing.",
    "408": "The body did not come to its end in time.",
    "409": "The case does not stand so that this can happen; `detail` says what may be done instead.",
    "413": "The body has more than 8 MiB (1 MiB signed) or 10,000 records.",
    "415": "The body is of a kind that is not read here, or is compressed.",
    "422": "The body holds nothing.",
    "503": "The store cannot be reached just now, or there is no room for more messages: try again. Or the answer took "
    "too long: ask for a shorter span.",
}


DECIDING = frozenset({"publishPlan", "discardPlan", "acceptRound"})
"""Operations whose time may be over, which 409 says."""


@router.get("/openapi.json")
def read_description(
    request: Request,
    _caller: Annotated[Caller, needs(Action.READ, Resource.DESCRIPTION)],
    _: Annotated[NoParameters, Query()],
) -> dict[str, Any]:
    """This API in OpenAPI 3.1."""
    app: FastAPI = request.app
    return app.openapi()


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of `app`'s API, without its pages."""
    described = get_openapi(
        title=app.title, version=app.version, routes=app.routes, description=ABOUT, tags=TAGS, openapi_version="3.1.0"
    )
    _, problem = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    schemas = {
        name: schema
        for name, schema in described["components"]["schemas"].items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    described["components"]["schemas"] = {**schemas, **problem["$defs"]}
    for path, operations in described["paths"].items():
        for operation in operations.values():
            _add_errors(path, operation)
    return described


def _add_errors(path: str, operation: dict[str, Any]) -> None:
    operation["responses"].pop("422", None)
    possible = ["503"] if path == "/health/ready" else []
    if operation.get("security"):
        possible = ["400", "401", "403", "503"]
        if operation["operationId"] in DECIDING:
            possible.append("409")
        if "{" in path or path.startswith("/v1/readings"):
            possible.append("404")
        if "requestBody" in operation:
            possible += ["408", "413", "415", "422"]
            possible += ["409"] if "cases" in operation["tags"] else []
    for status in sorted(possible):
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"][status] = {"description": MEANINGS[status], "content": content}
