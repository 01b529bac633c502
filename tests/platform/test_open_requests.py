"""What is asked for and open, and what a crew sees of it: what answers a request, and that the past costs nothing."""

from contextlib import ExitStack
from typing import Any

import pytest
from made_plan import put_places

from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_platform.store.visit_requests import SQL, RequestFilter, list_requests, open_requests
from hereabouts_schemas.access import Principal, PrincipalKind, Role

# Five bins to a site.
BINS = """
INSERT INTO place (id, kind, name, lon, lat) SELECT 'site' || n, 'bin_site', 'Site ' || n, -1.5, 53.8
    FROM generate_series(0, 11) n;
INSERT INTO place (id, kind, name, lon, lat, parent_id)
    SELECT 'slot' || n, 'bin_slot', 'Slot ' || n, -1.5, 53.8, 'site' || n % 12 FROM generate_series(0, 59) n;
"""
# Each day a third of the bins is on the round of the crew red and a third on blue's, and emptied; the rest is left.
# Each day ten visits are asked for, and those of today are open.
DAYS = """
INSERT INTO round_plan (day, depot, version, state, made_at, published_at, roads, attribution, matrix_sha256, of_homes,
                        published)
    SELECT current_date - ago, 'yard', 1, 'published', now(), now(), 'osrm', '', '{{}}', false, '{{}}'
    FROM generate_series({first}, {last}) ago;
INSERT INTO round (plan_id, day, depot, vehicle_id, vehicle_name, crew_id, starts_at, ends_at, drive_m, drive_s, visits,
                   of_homes, stops)
    SELECT p.id, p.day, 'yard', c.vehicle_id, 'Van', c.id, p.day + time '01:00', p.day + time '03:00', 1, 1, 1, false,
           '[]' FROM round_plan p, crew c WHERE current_date - p.day BETWEEN {first} AND {last};
INSERT INTO visit (day, key, plan_id, round_id, position, place_id, of_home, name, lon, lat, must, prize_p, service_s,
                   reason, says, crews)
    SELECT p.day, 'slot' || n, p.id, r.id, CASE WHEN r.id IS NULL THEN NULL ELSE n + 1 END, 'slot' || n, false, '', -1.5,
           53.8, true, 0, 60, 'fullness', 'Full.', CASE WHEN r.id IS NULL THEN '{{}}' ELSE ARRAY[r.crew_id] END
    FROM round_plan p CROSS JOIN generate_series(0, 59) n
    LEFT JOIN round r ON r.plan_id = p.id AND r.crew_id = (ARRAY['red', 'blue'])[(n + p.id) % 3 + 1]
    WHERE current_date - p.day BETWEEN {first} AND {last};
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)
    SELECT id, place_id, 'emptied', day + time '02:00', id::text FROM visit
    WHERE round_id IS NOT NULL AND current_date - day BETWEEN greatest({first}, 1) AND {last};
INSERT INTO visit_request (place_id, kind, says, at, client_id)
    SELECT CASE n % 4 WHEN 0 THEN 'site' || (n + ago) % 12 ELSE 'slot' || (7 * n + ago) % 60 END, 'report', 'Full.',
           current_date - ago + time '01:00', ago || '/' || n
    FROM generate_series({first}, {last}) ago, generate_series(0, 9) n WHERE ago = 0 OR ago > 4;
ANALYZE place, round_plan, round, visit, visit_outcome, visit_request, visit_request_withdrawn;
"""
FIRST = {"id": None, "place": None, "kind": None, "day": None, "after_at": None, "after_id": None, "most": 21}
SEEN = "SELECT count(*) FROM visit_request"


@pytest.fixture
def people(town) -> dict[str, Principal]:
    """A dispatcher and the crew red, in a town with a depot and two crews."""
    put_places(town.owner)
    by = principal_named(town.owner, "system:command")
    with acting(town.owner, by.id):
        return {
            "red": ensure_principal(town.owner, by, "Red", PrincipalKind.PERSON, Role.WASTE_CREW, crews=["red"]),
            "dispatcher": ensure_principal(town.owner, by, "Di", PrincipalKind.PERSON, Role.WASTE_MANAGER),
        }


