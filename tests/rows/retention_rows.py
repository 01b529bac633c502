"""Rows of every table that retention lets go of, by number and age, and which of them are still there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hereabouts_platform.store.connection import Connection

LONDON = ZoneInfo("Europe/London")

# Table -> the statement that puts row %(n)s of the instant %(at)s there, the expression that tells its number.
# %(stream)s is a datastream, %(kept)s whether the row is one that stays however old it is.
TABLES = {
    "reading": ("INSERT INTO reading VALUES (%(stream)s, %(n)s, %(at)s, 1)", "batch_id"),
    "reading_revision": (
        "INSERT INTO reading_revision (datastream_id, time, old_value, old_batch_id, cause, principal_id)"
        " VALUES (%(stream)s, %(at)s, 1, %(n)s, 'test', 1)",
        "old_batch_id",
    ),
    "latest": (
        "INSERT INTO latest VALUES (%(stream)s, %(n)s, %(at)s, 1) ON CONFLICT (datastream_id) DO UPDATE"
        " SET batch_id = excluded.batch_id, time = excluded.time",
        "batch_id",
    ),
    "reading_hour": (
        "INSERT INTO reading_hour (datastream_id, hour, count, mean, min, max, first, last, sum)"
        " VALUES (%(stream)s, %(at)s, %(n)s, 1, 1, 1, 1, 1, 1)",
        "count",
    ),
    "reading_day": (
        "INSERT INTO reading_day (datastream_id, day, count, mean, min, max, first, last, sum)"
        " VALUES (%(stream)s, %(day)s, %(n)s, 1, 1, 1, 1, 1, 1)",
        "count",
    ),
    "batch": ("INSERT INTO batch (id, received_at, slot, message_count) VALUES (%(n)s, %(at)s, 0, 0)", "id"),
    "uplink": (
        "INSERT INTO uplink (batch_id, index, received_at, source_id, outcome) VALUES (%(n)s, 0, %(at)s, 1, 'stored')",
        "batch_id",
    ),
    "replay_touch": ("INSERT INTO replay_touch VALUES (%(n)s, %(stream)s, %(at)s, %(at)s)", "batch_id"),
    "account_fault": ("INSERT INTO account_fault VALUES (%(n)s, %(at)s, 1, %(at)s, 1, 0)", "batch_id"),
    "uplink_key": (
        "INSERT INTO uplink_key VALUES (1, decode(lpad(%(n)s::text, 32, '0'), 'hex'), %(n)s, 0, %(at)s)",
        "batch_id",
    ),
    "quarantine": (
        "INSERT INTO quarantine (kind, source_id, topic, reason, detail, received_at, last_at, batch_id, index,"
        " content_hash, payload) VALUES ('message', 1, 't', 'r', 'd', %(at)s::timestamptz - interval '1 year', %(at)s,"
        " %(n)s, 0, decode(lpad(%(n)s::text, 32, '0'), 'hex'), '')",
        "batch_id",
    ),
    "device_event": ("INSERT INTO device_event VALUES ('device-1', %(at)s, 'join', '', %(n)s)", "batch_id"),
    "alert": (
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, cleared_at, changed_by) VALUES ('device', %(n)s::text, 'h', 'act', 'r', '{}', 'r', '1', %(at)s,"
        " %(at)s, CASE WHEN NOT %(kept)s THEN %(at)s::timestamptz END, 1)",
        "subject_id::int",
    ),
    "case_record": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES (%(n)s::text, 'home', '') ON CONFLICT DO NOTHING), c AS"
        " (INSERT INTO case_record (place_id, hazard, state, outcome, opened_at, closed_at) SELECT %(n)s::text, 'h',"
        " CASE WHEN %(kept)s THEN 'works' ELSE 'closed' END, CASE WHEN NOT %(kept)s THEN 'no_access' END, %(at)s,"
        " CASE WHEN NOT %(kept)s THEN %(at)s::timestamptz END RETURNING id) INSERT INTO case_event (case_id, kind, at,"
        " principal_id) SELECT id, 'reported', %(at)s, 1 FROM c",
        "place_id::int",
    ),
    "request_key": (
        "INSERT INTO request_key VALUES (1, %(n)s::text, decode(repeat('00', 32), 'hex'), 1, 1, %(at)s)",
        "key::int",
    ),
    "notice": (
        "INSERT INTO notice (principal_id, kind, subject, body, made_at, due_at, attempts, sent_at, failed_at, made_by)"
        " VALUES (1, 'digest', 's', 'b', %(at)s, %(at)s, %(n)s,"
        " CASE WHEN NOT %(kept)s AND %(n)s %% 2 = 0 THEN %(at)s::timestamptz END,"
        " CASE WHEN NOT %(kept)s AND %(n)s %% 2 = 1 THEN %(at)s::timestamptz END, 1)",
        "attempts",
    ),
    "ingest_count": ("INSERT INTO ingest_count (source_id, hour, slot, received) VALUES (1, %(at)s, %(n)s, 7)", "slot"),
    "ingest_reason": ("INSERT INTO ingest_reason VALUES (1, %(at)s, %(n)s, 'ignored', 'r', 1)", "slot"),
    "account": ("INSERT INTO account VALUES (1, %(at)s, %(n)s, 0, 0, 0, 0, true, %(at)s)", "door"),
    "loss_estimate": ("INSERT INTO loss_estimate VALUES (1, %(at)s, 0, 'spool_full', %(n)s)", "count"),
    "job_run": (
        "INSERT INTO job_run (job, window_at, state, principal_id)"
        " VALUES (%(n)s::text, %(at)s, CASE WHEN %(kept)s THEN 'running' ELSE 'failed' END, 1)",
        "job::int",
    ),
    "backfill_request": (
        "INSERT INTO backfill_request (source_id, device_id, from_at, to_at, cause, state, requested_at, finished_at,"
        " principal_id) VALUES (1, %(n)s::text, %(at)s, %(at)s::timestamptz + interval '1 hour', 'absence',"
        " CASE WHEN %(kept)s THEN 'waiting' ELSE 'done' END, %(at)s,"
        " CASE WHEN NOT %(kept)s THEN %(at)s::timestamptz END, 1)",
        "device_id::int",
    ),
    "dataset_row": (
        "WITH d AS (INSERT INTO dataset VALUES (CASE WHEN %(kept)s THEN 'bins' ELSE 'surveys' END, '', '', '', '', '',"
        " CASE WHEN %(kept)s THEN 'open' ELSE 'home' END, now(), 1)"
        " ON CONFLICT (name) DO UPDATE SET title = '' RETURNING name),"
        " v AS (INSERT INTO dataset_vintage (dataset, vintage, identifies, shape)"
        " SELECT name, '2026', 'uprn', '' FROM d ON CONFLICT DO NOTHING),"
        " l AS (INSERT INTO dataset_load (dataset, vintage, file, file_sha256, spec_sha256, spec, whole, at,"
        " principal_id) SELECT name, '2026', '', '', '', '', true, %(at)s, 1 FROM d RETURNING id, dataset, vintage)"
        " INSERT INTO dataset_row (dataset, vintage, key, load_id, line, given, values, hash)"
        " SELECT dataset, vintage, %(n)s::text, id, 1, '', '{}', decode(repeat('00', 16), 'hex') FROM l",
        "key::int",
    ),
    "room_day": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES (%(n)s::text, 'home', '') ON CONFLICT DO NOTHING)"
        " INSERT INTO room_day (place_id, day, until, damp_mould, excess_cold, excess_heat, damp_stands, cold_stands,"
        " heat_stands, covered, cold_hours, quiet, faults, rule_version, rule_hash) VALUES (%(n)s::text,"
        " (%(at)s::timestamptz AT TIME ZONE 'UTC')::date, 24, '', '', '', '', '', '', 0, 0, false, '{}', '', '')",
        "place_id::int",
    ),
    "room_state": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES (%(n)s::text, 'home', '') ON CONFLICT DO NOTHING)"
        " INSERT INTO room_state VALUES (%(n)s::text, (%(at)s::timestamptz AT TIME ZONE 'UTC')::date, 1,"
        " decode(repeat('00', 16), 'hex'), '')",
        "place_id::int",
    ),
    "round_plan": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES ('yard', 'depot', '') ON CONFLICT DO NOTHING), r AS"
        " (INSERT INTO round_plan (day, depot, version, state, made_at, made_by, published_at, roads, attribution,"
        " matrix_sha256, of_homes, published) VALUES (%(day)s, 'yard', %(n)s, 'superseded', %(at)s, 1, %(at)s, '', '',"
        " '{}', false, '{}') RETURNING id), v AS (INSERT INTO visit (day, key, plan_id, place_id, of_home, name, lon,"
        " lat, must, prize_p, service_s, reason, says) SELECT %(day)s, %(n)s::text, id, 'yard', false, '', 0, 0, true,"
        " 0, 0, 'manual', '' FROM r RETURNING id) INSERT INTO visit_outcome (visit_id, place_id, kind, at,"
        " principal_id, client_id) SELECT id, 'yard', 'emptied', %(at)s, 1, %(n)s::text FROM v",
        "version",
    ),
    "visit_request": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES ('yard', 'depot', '') ON CONFLICT DO NOTHING)"
        " INSERT INTO visit_request (place_id, kind, says, at, principal_id, client_id)"
        " VALUES ('yard', 'report', 'Full.', %(at)s, 1, %(n)s::text)",
        "client_id::int",
    ),
    "vehicle_outage": (
        "WITH p AS (INSERT INTO place (id, kind, name) VALUES ('yard', 'depot', '') ON CONFLICT DO NOTHING), v AS"
        " (INSERT INTO vehicle VALUES ('v1', 'RCV', 'rcv', '[]', '{}', 'd', 'yard', 'yard', 0, 0, 0, NULL, NULL,"
        " now(), 1)"
        " ON CONFLICT DO NOTHING) INSERT INTO vehicle_outage (vehicle_id, from_at, to_at, says, principal_id, ended_by)"
        " VALUES ('v1', %(at)s, %(at)s, %(n)s::text, 1, 1)",
        "says::int",
    ),
    "session": (
        "INSERT INTO session (token_hash, principal_id, expires_at)"
        " VALUES (decode(lpad(%(n)s::text, 64, '0'), 'hex'), 1, %(at)s)",
        "encode(token_hash, 'hex')::int",
    ),
    "sign_in_link": (
        "INSERT INTO sign_in_link VALUES (decode(lpad(%(n)s::text, 64, '0'), 'hex'), 1, %(at)s)",
        "encode(token_hash, 'hex')::int",
    ),
    "audit": (
        "INSERT INTO audit (at, principal_id, action, resource) VALUES (%(at)s, 1, 'read', %(n)s::text)",
        "CASE WHEN resource ~ '^[0-9]+$' THEN resource::int END",
    ),
}

# Table -> its class, or the classes of its rows of homes and of others.
CLASS_OF = {
    **dict.fromkeys(("reading", "reading_revision", "latest"), ("home_readings", "public_readings")),
    **dict.fromkeys(("reading_hour", "reading_day"), ("home_rollups", "public_rollups")),
    **dict.fromkeys(("batch", "uplink", "replay_touch", "account_fault"), "raw_batches"),
    **dict.fromkeys(("ingest_count", "ingest_reason", "account", "loss_estimate"), "books"),
    **dict.fromkeys(("session", "sign_in_link"), "sign_ins"),
    **dict.fromkeys(("room_day", "room_state"), "home_assessments"),
    "uplink_key": "uplink_keys",
    "quarantine": "quarantine",
    "device_event": "device_events",
    "alert": "alerts",
    "case_record": "cases",
    "request_key": "request_keys",
    "job_run": "job_runs",
    "backfill_request": "backfills",
    "notice": "notices",
    **dict.fromkeys(("round_plan", "visit_request", "vehicle_outage"), "rounds"),
    "dataset_row": "home_datasets",
    "audit": "audit",
}
CAN_BE_HELD = {"alert", "case_record", "job_run", "backfill_request", "notice", "dataset_row"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row to be: number, table, instant, whether of a home, whether it is of those that stay however old."""

    number: int
    table: str
    at: datetime
    in_home: bool
    kept: bool

    @property
    def data_class(self) -> str:
        """The class it belongs to."""
        names = CLASS_OF[self.table]
        return names if isinstance(names, str) else names[not self.in_home]

    @property
    def day(self) -> date:
        """The civil day it lies in."""
        return self.at.astimezone(LONDON).date()

    def goes(self, cut: datetime | None) -> bool:
        """Whether it goes at a cut."""
        if cut is None or (self.kept and self.table in CAN_BE_HELD):
            return False
        if self.table in ("room_day", "room_state"):
            return self.at.astimezone(UTC).date() < cut.astimezone(UTC).date()
        by_day = self.table in ("reading_day", "round_plan")
        return self.day < cut.astimezone(LONDON).date() if by_day else self.at < cut


