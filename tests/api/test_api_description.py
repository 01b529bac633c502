"""The API's description is OpenAPI 3.1, complete, and what the API does."""

from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hereabouts_api.routes import uplinks
from hereabouts_platform.homes.record import HAZARDS

pytestmark = pytest.mark.one_engine

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def description(admin: httpx.Client, home: object) -> dict:
    return admin.get("/openapi.json").json()


def operations(description: dict) -> Iterator[tuple[str, str, dict]]:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_examples_of_hazards_are_what_the_rules_say(description: dict) -> None:
    schema = description["components"]["schemas"]["AlertItem"]["properties"]["hazard"]
    asked = [one for one in description["paths"]["/v1/alerts"]["get"]["parameters"] if one["name"] == "hazard"]
    assert [one["schema"].get("examples") or one["examples"] for one in asked] == [[HAZARDS[0]]]
    assert schema["examples"] == [HAZARDS[0]]


def test_it_describes_all_paths_and_no_others(description: dict) -> None:
    assert description["openapi"].startswith("3.1")
    assert set(description["paths"]) == PATHS


PATHS = {
    "/v1/places",
    "/v1/places/{id}",
    "/v1/places/{id}/readings",
    "/v1/areas",
    "/v1/areas/{code}",
    "/v1/deployments",
    "/v1/places/{id}/timeline",
    "/v1/areas/{code}/summary",
    "/v1/latest",
    "/v1/readings",
    "/v1/readings/{datastream}/{time}/provenance",
    "/v1/alerts",
    "/v1/plans",
    "/v1/plans/{id}",
    "/v1/plans/{id}/changes",
    "/v1/plans/{id}/discard",
    "/v1/plans/{id}/publish",
    "/v1/rounds",
    "/v1/rounds/{id}",
    "/v1/rounds/{id}/actual",
    "/v1/rounds/{id}/acceptance",
    "/v1/visits",
    "/v1/visits/{id}",
    "/v1/visits/{id}/outcomes",
    "/v1/visits/{id}/photos",
    "/v1/visits/{id}/photos/{photo}",
    "/v1/outcomes",
    "/v1/vehicles",
    "/v1/vehicles/{vehicle}/outage",
    "/v1/crews",
    "/v1/savings",
    "/v1/bins",
    "/v1/bins/{place}",
    "/v1/bins/{place}/requests",
    "/v1/bins/requests",
    "/v1/bins/requests/{id}/withdrawal",
    "/v1/cases",
    "/v1/cases/counts",
    "/v1/cases/{id}",
    "/v1/cases/{id}/events",
    "/v1/cases/{id}/files",
    "/v1/cases/{id}/files/{file}",
    "/v1/cases/{id}/pack.zip",
    "/v1/cases/{id}/repair",
    "/v1/cases/{id}/letter",
    "/v1/devices",
    "/v1/sources",
    "/v1/sources/{name}/accounting",
    "/v1/sources/{name}/losses",
    "/v1/quarantine",
    "/v1/uplinks/{source}",
    "/v1/uplinks/{source}/posts/{id}",
    "/v1/quarantine/groups",
    "/v1/jobs",
    "/v1/jobs/{name}/runs",
    "/v1/datasets",
    "/v1/datasets/{name}",
    "/v1/datasets/{name}/rows",
    "/health/live",
    "/health/ready",
}


def test_every_operation_has_a_name_words_and_its_errors(description: dict) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in description["tags"]}
    for path, _, operation in operations(description):
        assert operation["summary"]
        assert operation["description"]
        assert set(operation["tags"]) <= tags
        assert ("422" in operation["responses"]) is ("requestBody" in operation)
        for parameter in operation.get("parameters", []):
            assert parameter.get("description"), f"{path}: {parameter['name']}"
        if path.startswith("/v1"):
            assert {"400", "401", "403", "503"} <= set(operation["responses"])
            ways = {"key", "basic", "key_header", "signature"} if "/uplinks/" in path else {"key", "session"}
            assert {frozenset(one) for one in operation["security"]} == {frozenset({way}) for way in ways}
        else:
            assert "security" not in operation


def test_every_schema_is_used_and_described(description: dict) -> None:
    text = str(description)
    for name, schema in description["components"]["schemas"].items():
        assert f"#/components/schemas/{name}" in text
        assert schema.get("description"), name
        assert "examples" in str(schema) or name not in ("PlaceItem", "AlertItem", "ReadingItem", "BucketItem")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_it_answers_is_what_it_describes(
    description: dict, admin: httpx.Client, address: str, mode: GenerationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uplinks, "LONGEST_WAIT_S", 0.1)  # no ingest runs here
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=address)
    headers = {"Authorization": admin.headers["authorization"]}
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not operation.definition.raw.get("parameters"):
            continue  # there is nothing to get wrong

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        check()
