"""What a home shares with its stack and its build type: on its page, in /v1, and only of homes that may be seen."""

import json
from collections.abc import Iterator

import httpx
import pytest

from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.access import PrincipalKind, Role

CAUSE = json.dumps({"cause": "cold_bridge", "title": "a cold wall", "odds": 0.6, "for": [], "against": []})


@pytest.fixture(scope="module")
def block(town) -> None:
    """Six flats of one stack and type, four of them damp; ten terraced houses, all dry. Flat 1 is in another patch."""
    owner = town.connection
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    owner.execute("INSERT INTO patch (code, name, team) VALUES ('east', 'East', 'Damp'), ('west', 'West', 'Damp')")
    town.profile()
    town.place("oak", "building", name="Oak Court")
    flats = [(town.place(f"oak-{n}", parent="oak"), "no-fines flat", n) for n in range(6)]
    for home, build_type, floor in [*flats, *((town.place(f"row-{n}"), "terrace", 0) for n in range(10))]:
        attributes = {"build_type": build_type, "floor": str(floor), **({"stack": "A"} if "oak" in home else {})}
        owner.execute("UPDATE place SET attributes = %s WHERE id = %s", (json.dumps(attributes), home))
        owner.execute("INSERT INTO device (id, profile_id) VALUES (%s, 'generic-indoor')", (f"d-{home}",))
        owner.execute(
            "INSERT INTO deployment (device_id, place_id, from_at) VALUES (%s, %s, '2026-01-01Z')", (f"d-{home}", home)
        )
        owner.execute("INSERT INTO patch_home VALUES (%s, %s)", (home, "west" if home == "oak-1" else "east"))
    owner.execute(
        "INSERT INTO datastream (deployment_id, quantity, unit, kind)"
        " SELECT id, 'air_temperature', 'Cel', 'measurement' FROM deployment WHERE place_id = 'oak-0'"
    )
    owner.execute(
        "INSERT INTO room_day (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands, cold_stands,"
        " heat_stands, covered, cold_hours, quiet, faults, vpx5, rule_version, rule_hash) VALUES ('oak-0', now()::date,"
        " 24, 'act', 'ok', 'ok', 'act', 'ok', 'ok', 24, 0, false, '{}', 640, '2', 'x')"
    )
    for home, _, floor in flats[:4]:
        owner.execute(
            "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, cause,"
            " rule_version, opened_at, updated_at, changed_by) VALUES ('place', %s, %s, 'damp_mould', 'act', 'Wet.',"
            " '{}', 'r', %s, '1', '2026-02-01Z'::timestamptz + %s * interval '30 days', '2026-12-01Z', 1)",
            (home, home, CAUSE, floor),
        )


@pytest.fixture(scope="module")
def officer(database_url: str, address: str, block: None) -> Iterator[httpx.Client]:
    """Somebody who may see the homes of the patch east alone."""
    with connect(database_url, DatabaseRole.OWNER) as connection:
        by = principal_named(connection, "system:command")
        with acting(connection, by.id):
            person = ensure_principal(
                connection, by, "Eve", PrincipalKind.PERSON, Role.HOUSING_OFFICER, patches=["east"]
            )
            key = issue_key(connection, by, person, "test")
    with httpx.Client(base_url=address, timeout=30, headers={"Authorization": f"Bearer {key}"}) as client:
        yield client


def told(client: httpx.Client, home: str) -> dict[str, tuple[str, list[str]]]:
    found = client.get(f"/v1/places/{home}")
    assert found.status_code == 200, found.text
    return {one["kind"]: (one["says"].partition(":")[0], one["homes"]) for one in found.json()["patterns"]}


def test_a_stack_and_a_build_type_are_told_with_the_homes_that_may_be_seen(
    admin: httpx.Client, officer: httpx.Client, block: None, town
) -> None:
    assert told(admin, "oak-0") == {
        "damp_in_stack": ("4 of 6 homes measured in this stack have damp", ["oak-0", "oak-1", "oak-2", "oak-3"]),
        "archetype": ("Damp is raised in 4 of 6 homes of the type no-fines flat, and in 0 of 10 others", []),
    }
    # of the three that Eve sees, and of what they are among; nothing tells of the fourth
    assert told(officer, "oak-0") == {
        "damp_in_stack": ("3 of 5 homes measured in this stack have damp", ["oak-0", "oak-2", "oak-3"])
    }
    assert officer.get("/v1/places/oak-1").status_code == 404
    assert told(admin, "oak-5") == {}  # a dry home is part of no pattern
    assert told(admin, "oak") == {}
    seen = town.connection.execute(
        "SELECT a.detail -> 'homes' FROM audit a JOIN principal p ON p.id = a.principal_id"
        " WHERE p.name = 'Eve' AND a.detail ->> 'what' = 'pattern'"
    ).fetchall()
    assert seen == [(["oak-2", "oak-3"],)]


def test_the_page_of_a_home_tells_them_too(admin: httpx.Client, block: None) -> None:
    page = admin.get("/places/oak-0").text
    assert "4 of 6 homes measured in this stack have damp: look at the riser" in page
    assert "homes of the type no-fines flat" in page
    assert "Moisture added to the air at 5 °C outdoors: 640 Pa, class 4 of 5 by ISO 13788: high for a dwelling." in page
