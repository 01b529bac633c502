"""Cases in the store: alerts open and join them, people work them, each is as its events leave it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.types.json import Jsonb

from hereabouts_platform.cases.life import stand
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.case_alerts import CaseChanges, follow_alerts, open_from_alert
from hereabouts_platform.store.case_clocks import CasePolicy, clock_history
from hereabouts_platform.store.case_events import Clerk, Happened, RequestKey, events_of, set_policy
from hereabouts_platform.store.case_files import Attachment, attach, read_file
from hereabouts_platform.store.case_list import (
    CaseFilter,
    Sort,
    View,
    behind,
    case_counts,
    find_case,
    list_cases,
)
from hereabouts_platform.store.cases import open_report, record_event
from hereabouts_platform.store.connection import Connection, DatabaseRole, acting, connect
from hereabouts_schemas.access import Principal
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.case import CaseState
from hereabouts_schemas.errors import InputError, NotAllowed, NotFound, NotNow

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


@pytest.fixture
def office(town) -> Iterator[Office]:
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


def test_one_case_a_home_and_hazard_gathers_its_alerts(office: Office) -> None:
    bed, whole = office.alert("n1/bed"), office.alert("n1", "watch")
    office.alert("n1", "act", "excess_cold")
    office.alert("s1", "watch")
    assert office.follow() == CaseChanges(opened=2, told=0)
    assert office.follow() == CaseChanges()
    damp = office.town.one("SELECT id FROM case_record WHERE hazard = 'damp_mould'")
    assert kinds(office, damp) == ["indicated", "alert_raised", "assigned", "alert_raised"]
    rows = office.owner.execute("SELECT alert_id, level FROM case_alert WHERE case_id = %s ORDER BY 1", (damp,))
    assert rows.fetchall() == [(bed, "act"), (whole, "watch")]
    check_row(office, damp)
    statements = office.town.one("SELECT count(*) FROM case_evidence WHERE case_id = %s", (damp,))
    assert statements == 2


def test_a_case_hears_every_change_and_is_not_closed_by_a_clearing(office: Office) -> None:
    alert = office.alert("n1/bed")
    office.follow()
    case = only_case(office)
    office.say(alert, level="urgent")
    assert office.follow() == CaseChanges(told=1)
    assert find_case(office.owner, case, NOW)["level"] == "urgent"
    office.say(alert, cleared=True)
    assert office.follow() == CaseChanges(told=1)
    assert office.follow() == CaseChanges()
    assert kinds(office, case)[-2:] == ["alert_changed", "alert_cleared"]
    row = find_case(office.owner, case, NOW)
    assert (row["state"], row["level"]) == ("reported", None)
    again = office.alert("n1/bed", "watch")
    assert office.follow() == CaseChanges(told=1)
    assert office.owner.execute("SELECT level FROM case_alert WHERE alert_id = %s", (again,)).fetchone() == ("watch",)
    check_row(office, case)


def test_what_people_dismissed_stays_so_until_the_alert_is_worse(office: Office) -> None:
    alert = office.alert("n1/bed")
    office.follow()
    case = only_case(office)
    with office.as_("Ada") as ada:
        record_event(ada, case, Happened(kind=Kind.DISMISSED, at=NOW, detail={"reason": "A kettle."}))
    assert office.follow() == CaseChanges()
    office.say(alert, level="urgent")
    assert office.follow() == CaseChanges(opened=1)
    assert only_case(office) != case
    office.say(alert, cleared=True)
    office.alert("n2/bed", "watch")
    assert office.follow() == CaseChanges(told=1)


def test_an_officer_opens_a_case_from_a_lower_alert(office: Office) -> None:
    alert = office.alert("n1/bed", "watch")
    assert office.follow() == CaseChanges()
    with office.as_("Bo") as bo, pytest.raises(InputError, match="No such alert stands"):
        open_from_alert(bo, alert)
    with office.as_("Ada") as ada:
        opened = open_from_alert(ada, alert)
    assert office.follow() == CaseChanges()
    check_row(office, opened.case)
    with office.as_("Ada") as ada, pytest.raises(NotNow, match="joins it by itself"):
        open_from_alert(ada, alert)


def test_settings_say_from_which_level_on(office: Office) -> None:
    office.alert("n1/bed", "watch")
    with connect(office.url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        set_policy(jobs, CasePolicy(least=Level.WATCH))
    assert office.follow() == CaseChanges(opened=1)


def test_a_report_opens_a_case_or_joins_the_one_that_is_open(office: Office) -> None:
    key = RequestKey(key="call-7", asked={"place": "n1/bed"})
    for again in (False, True):
        with office.as_("Ada") as ada:
            made = open_report(ada, "n1/bed", "damp_mould", REPORT, key)
        assert made.again is again
    assert kinds(office, made.case) == ["reported", "assigned"]
    office.alert("n1/bed")
    assert office.follow() == CaseChanges(told=1)
    with office.as_("Cy") as cy:
        assert open_report(cy, "n1", "damp_mould", REPORT).case == made.case
    assert kinds(office, made.case) == ["reported", "assigned", "alert_raised", "reported"]
    with office.as_("Ada") as ada, pytest.raises(InputError, match="asked for something else"):
        open_report(ada, "n1", "damp_mould", REPORT, RequestKey(key="call-7", asked={"place": "n2"}))
    with office.as_("Ada") as ada, pytest.raises(InputError, match="damp_mould, excess_cold, excess_heat"):
        open_report(ada, "n1", "rats", REPORT)


def test_an_officer_sees_and_works_their_patch_alone(office: Office) -> None:
    office.alert("n1/bed")
    office.alert("s1/bed")
    office.follow()
    mine, other = (office.town.one("SELECT id FROM case_record WHERE place_id = %s", (h,)) for h in ("n1", "s1"))
    triage = Happened(kind=Kind.TRIAGED, at=NOW)
    with office.as_("Ada") as ada:
        assert [row["id"] for row in list_cases(ada.connection, CaseFilter(), Sort.DUE, NOW, behind=None, most=9)] == [
            mine
        ]
        assert ada.connection.execute("SELECT array_agg(id ORDER BY id) FROM place").fetchone() == (
            ["n1", "n1/bed", "n2", "n2/bed"],)  # fmt: skip
        assert ada.connection.execute("SELECT count(*) FROM alert").fetchone() == (1,)
        record_event(ada, mine, triage)
    with office.as_("Ada") as ada, pytest.raises(NotFound):
        record_event(ada, other, triage)
    with office.as_("Ada") as ada, pytest.raises(InputError, match="that you may see"):
        open_report(ada, "s1", "damp_mould", REPORT)
    with office.as_("Ada") as ada, pytest.raises(NotAllowed, match="may not review cases"):
        record_event(ada, mine, Happened(kind=Kind.REVIEWED, at=NOW, detail={"upheld": True}))
    with office.as_("Di") as di, pytest.raises(NotAllowed, match="may not write cases"):
        record_event(di, mine, triage)
    with office.as_("Cy") as cy:
        record_event(cy, other, triage)


def test_the_database_itself_keeps_people_out(office: Office) -> None:
    office.alert("s1/bed")
    office.follow()
    case = only_case(office)
    tell = "INSERT INTO case_event (case_id, kind, at, principal_id) VALUES (%s, 'triaged', now(), %s)"
    for name in ("Ada", "Di"):
        with office.as_(name) as clerk, pytest.raises(psycopg.errors.InsufficientPrivilege):
            clerk.connection.execute(tell, (case, clerk.by.id))
        with office.as_(name) as clerk:
            assert clerk.connection.execute("UPDATE case_record SET state = 'works'").rowcount == 0
    with office.as_("Bo") as bo, pytest.raises(psycopg.errors.InsufficientPrivilege):
        bo.connection.execute(tell, (case, 1))
    for statement in (
        "UPDATE case_event SET kind = 'closed'", "DELETE FROM case_event", "SELECT * FROM tenancy",
        "SELECT * FROM household.circumstance", "UPDATE case_clock SET due_at = now()", "DELETE FROM case_file",
        "UPDATE case_evidence SET kind = 'hours'", "UPDATE case_record SET place_id = 'n1'",
    ):  # fmt: skip
        with office.as_("Cy") as cy, pytest.raises(psycopg.errors.InsufficientPrivilege):
            cy.connection.execute(statement.encode())
    for statement in (b"UPDATE case_event SET kind = 'closed'", b"DELETE FROM case_event", b"DELETE FROM case_record"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            office.owner.execute(statement)


def test_circumstances_are_a_yes_or_no(office: Office) -> None:
    lease = "INSERT INTO tenancy (place_id, from_at, kind, household_ref) VALUES ('n1', '2020-01-01Z', %s, 'H')"
    office.owner.execute(lease, ("social_lease",))
    office.owner.execute("INSERT INTO household.circumstance (household_ref, vulnerable) VALUES ('H', true)")
    office.alert("n1/bed")
    office.alert("n2/bed")
    office.follow()
    with office.as_("Ada") as ada:
        listed = {
            weighs: [row["home"] for row in list_cases(
                ada.connection, CaseFilter(weighs_in=weighs), Sort.DUE, NOW, behind=None, most=9)]
            for weighs in (True, False, None)
        }  # fmt: skip
        assert listed == {True: ["n1"], False: ["n2"], None: ["n1", "n2"]}
        assert ada.connection.execute("SELECT weighs_in('n1'), tenancy_kind_at('n1', now())").fetchone() == (
            True, "social_lease")  # fmt: skip
    with office.as_("Bo") as bo:
        assert bo.connection.execute("SELECT weighs_in('n1'), tenancy_kind_at('n1', now())").fetchone() == (False, None)


def test_clocks_follow_events_and_old_ones_are_kept(office: Office) -> None:
    with office.as_("Ada") as ada:
        case = open_report(ada, "n1", "damp_mould", REPORT).case
    row = find_case(office.owner, case, NOW)
    assert row["next_due"] is not None
    first = clock_history(office.owner, case)
    with office.as_("Ada") as ada:
        wrong = events_of(ada.connection, case)[0].id
        detail = {"event": wrong, "at": "2026-11-25T09:00:00Z"}
        record_event(ada, case, Happened(kind=Kind.CORRECTED, at=NOW, detail=detail))
    later = clock_history(office.owner, case)
    assert [one["id"] for one in later][: len(first)] == [one["id"] for one in first]
    assert find_case(office.owner, case, NOW)["next_due"] < row["next_due"]
    assert any(one["superseded_at"] is not None for one in later)
    standing = [one["key"] for one in later if one["superseded_at"] is None]
    assert len(standing) == len(set(standing))
    with office.as_("Ada") as ada:
        record_event(ada, case, Happened(kind=Kind.COMMENTED, at=NOW, detail={"words": "Rang."}))
    assert len(clock_history(office.owner, case)) == len(later)


def test_lists_go_on_where_they_ended_in_every_order(office: Office) -> None:
    for number in range(7):
        office.home(f"h{number}", "north")
        office.alert(f"h{number}/bed", ("act", "urgent")[number % 2])
    office.follow()
    with office.as_("Ada") as ada:
        open_report(ada, "n1", "excess_cold", REPORT)
    with office.as_("Cy") as cy:
        for sort in Sort:
            whole = list_cases(cy.connection, CaseFilter(), sort, NOW, behind=None, most=99)
            assert len(whole) == 8
            paged: list[int] = []
            after = None
            while rows := list_cases(cy.connection, CaseFilter(), sort, NOW, behind=after, most=3):
                paged += [row["id"] for row in rows]
                after = behind(rows[-1], sort)
            assert paged == [row["id"] for row in whole]
        levels = [
            row["level"] for row in list_cases(cy.connection, CaseFilter(), Sort.LEVEL, NOW, behind=None, most=99)
        ]
        assert levels == ["urgent"] * 3 + ["act"] * 4 + [None]


def test_views_and_their_counts(office: Office) -> None:
    for home in ("n1", "n2", "s1"):
        office.alert(f"{home}/bed")
    office.follow()
    n1, n2 = (office.town.one("SELECT id FROM case_record WHERE place_id = %s", (home,)) for home in ("n1", "n2"))
    snooze = {"until": "2026-12-05T10:00:00Z", "reason": "Boiler on Friday."}
    with office.as_("Ada") as ada:
        record_event(ada, n1, Happened(kind=Kind.SNOOZED, at=NOW, detail=snooze))
        record_event(ada, n2, Happened(kind=Kind.ASSIGNED, at=NOW, detail={"assignee": None}))
    late = NOW + timedelta(days=30)
    for now, mine, unassigned, snoozed, overdue in ((NOW, 0, 1, 1, 0), (late, 1, 1, 0, 2)):
        with office.as_("Ada") as ada:
            counts = case_counts(ada.connection, now)
            found = (counts.mine, counts.unassigned, counts.snoozed, counts.overdue, counts.to_review)
            assert found == (mine, unassigned, snoozed, overdue, 1)
            for view, count in ((View.MINE, mine), (View.UNASSIGNED, unassigned), (View.SNOOZED, snoozed)):
                wanted = CaseFilter(view=view)
                assert len(list_cases(ada.connection, wanted, Sort.DUE, now, behind=None, most=9)) == count
    with office.as_("Ada") as ada, pytest.raises(InputError, match="Those who work in this patch are: Ada, Cy"):
        record_event(ada, n1, Happened(kind=Kind.ASSIGNED, at=NOW, detail={"assignee": "Bo"}))


def test_a_case_does_not_come_back_beside_another(office: Office) -> None:
    with office.as_("Ada") as ada:
        old = open_report(ada, "n1", "damp_mould", REPORT).case
        record_event(ada, old, Happened(kind=Kind.DISMISSED, at=NOW, detail={"reason": "Nothing there."}))
        new = open_report(ada, "n1", "damp_mould", REPORT).case
    assert new != old
    with office.as_("Ada") as ada, pytest.raises(NotNow, match=f"case {new} open for the same hazard"):
        record_event(ada, old, Happened(kind=Kind.REOPENED, at=NOW, detail={"reason": "It is back."}))
    assert stand(events_of(office.owner, old)).state is CaseState.CLOSED


def test_files_are_what_they_say_they_are(office: Office) -> None:
    photo = Attachment(name="wall.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff\xe0photo")
    with office.as_("Ada") as ada:
        case = open_report(ada, "n1", "damp_mould", REPORT).case
        first, again = attach(ada, case, photo), attach(ada, case, photo)
        assert (again.event, again.again) == (first.event, True)
        (number,) = (event.detail["file"] for event in events_of(ada.connection, case) if event.id == first.event)
        assert read_file(ada.connection, case, int(str(number))) == photo
    with office.as_("Bo") as bo:
        assert read_file(bo.connection, case, int(str(number))) is None
    for wrong in (
        Attachment(name="wall.jpg", media_type="image/jpeg", content=b"<script>"),
        Attachment(name="a/b.jpg", media_type="image/jpeg", content=photo.content),
        Attachment(name="a.html", media_type="text/html", content=b"<p>"),
        Attachment(name="a.txt", media_type="text/plain", content=b"\xff"),
        Attachment(name="a.txt", media_type="text/plain", content=b""),
        Attachment(name="a.txt", media_type="text/plain", content=b"a" * (8 * 2**20 + 1)),
    ):
        with office.as_("Ada") as ada, pytest.raises(InputError):
            attach(ada, case, wrong)
