"""A council with two patches of homes, and people at work in it, for the tests of cases."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.types.json import Jsonb

from hereabouts_platform.cases.life import stand
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_alerts import CaseChanges, follow_alerts
from hereabouts_platform.store.case_events import Clerk, Happened, events_of
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Principal
from hereabouts_schemas.case import CaseEventKind as Kind

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
REPORT = Happened(kind=Kind.REPORTED, at=NOW - timedelta(hours=1), detail={"by": "resident", "words": "Black spots."})


@dataclass(frozen=True, kw_only=True)
class Office:
    """A council with two patches of homes, their officers and a manager."""

    town: object
    owner: Connection
    url: str

    def person(self, name: str, role: str, **scope: object) -> None:
        row = self.owner.execute("INSERT INTO principal (kind, name) VALUES ('person', %s) RETURNING id", (name,))
        self.owner.execute("INSERT INTO principal_role VALUES (%s, %s, %s)", (*row.fetchone(), role, Jsonb(scope)))

    def home(self, name: str, patch: str | None = None) -> str:
        self.town.place(name)
        self.town.place(f"{name}/bed", "room", parent_id=name)
        if patch is not None:
            self.owner.execute("INSERT INTO patch_home VALUES (%s, %s)", (name, patch))
        return name

    def alert(self, place: str, level: str = "act", hazard: str = "damp_mould") -> int:
        number = {
            "value": 81.0,
            "unit": "%",
            "limit": 75.0,
            "from": "2026-11-24T10:00:00Z",
            "to": "2026-12-01T10:00:00Z",
        }
        return self.town.one(
            "INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule,"
            " rule_version, opened_at, updated_at, changed_by)"
            " VALUES ('place', %s, %s, %s, %s, 'The air is damp.', %s, 'r', '1', %s, %s, 1) RETURNING id",
            (place, place, hazard, level, Jsonb({"week": number}), NOW - timedelta(days=3), NOW),
        )  # fmt: skip

    def say(self, alert: int, *, level: str | None = None, cleared: bool = False) -> None:
        self.owner.execute(
            "UPDATE alert SET level = coalesce(%s, level), cleared_at = %s WHERE id = %s",
            (level, NOW if cleared else None, alert),
        )

    def follow(self, now: datetime = NOW) -> CaseChanges:
        with connect(self.url, DatabaseRole.JOBS) as jobs:
            by = principal_named(jobs, "system:jobs")
            with acting(jobs, by.id):
                return follow_alerts(jobs, by, now)

    def as_(self, name: str, now: datetime = NOW) -> "Desk":
        connection = connect(self.url, DatabaseRole.API)
        return Desk(connection=connection, by=principal_named(connection, name), now=now)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Somebody at work, as the api role; a transaction a call."""

    connection: Connection
    by: Principal
    now: datetime

    def __enter__(self) -> Clerk:
        self.connection.execute("BEGIN")
        self.connection.execute("SELECT set_config('hereabouts.principal', %s, true)", (str(self.by.id),))
        return Clerk.at(self.connection, self.by, self.now)

    def __exit__(self, error: type | None, *_: object) -> None:
        self.connection.execute("COMMIT" if error is None else "ROLLBACK")
        self.connection.close()


def make_office(town) -> Office:
    """Ada of the north, Bo of the south, Cy who manages, Di who reads; two homes in the north, one in the south."""
    owner = town.owner
    owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    owner.execute("INSERT INTO patch (code, name, team) VALUES ('north', 'North', 'Damp'), ('south', 'South', 'Damp')")
    made = Office(town=town, owner=owner, url=town.url)
    made.person("Ada", "housing-officer", patches=["north"])
    made.person("Bo", "housing-officer", patches=["south"])
    made.person("Cy", "housing-manager")
    made.person("Di", "reader")
    made.home("n1", "north")
    made.home("n2", "north")
    made.home("s1", "south")
    return made


def kinds(office: Office, case: int) -> list[str]:
    return [event.kind.value for event in events_of(office.owner, case)]


def only_case(office: Office) -> int:
    return office.town.one("SELECT max(id) FROM case_record WHERE state <> 'closed'")


def check_row(office: Office, case: int) -> None:
    """A case's row says what its events say."""
    standing = stand(events_of(office.owner, case))
    row = office.owner.execute(
        "SELECT c.state, c.level, c.outcome, c.closed_at, p.name, c.last_event FROM case_record c"
        " LEFT JOIN principal p ON p.id = c.assignee_id WHERE c.id = %s", (case,)).fetchone()  # fmt: skip
    said = (
        standing.state,
        standing.level,
        standing.outcome,
        standing.closed_at,
        standing.assignee,
        standing.last_event,
    )
    assert row == said
