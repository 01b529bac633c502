"""Whatever has happened, reading everything again with the same decoders changes nothing, and the books balance."""

from typing import Any

import psycopg
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

Council = Any  # of conftest.py
EVERYTHING = (
    "reading, latest, uplink, uplink_key, quarantine, reading_revision, ingest_count, ingest_reason, device_event,"
    " batch"
)

devices = st.sampled_from(["d1", "d2"])
bodies = st.fixed_dictionaries(
    {
        "device": devices,
        "minute": st.sampled_from([0, 15, 30]),
        "received": st.sampled_from([31, 40, 60 * 24 * 40]),
        "temp": st.sampled_from([20, 21, 99]),
    },
    optional={"hum": st.sampled_from([50, 60, 130])},
)
spans = st.sampled_from(
    [{}, {"waiting": True}, {"device": "d1"}, {"waiting": True, "reason": "range"}, {"waiting": True, "device": "d2"}]
)
steps = st.one_of(
    st.tuples(st.just("write"), st.lists(bodies, min_size=1, max_size=6)),
    st.tuples(st.just("register"), devices),
    st.tuples(st.just("move"), devices),
    st.tuples(st.just("release"), st.sampled_from(["1", "2", "3"])),
    st.tuples(st.just("replay"), st.tuples(spans, st.booleans(), st.integers(1, 4))),
)


def body(device: str, received: int, minute: int = 30, temp: int = 99) -> dict[str, Any]:
    return {"device": device, "minute": minute, "received": received, "temp": temp}


COPIES_BEFORE_AND_AFTER_REGISTERING = [
    ("write", [body("d1", 31, 0, 20), body("d2", 40), body("d2", 31)]),
    ("register", "d2"),
    ("write", [body("d1", 31, 0, 20), body("d1", 31, 0, 20), body("d2", 31)]),
]
"""The same bytes wait as `unknown_device` twice, received out of turn, and as `range` once."""

SAYS_WHAT_ANOTHER_WILL_SAY = [
    ("write", [{"device": "d1", "minute": 0, "received": 31, "temp": 99, "hum": 50}]),
    ("register", "d1"),
    ("write", [{"device": "d1", "minute": 0, "received": 40, "temp": 20, "hum": 50}]),
    ("release", "2"),
]
"""A message waits that says what a later one says, which will be half as much when that one is read again."""


def start_over(council: Council) -> None:
    council.owner.execute(f"TRUNCATE {EVERYTHING}, datastream, deployment, device_heard, replay_touch CASCADE")
    council.owner.execute("TRUNCATE device CASCADE")
    council.versions["made-up"] = council.versions["made-up/1"]


def do(council: Council, step: tuple[str, Any]) -> None:
    kind, what = step
    if kind == "write":
        council.write([council.message(**body) for body in what])
    elif kind == "register" and council.one("SELECT count(*) FROM deployment WHERE device_id = %s", what) == (0,):
        council.register(what)
    elif kind == "move" and council.one("SELECT count(*) FROM deployment WHERE device_id = %s", what) == (1,):
        council.owner.execute("UPDATE deployment SET to_at = '2026-03-03T12:10Z' WHERE device_id = %s", (what,))
        council.register(what, from_at="2026-03-03T12:20Z", place="h2")
    elif kind == "release":
        council.versions["made-up"] = council.versions[f"made-up/{what}"]
    elif kind == "replay":
        wanted, remove, size = what
        preview = council.replay(remove=remove, messages_a_step=size, **wanted).preview()
        applied = council.replay(remove=remove, messages_a_step=size, **wanted).apply()
        assert applied == preview
    council.counts()
    council.check_latest()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example(history=COPIES_BEFORE_AND_AFTER_REGISTERING, remove=False)
@example(history=SAYS_WHAT_ANOTHER_WILL_SAY, remove=False)
@given(history=st.lists(steps, min_size=1, max_size=8), remove=st.booleans())
def test_after_any_history_a_full_replay_is_the_last(
    council: Council, history: list[tuple[str, Any]], remove: bool
) -> None:
    start_over(council)
    for step in history:
        do(council, step)
    do(council, ("replay", ({}, remove, 3)))
    done = council.dump()
    again = council.replay(remove=remove)
    assert again.preview().is_empty
    assert again.apply().is_empty
    assert council.dump() == done


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(batches=st.lists(st.lists(bodies, min_size=1, max_size=8), min_size=1, max_size=4), remove=st.booleans())
def test_what_ingest_wrote_is_what_replay_reads(
    council: Council, batches: list[list[dict[str, Any]]], remove: bool
) -> None:
    start_over(council)
    council.register("d1")
    for batch in batches:
        council.write([council.message(**body) for body in batch])
    done = council.dump()
    assert council.replay(remove=remove).apply().is_empty
    assert council.dump() == done


def test_every_changed_value_can_be_followed_back(council: Council) -> None:
    """Undoing the revisions, the newest first, gives what ingest had stored."""
    council.register("d1")
    council.write([council.message("d1", 15 * n, temp=20, hum=50 + n) for n in range(8)])

    def values() -> dict[Any, Any]:
        rows = council.owner.execute("SELECT datastream_id, time, value FROM reading").fetchall()
        return {row[:2]: row[2] for row in rows}

    before = values()
    for version in ("made-up/2", "made-up/3", "made-up/1", "made-up/3", "made-up/2"):
        council.replay(decoder=version, remove=True).apply()
    now = values()
    revisions = council.owner.execute(
        "SELECT datastream_id, time, old_value, new_value FROM reading_revision ORDER BY id DESC"
    ).fetchall()
    for stream, at, old, new in revisions:
        assert now.get((stream, at)) == new or new is None
        now[stream, at] = old
    assert now == before


def test_nobody_changes_a_value_without_a_trace(council: Council) -> None:
    council.register("d1")
    council.write([council.message("d1", 0, temp=20)])
    for statement in (
        "UPDATE reading SET value = 1",
        "DELETE FROM reading",
        "DELETE FROM reading_revision",
        "INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, cause, principal_id)"
        " VALUES (1, now(), 1, 1, '', 1)",
        "SELECT revise_readings('{1}', '{1}', '{2026-03-03T12:00Z}', '{20}', '{1}', '{why}')",
    ):
        try:
            council.ingest.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            continue
        raise AssertionError(statement)
    assert council.owner.execute("SELECT value FROM reading").fetchall() == [(20.0,)]
