"""The books over HTTP, on the page and for Prometheus: the same numbers everywhere, and what is wrong in words."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hereabouts_api.pages.sources import spans_at
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.store.batch_writer import BatchWriter
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.engine import detect
from hereabouts_schemas.message import Delivery, Message, SetAside, Source
from hereabouts_schemas.outcome import Ignored, Reason

NOW = datetime.now(UTC)
HOUR = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
PLAIN = Source(id=4, name="plain", topic_filter="hereabouts/+/up", envelope="plain")


def came(database_url: str, number: int, at: datetime, source: Source = PLAIN) -> None:
    """Messages of which two in three are set aside and the rest is ignored."""
    verdicts = [SetAside(reason=Reason.UNREADABLE, detail="x"), SetAside(reason=Reason.CLOCK, detail="x")]
    verdicts.append(Ignored.RETAINED)
    with connect(database_url, DatabaseRole.INGEST) as connection:
        writer = BatchWriter(connection, detect(connection).engine, 2, slot=0)
        writer.write(
            [
                Delivery(
                    message=Message(source=source, topic="t", payload=b"%d" % n, received_at=at),
                    verdict=verdicts[n % 3],
                )
                for n in range(number)
            ]
        )


@pytest.fixture(scope="module")
def books(database_url: str, town: Any) -> None:
    """A source before the door was counted, then an hour that agrees, then one that is not checked yet."""
    came(database_url, 3, HOUR - timedelta(hours=3))
    town.connection.execute("UPDATE batch SET door_sources = '{}', door_hours = '{}', door_counts = '{}'")
    came(database_url, 6, HOUR)
    assert run_job(database_url, "account", NOW).state == "done"
    came(database_url, 1, HOUR + timedelta(hours=1))


def test_hour_by_hour(admin: httpx.Client, books: None) -> None:
    items = admin.get("/v1/sources/plain/accounting").json()["items"]
    assert [item["state"] for item in items] == ["not_counted_at_door", "agrees", "not_checked"]
    hour = items[1]
    assert hour["from"] == HOUR.isoformat().replace("+00:00", "Z")
    assert {name: hour[name] for name in ("received", "stored", "duplicate", "quarantined", "ignored")} == {
        "received": 6, "stored": 0, "duplicate": 0, "quarantined": 4, "ignored": 2,
    }  # fmt: skip
    assert hour["quarantined_by_reason"] == {"clock": 2, "unreadable": 2}
    assert hour["ignored_by_reason"] == {"retained": 2}
    assert (hour["at_door"], hour["in_raw_batches"], hour["difference"]) == (6, 6, 0)
    assert (items[0]["at_door"], items[0]["difference"], items[0]["checked_at"]) == (None, None, None)


def test_a_span_and_pages_of_it(admin: httpx.Client, books: None) -> None:
    span = f"{HOUR:%Y-%m-%dT%H:%M:%SZ}/.."
    path = f"/v1/sources/plain/accounting?limit=1&datetime={span}"
    first = admin.get(path).json()
    second = admin.get(f"{path}&cursor={first['next']}").json()
    assert [first["items"][0]["received"], second["items"][0]["received"], second["next"]] == [6, 1, None]
    assert admin.get("/v1/sources/plain/accounting?datetime=yesterday").status_code == 400
    assert admin.get("/v1/sources/nowhere/accounting").status_code == 404
    assert admin.get("/v1/sources/homelink/accounting").json() == {"items": [], "next": None}


def of(*labels: str) -> frozenset[str]:
    return frozenset(labels)


def metrics(client: httpx.Client) -> dict[str, dict[frozenset[str], float]]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found: dict[str, dict[frozenset[str], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})[frozenset(sample.labels.values())] = sample.value
    return found


def test_prometheus_reads_the_same(admin: httpx.Client, books: None, town: Any) -> None:
    town.connection.execute(
        "INSERT INTO post (post_id, index, source_id, topic, payload, received_at, principal_id)"
        " VALUES (1, 0, 4, 't', 'x', now() - interval '90 seconds', 1)"
    )
    before = metrics(admin)
    assert before["hereabouts_messages_received_total"][of("plain")] == 10
    assert before["hereabouts_messages_total"][of("plain", "quarantined")] == 7
    assert before["hereabouts_unaccounted_messages"][of("plain")] == 0
    assert before["hereabouts_posts_waiting"][of()] == 1
    assert 90 <= before["hereabouts_posts_oldest_seconds"][of()] < 300
    assert before["hereabouts_quarantine_rows"][of("plain", "message", "clock")] == 2
    assert before["hereabouts_job_last_done_timestamp_seconds"][of("account")] > NOW.timestamp() - 60
    assert "hereabouts_newest_reading_timestamp_seconds" not in before
    town.connection.execute("DELETE FROM post")
    town.connection.execute(
        "INSERT INTO ingest_count (source_id, hour, slot, stored, quarantined) VALUES (4, %s, -1, 1, -1)", (HOUR,)
    )
    after = metrics(admin)
    assert after["hereabouts_messages_total"] == before["hereabouts_messages_total"], "a counter never falls"
    assert after["hereabouts_posts_oldest_seconds"][of()] == 0


def test_labels_name_nobody(admin: httpx.Client, home: Any, books: None) -> None:
    found = metrics(admin)
    text = admin.get("/metrics").text
    assert found["hereabouts_newest_reading_timestamp_seconds"][of()] > 0
    assert found["hereabouts_alerts_open"][of("place", "damp_mould", "act")] == 1
    for private in (home.id, home.room, home.device, "100051234567"):
        assert private not in text


def page_of(client: httpx.Client) -> str:
    answer = client.get("/sources")
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_page_says_it_in_words(admin: httpx.Client, books: None) -> None:
    text = page_of(admin)
    week = re.search(r"The last 7 days 10 came in: (.*?)\.", text)
    assert week
    assert re.fullmatch(r"\d stored, 3 not meant for us, \d need you", week[1])
    assert "The numbers agree: every message is accounted for. Last checked" in text
    assert "Nothing has come in from The Things Stack, ChirpStack, HomeLINK, " in text
    assert '/quarantine?source=plain"' in admin.get("/sources").text


def test_the_page_says_when_the_numbers_do_not_agree(
    admin: httpx.Client, books: None, town: Any, database_url: str
) -> None:
    assert "Something does not add up" not in page_of(admin)
    town.connection.execute(
        "UPDATE ingest_count SET quarantined = quarantined - 1 WHERE hour = %s AND slot = 0", (HOUR,)
    )
    run_job(database_url, "account", datetime.now(UTC))
    text = page_of(admin)
    assert "The numbers of 1 source do not agree." in text
    assert "6 messages came in at the door and 5 have an outcome" in text
    assert metrics(admin)["hereabouts_unaccounted_messages"][of("plain")] == 1
    assert admin.get("/v1/alerts?hazard=unaccounted&state=open").json()["items"][0]["subject_id"] == "plain"
    item = next(
        item for item in admin.get("/v1/sources/plain/accounting").json()["items"] if item["state"] == "differs"
    )
    assert item["difference"] == 1
    town.connection.execute(
        "UPDATE ingest_count SET quarantined = quarantined + 1 WHERE hour = %s AND slot = 0", (HOUR,)
    )
    run_job(database_url, "account", datetime.now(UTC))
    assert "Something does not add up" not in page_of(admin)


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 3, 29, 12, tzinfo=UTC), [23, 24, 167]),  # the clocks go forward
        (datetime(2026, 10, 25, 12, tzinfo=UTC), [25, 24, 169]),  # and back
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), [24, 24, 168]),  # in London it is the 2nd
    ],
)
def test_days_are_those_of_london(now: datetime, hours: list[int]) -> None:
    spans = spans_at(now)
    assert [(span.to_at - span.from_at) // timedelta(hours=1) for span in spans] == hours
    assert spans[0].from_at <= now < spans[0].to_at
    assert spans[1].to_at == spans[0].from_at
    assert spans[2].to_at == spans[0].to_at