def put(owner: Connection, row: Row, streams: dict[bool, int]) -> None:
    """Write a row, with the partition it needs."""
    if row.table in ("batch", "uplink", "reading", "reading_hour"):
        owner.execute("SELECT make_partition(%s::regclass, %s)", (row.table, row.at))
    values = {"n": row.number, "at": row.at, "day": row.day, "stream": streams[row.in_home], "kept": row.kept}
    owner.execute(TABLES[row.table][0], values)  # type: ignore[arg-type]


def there(owner: Connection) -> set[tuple[str, int]]:
    """Table and number of every row that is there."""
    return {
        (table, number)
        for table, (_, expression) in TABLES.items()
        for (number,) in owner.execute(f"SELECT DISTINCT {expression} FROM {table}")  # type: ignore[arg-type]
        if number is not None
    }


def wipe(owner: Connection) -> None:
    """Empty all of them, even the audit."""
    owner.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    owner.execute("SET hereabouts.letting_go = 'on'")
    owner.execute("DELETE FROM case_record")  # with its events, which let nobody truncate them
    owner.execute("DELETE FROM round_plan")  # with outcomes, as well
    owner.execute("RESET hereabouts.letting_go")
    others = ", ".join(TABLES.keys() - {"case_record", "round_plan"})
    owner.execute(f"TRUNCATE retention, ingest_past, job_past, notice_about, {others}")  # type: ignore[arg-type]
    owner.execute("ALTER TABLE audit ENABLE TRIGGER USER")
