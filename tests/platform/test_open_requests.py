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
    SELECT p.day, 'slot' || n, p.id, r.id, CASE WHEN r.id IS NULL THEN NULL ELSE n + 1 END, 'slot' || n, false, '',
           -1.5, 53.8, true, 0, 60, 'fullness', 'Full.', CASE WHEN r.id IS NULL THEN '{{}}' ELSE ARRAY[r.crew_id] END
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
# Requests and words of crews at the same few minutes, written in any order; some requests are withdrawn.
STREWN = """
SELECT setseed(0.5);
INSERT INTO visit_request (place_id, kind, says, at, client_id)
    SELECT p.id, 'report', 'Full.', now() + trunc(random() * 30) * interval '1 minute', p.id || n
    FROM place p, generate_series(1, 6) n WHERE p.kind IN ('bin_slot', 'bin_site');
INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)
    SELECT v.id, v.place_id, (ARRAY['emptied', 'not_full', 'missing', 'overflowing', 'blocked'])[1 + v.id % 5],
           now() + trunc(random() * 30) * interval '1 minute', 'word' || v.id FROM visit v WHERE v.id % 2 = 0;
INSERT INTO visit_request_withdrawn (request_id, says, at) SELECT id, 'No.', at FROM visit_request WHERE id % 9 = 0;
"""
# The rule in its plain words, of each request by itself.
OPEN = """
SELECT r.id FROM visit_request r WHERE NOT EXISTS (
    SELECT FROM visit_outcome o JOIN place p ON p.id = o.place_id
    WHERE (o.place_id = r.place_id OR p.parent_id = r.place_id) AND o.at >= r.at
      AND o.kind IN ('emptied', 'not_full', 'missing'))
AND NOT EXISTS (SELECT FROM visit_request_withdrawn w WHERE w.request_id = r.id) ORDER BY r.at, r.id
"""
ON_ROUND = """
SELECT r.id FROM visit_request r WHERE EXISTS (
    SELECT FROM visit v JOIN place p ON p.id = v.place_id
    WHERE v.crews && '{red}' AND is_crew_day(v.day) AND r.place_id IN (v.place_id, p.parent_id)) ORDER BY r.id
"""
FIRST = {"id": None, "place": None, "kind": None, "day": None, "after_at": None, "after_id": None, "most": 21}


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
        (row,) = connection.execute(explain, values).fetchall()
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
                    found[name] = pages(api, SQL["requests"], {**FIRST, "state": "open"})
                    found[f"{name}: answered"] = pages(api, SQL["requests"], {**FIRST, "state": "answered"})
            return found

        town.owner.execute(DAYS.format(first=0, last=20).encode())
        short = measured()
        town.owner.execute(DAYS.format(first=21, last=200).encode())
        long = measured()
        assert {name: cost for name, cost in long.items() if cost > 2 * short[name]} == {}, short


def test_what_answers_and_what_a_crew_sees(town, people: dict[str, Principal]) -> None:
    town.owner.execute(BINS)
    town.owner.execute(DAYS.format(first=6, last=9).encode())
    town.owner.execute(STREWN.encode())
    still_open, on_round = ([number for (number,) in town.owner.execute(rule)] for rule in (OPEN, ON_ROUND))
    assert 0 < len(still_open) < len(on_round) < 480
    with connect(town.url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        assert [one["id"] for one in open_requests(jobs)] == still_open
    with connect(town.url, DatabaseRole.API) as api:
        for name, seen in (("dispatcher", None), ("red", on_round)):
            with acting(api, people[name].id):
                every = list_requests(api, RequestFilter(), after=None, most=1000)
                listed = list_requests(api, RequestFilter(state="open"), after=None, most=1000)
                gone = list_requests(api, RequestFilter(state="withdrawn"), after=None, most=1000)
            assert seen is None or sorted(one["id"] for one in every) == seen
            assert listed == [one for one in every if one["state"] == "open"], "said the same way in both lists"
            assert [one["id"] for one in listed] == [n for n in still_open if seen is None or n in seen]
            assert gone == [one for one in every if one["state"] == "withdrawn"] != []
