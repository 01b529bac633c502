"""Retention: after any history and under any rules, a run deletes what the report said, and nothing younger."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from retention_rows import CLASS_OF, TABLES, Row, put, there, wipe

from hereabouts_platform.jobs.registry import RETENTION
from hereabouts_platform.jobs.retention import keep_rules, let_go, report
from hereabouts_platform.jobs.run import run_job
from hereabouts_platform.rules.retention import CLASSES, DEFAULTS, NOTICE, check_keeps, cut_of
from hereabouts_platform.store import retention as store
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import Connection, DatabaseRole, connect

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
LADDER = ["60 days", "13 months", "25 months", "3 years", "forever"]

Town = Any


@pytest.fixture
def streams(town: Town) -> dict[bool, int]:
    """A datastream of a room in a home (True), and one of a street (False)."""
    town.place("flat")
    town.place("flat/hall", "room", parent_id="flat")
    town.place("street", "street")
    return {
        True: town.sensor("flat/hall", "air_temperature")["air_temperature"],
        False: town.sensor("street", "air_temperature")["air_temperature"],
    }


@pytest.fixture
def jobs(town: Town) -> Any:
    with connect(town.url, DatabaseRole.JOBS) as connection:
        yield connection


@st.composite
def keeps(draw: st.DrawFn) -> dict[str, str]:
    """Any rules that settings would take."""
    chosen = {}
    for kind in ("home", "public"):
        readings = draw(st.integers(0, len(LADDER) - 1))
        chosen[f"{kind}_readings"] = LADDER[readings]
        chosen[f"{kind}_rollups"] = LADDER[draw(st.integers(readings, len(LADDER) - 1))]
    for name in CLASSES.keys() - chosen.keys():
        chosen[name] = draw(st.sampled_from([*LADDER[CLASSES[name].least > 60 :], CLASSES[name].keep]))
    return check_keeps(chosen)


ROWS = st.lists(
    st.tuples(st.sampled_from(sorted(TABLES)), st.integers(0, 40 * 365 * 3), st.booleans(), st.booleans()),
    min_size=10,
    max_size=60,
    unique_by=lambda row: row[1],
).map(
    lambda rows: [
        Row(number=number, table=table, at=NOW - timedelta(hours=hours), in_home=in_home, kept=kept)
        for number, (table, hours, in_home, kept) in enumerate(rows, 1)
    ]
)


def follow(connection: Connection, rules: Mapping[str, str]) -> None:
    """Have these rules stand for long enough."""
    keep_rules(connection, principal_named(connection, "system:jobs"), rules)


def age_rules(owner: Connection) -> None:
    owner.execute("UPDATE retention SET changed_at = changed_at - %s", (NOTICE + timedelta(hours=2),))


def fill(owner: Connection, rows: list[Row], streams: dict[bool, int]) -> set[tuple[str, int]]:
    wipe(owner)
    for row in rows:
        put(owner, row, streams)
    return there(owner)


def is_daily(row: Row, rows: list[Row]) -> bool:
    """A day holds one rollup; the first of a day stays, as the insertion of a second would fail."""
    return any(o.table == row.table and o.day == row.day and o.in_home == row.in_home for o in rows)


def distinct(rows: list[Row]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if row.table != "reading_day" or not is_daily(row, found):
            found.append(row)
    return found


def told(owner: Connection) -> Counter[str]:
    """Rows by class, as the audit says."""
    counts: Counter[str] = Counter()
    for name, rows in owner.execute("SELECT detail ->> 'retention', (detail -> 'rows')::int FROM audit"):
        if name is not None:
            counts[name] += rows
    return counts


@given(rows=ROWS, rules=keeps(), cut_off_after=st.none() | st.integers(0, 60))
@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_run_deletes_what_the_report_said_and_nothing_younger(
    *,
    town: Town,
    streams: dict[bool, int],
    jobs: Connection,
    rows: list[Row],
    rules: dict[str, str],
    cut_off_after: int | None,
) -> None:
    rows = distinct(rows)
    before = fill(town.owner, rows, streams)
    follow(jobs, rules)
    age_rules(town.owner)
    principal = principal_named(jobs, "system:jobs")
    goes = {(r.table, r.number): r for r in rows if r.goes(cut_of(r.data_class, rules[r.data_class], NOW))}
    goes = {key: row for key, row in goes.items() if key in before}
    said = Counter({(c.data.name, d.part): d.rows for c in report(jobs, principal, NOW) for d in c.due})
    expected = Counter((row.data_class, row.table) for row in goes.values())
    assert +said == expected

    if cut_off_after is not None:
        cut_off(jobs, principal, cut_off_after)
        assert there(town.owner) >= before - goes.keys()
    let_go(jobs, principal, NOW, NOW)
    assert there(town.owner) == before - goes.keys()
    by_class: Counter[str] = Counter()
    for (name, _), number in expected.items():
        by_class[name] += number
    assert told(town.owner) == by_class
    (received,) = town.owner.execute("SELECT coalesce(sum(received), 0) FROM ingest_total").fetchone()
    assert received == 7 * sum(row.table == "ingest_count" for row in rows)

    assert let_go(jobs, principal, NOW, NOW)["rows"] == 0
    assert there(town.owner) == before - goes.keys()
    assert all(d.rows == 0 for c in report(jobs, principal, NOW) for d in c.due)


def cut_off(jobs: Connection, principal: Any, transactions: int) -> None:
    """A run that dies after so many transactions, whatever it was at."""
    real, left = store.acting, iter(range(transactions))

    def counted(*arguments: Any) -> Any:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return real(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "acting", counted)
        patch.setattr(store, "STREAMS", 1)
        try:
            let_go(jobs, principal, NOW, NOW)
        except KeyboardInterrupt:
            return


def test_partitions_go_whole_where_both_classes_go(town: Town, streams: dict[bool, int], jobs: Connection) -> None:
    old, between = NOW - timedelta(days=8 * 365), NOW - timedelta(days=3 * 365)
    for number, (at, in_home) in enumerate([(old, True), (old, False), (between, True), (between, False)], 1):
        put(town.owner, Row(number=number, table="reading", at=at, in_home=in_home, kept=False), streams)
    follow(jobs, DEFAULTS)
    age_rules(town.owner)
    let_go(jobs, principal_named(jobs, "system:jobs"), NOW, NOW)
    assert town.owner.execute("SELECT batch_id FROM reading").fetchall() == [(4,)]
    pieces = town.owner.execute("SELECT starts, ends FROM retention_pieces('reading')").fetchall()
    assert len(pieces) == 1
    assert pieces[0][0] <= between < pieces[0][1]
    # A late reading may still be put there: it stays until the next run.
    put(town.owner, Row(number=5, table="reading", at=old, in_home=True, kept=False), streams)
    assert let_go(jobs, principal_named(jobs, "system:jobs"), NOW, NOW)["rows"] == 1


def test_a_rule_is_followed_only_when_it_has_stood_for_a_week(
    town: Town, streams: dict[bool, int], jobs: Connection
) -> None:
    old = NOW - timedelta(days=400)
    put(town.owner, Row(number=1, table="reading", at=old, in_home=True, kept=False), streams)
    assert run_job(town.url, RETENTION.name, NOW).detail == {"rows": 0, "noticed": len(CLASSES)}
    age_rules(town.owner)
    assert run_job(town.url, RETENTION.name, NOW).detail == {"rows": 0, "noticed": 0}
    principal = principal_named(jobs, "system:jobs")
    shorter = check_keeps({"home_readings": "60 days"})
    follow(jobs, shorter)
    [home] = [each for each in report(jobs, principal, datetime.now(UTC)) if each.data.name == "home_readings"]
    assert home.follows_from is not None
    assert home.follows_from > NOW + NOTICE - timedelta(minutes=1)
    assert home.due[0].rows == 1
    assert run_job(town.url, RETENTION.name, NOW).detail == {"rows": 0, "noticed": 1}
    follow(jobs, shorter)  # jobs were started again with the same settings: the notice goes on
    age_rules(town.owner)
    assert run_job(town.url, RETENTION.name, NOW).detail == {"rows": 1, "home_readings": 1, "noticed": 0}


def test_the_horizon_moves_before_anything_goes_and_never_back(town: Town, jobs: Connection) -> None:
    follow(jobs, check_keeps({"home_readings": "60 days"}))
    age_rules(town.owner)
    principal = principal_named(jobs, "system:jobs")
    let_go(jobs, principal, NOW, NOW)
    near = cut_of("home_readings", "60 days", NOW)
    with jobs.transaction():
        assert store.hold_horizons(jobs)["home_readings"] == near
        with connect(town.url, DatabaseRole.JOBS) as other:
            other.execute("SET lock_timeout = '200ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                let_go(other, principal, NOW, NOW)
    follow(jobs, DEFAULTS)
    age_rules(town.owner)
    let_go(jobs, principal, NOW, NOW)
    with jobs.transaction():
        assert store.hold_horizons(jobs)["home_readings"] == near


def test_the_jobs_role_cannot_take_what_is_young(town: Town, streams: dict[bool, int], jobs: Connection) -> None:
    put(town.owner, Row(number=1, table="reading", at=NOW, in_home=True, kept=False), streams)
    follow(jobs, DEFAULTS)
    jobs.execute("SELECT set_config('hereabouts.principal', '1', false)")
    young = NOW - timedelta(days=30)
    for statement, values in (
        ("DELETE FROM reading", ()),
        ("DELETE FROM audit", ()),
        ("UPDATE retention SET before = now()", ()),
        ("SELECT retention_begin('home_readings', %s)", (young,)),
        ("SELECT retention_delete('home_readings', 'latest', %s, 0, 10)", (young,)),
        ("SELECT retention_delete('audit', 'reading', %s, 0, 10)", (young,)),
        ("SELECT retention_drop('reading', %s)", (young,)),
        ("SELECT retention_thin('home_readings', 'reading', '{1}', '-infinity', %s)", (young,)),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            jobs.execute(statement, values)
    jobs.execute("SELECT set_config('hereabouts.principal', '', false)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="by somebody"):
        jobs.execute("SELECT retention_begin('home_readings', '2020-01-01Z')")
    for role in (DatabaseRole.API, DatabaseRole.INGEST):
        with connect(town.url, role) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
            other.execute("SELECT retention_look('audit', now())")


def test_a_young_row_of_the_audit_goes_by_no_way(town: Town) -> None:
    for age, goes in ((2 * 365, True), (300, False)):
        put(town.owner, Row(number=age, table="audit", at=NOW - timedelta(days=age), in_home=False, kept=False), {
            False: 0
        })  # fmt: skip
        for letting_go in (False, True):
            with town.owner.transaction(force_rollback=True):
                town.owner.execute(
                    "SELECT set_config('hereabouts.letting_go', %s, true)", ("on" if letting_go else "",)
                )
                delete = "DELETE FROM audit WHERE resource = %s"
                if goes and letting_go:
                    assert town.owner.execute(delete, (str(age),)).rowcount == 1
                    continue
                with pytest.raises(psycopg.errors.InsufficientPrivilege), town.owner.transaction():
                    town.owner.execute(delete, (str(age),))


# By another job, purge_posts: the answers to webhooks and by what a signed request is known again, after a day.
OTHER_JOBS = {"post", "signed_post"}
# Tables whose rows stand for as long as what they tell of is so: none of them goes by age.
KEPT_WHILE_TRUE = {
    *("principal", "principal_role", "api_key", "place", "area", "place_area", "tenancy", "household.circumstance"),
    *("profile", "profile_version", "device", "device_heard", "device_health", "deployment", "datastream"),
    *("registry_version", "source", "account_progress", "backfill_origin", "migration"),
    *("retention", "ingest_past", "job_past", "rollup_progress", "rollup_pending"),
    # What is to be assessed, and up to when all was.
    *("assessment_touched", "assessment_due", "assessment_progress"),
    # Boundaries and their licences; of datasets what is said of them, and which file is where rows come or came from.
    *("area_source", "dataset", "dataset_vintage", "dataset_column", "dataset_load"),
    # A pseudonym goes with its place; the key and the kinds of area are settings.
    *("publishing.pseudonym", "publishing.pseudonym_key", "publishing.area_kind"),
    # Whose homes are; and what belongs to a case, and goes with it.
    *("patch", "patch_home", "patch_rule", "case_policy"),
    *("case_event", "case_alert", "case_clock", "case_evidence", "case_file"),
    # One row a slot, and which sources may speak for a device.
    *("ingest_session", "loss_told", "device_source"),
    # Who asked for e-mails; what a notice is about goes with the notice, the watch over works with its case.
    *("contact", "notice_about", "relapse_watch"),
    # What is planned with, and where forecasts stand; what belongs to a plan, and goes with it.
    *("vehicle", "crew", "baseline", "calendar_entry", "bin_state", "bin_group_state", "round", "visit"),
    "weather_told",  # what is told of the next days, in one row a station
    *("visit_outcome", "visit_request_withdrawn", "plan_change", "round_acceptance"),
}


def test_every_table_has_a_class_or_is_kept_while_it_is_true(town: Town) -> None:
    """A new table: give it a class in retention_parts() of a migration, or a place in the list above."""
    tables = {
        name
        for (name,) in town.owner.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relowner = 'hereabouts_owner'::regrole"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'"
            " AND c.relnamespace::regnamespace::text NOT LIKE '\\_timescaledb%'"
        )
    }
    parts = town.owner.execute("SELECT class, part::text, at_least FROM retention_parts()").fetchall()
    assert {part for _, part, _ in parts} == set(TABLES) == set(CLASS_OF)
    assert tables - {part for _, part, _ in parts} == KEPT_WHILE_TRUE | OTHER_JOBS
    assert {(name, least.days) for name, _, least in parts} == {(c.name, c.least) for c in CLASSES.values()}