def pages(connection: Connection, statement: str, values: dict[str, Any] | None = None) -> int:
    """How many pages of tables and indexes a statement looks at; what it needs but once is there already."""
    for _ in range(2):
        explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING false, FORMAT JSON) {statement}"
        (row,) = connection.execute(explain, values).fetchall()  # type: ignore[arg-type]
    plan = row[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def test_the_past_costs_nothing(town, people: dict[str, Principal]) -> None:
    town.owner.execute(BINS)
    with ExitStack() as stack:
        jobs = stack.enter_context(connect(town.url, DatabaseRole.JOBS))
        api = stack.enter_context(connect(town.url, DatabaseRole.API))

        def measured() -> dict[str, int]:
            with acting(jobs, 1):
                assert len(open_requests(jobs)) == 10
                found = {"jobs": pages(jobs, SQL["open_requests"])}
            for name, somebody in people.items():
                with acting(api, somebody.id):
                    assert len(list_requests(api, RequestFilter(state="open"), after=None, most=21)) == 10
                    found[name] = pages(api, SQL["requests_open"], FIRST)
            return found

        town.owner.execute(DAYS.format(first=0, last=20).encode())
        short = measured()
        town.owner.execute(DAYS.format(first=21, last=200).encode())
        assert {name: cost for name, cost in measured().items() if cost > 2 * short[name]} == {}, short
        for state in ("answered", "withdrawn"):  # a page of what ended is no way through all of it either
            with acting(api, people["red"].id):
                assert pages(api, SQL["requests"], {**FIRST, "state": state}) < 20 * short["red"]


# What a crew said of a bin, or of one of its site's, how many minutes after it was asked for; whether that answers.
@pytest.mark.parametrize(
    ("asked_at", "said_of", "kind", "minutes", "answers"),
    [
        ("slot1", "slot1", "emptied", 0, True),
        ("slot1", "slot1", "emptied", -1, False),
        ("slot1", "slot1", "not_full", 1, True),
        ("slot1", "slot1", "overflowing", 1, False),
        ("slot1", "slot13", "emptied", 1, False),
        ("site1", "slot13", "missing", 1, True),
        ("site1", "slot13", "blocked", 1, False),
        ("site1", "slot2", "emptied", 1, False),
        ("slot1", "site1", "emptied", 1, False),
    ],
)
def test_what_answers(
    town, people: dict[str, Principal], asked_at: str, said_of: str, kind: str, minutes: int, answers: bool
) -> None:
    town.owner.execute(BINS)
    town.owner.execute(DAYS.format(first=0, last=0).encode())
    town.owner.execute("TRUNCATE visit_request CASCADE")
    numbers = [
        town.one(
            "INSERT INTO visit_request (place_id, kind, says, at, client_id)"
            " VALUES (%s, 'report', 'Full.', current_date - %s, %s) RETURNING id",
            (asked_at, days, f"{days} days ago"),
        )
        for days in (1, 3, 0)
    ]
    for place, word, at in ((said_of, kind, minutes), (said_of, "overflowing", 2), (asked_at, "emptied", -9999)):
        town.owner.execute(  # the last word comes late, of long ago
            "INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)"
            " SELECT min(id), %s, %s, current_date - 1 + %s * interval '1 minute', %s FROM visit",
            (place, word, at, f"{word} {at}"),
        )
    first, older, later = numbers
    still = [later] if answers else [first, later]
    if minutes < 0 and kind == "emptied" and said_of == asked_at:
        assert still == [first, later], "the older one alone is answered"
    elif not answers:
        still = [older, *still]
    with connect(town.url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        assert [one["id"] for one in open_requests(jobs)] == still
    with connect(town.url, DatabaseRole.API) as api, acting(api, people["dispatcher"].id):
        listed = list_requests(api, RequestFilter(state="open"), after=None, most=9)
        every = list_requests(api, RequestFilter(), after=None, most=9)
    assert [one["id"] for one in listed] == still
    assert listed == [one for one in every if one["state"] == "open"], "said the same way in both lists"
