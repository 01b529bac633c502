"""What people are told of losses: counted or estimated, by hour, and what backfill brought back; of whom, never."""

import json

import httpx
import psycopg
import pytest

HOURS = ["2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z"]


@pytest.fixture(scope="module")
def losses(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        (source,) = owner.execute("SELECT id FROM source WHERE name = 'things_stack'").fetchone() or (0,)
        rows = [
            (HOURS[0], 0, "spool_full", 4),
            (HOURS[0], 1, "spool_full", 3),
            (HOURS[1], 0, "session_lost", 1),
            (HOURS[1], 100, "f_cnt_gap", 5),
            (HOURS[2], 100, "f_cnt_gap", 6),
        ]
        for hour, slot, kind, count in rows:
            owner.execute("INSERT INTO loss_estimate VALUES (%s, %s, %s, %s, %s)", (source, hour, slot, kind, count))
        for cause, device, state, stored in [
            ("absence", None, "done", 40),
            ("f_cnt_gap", "kitchen-of-flat-4", "done", 2),
            ("f_cnt_gap", "kitchen-of-flat-4", "waiting", 0),
        ]:
            owner.execute(
                "INSERT INTO backfill_request (source_id, application, device, from_at, to_at, cause, state, found,"
                " stored, duplicate, finished_at, principal_id) VALUES (%s, 'council', %s, %s, %s, %s, %s, %s, %s, 1,"
                " CASE WHEN %s = 'done' THEN now() END, (SELECT id FROM principal WHERE name = 'system:ingest'))",
                (source, device, HOURS[0], HOURS[1], cause, state, stored + 1, stored, state),
            )


@pytest.mark.usefixtures("losses")
def test_totals_hours_and_what_came_back(admin: httpx.Client) -> None:
    body = admin.get("/v1/sources/things_stack/losses").json()
    assert [(each["kind"], each["count"], each["unit"], each["exact"], each["hours"]) for each in body["totals"]] == [
        ("f_cnt_gap", 11, "frames", False, 2),
        ("session_lost", 1, "sessions", True, 1),
        ("spool_full", 7, "messages", True, 1),
    ]
    assert [(each["hour"], each["kind"], each["count"]) for each in body["items"]] == [
        (HOURS[2], "f_cnt_gap", 6),
        (HOURS[1], "session_lost", 1),
        (HOURS[1], "f_cnt_gap", 5),
        (HOURS[0], "spool_full", 7),
    ]
    names = ("cause", "requests", "open", "found", "stored", "duplicate")
    assert [tuple(each[name] for name in names) for each in body["brought_back"]] == [
        ("absence", 1, 0, 41, 40, 1),
        ("f_cnt_gap", 2, 1, 4, 2, 2),
    ]
    assert "flat-4" not in json.dumps(body)


@pytest.mark.usefixtures("losses")
def test_an_interval_and_pages(admin: httpx.Client) -> None:
    asked = {"datetime": f"{HOURS[1]}/{HOURS[2]}"}
    assert [each["count"] for each in admin.get("/v1/sources/things_stack/losses", params=asked).json()["items"]] == [
        1,
        5,
    ]
    seen, cursor = [], None
    while True:
        page = admin.get(
            "/v1/sources/things_stack/losses", params={"limit": 1} | ({"cursor": cursor} if cursor else {})
        ).json()
        seen += [(each["hour"], each["kind"]) for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 4


def test_a_source_without_losses_and_one_that_is_not_there(admin: httpx.Client, nobody: httpx.Client) -> None:
    quiet = admin.get("/v1/sources/homelink/losses").json()
    assert (quiet["items"], quiet["totals"], quiet["brought_back"]) == ([], [], [])
    assert admin.get("/v1/sources/no_such/losses").status_code == 404
    assert admin.get("/v1/sources/homelink/losses", params={"datetime": "now"}).status_code == 400
    assert nobody.get("/v1/sources/homelink/losses").status_code == 401


def test_the_api_role_cannot_read_whose_messages_were_fetched(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SET ROLE hereabouts_api")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT device FROM backfill_request")
