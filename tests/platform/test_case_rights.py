"""Who sees and works which cases: officers their patch, and the database itself keeps the others out."""

import psycopg
import pytest
from case_office import NOW, REPORT, Office, only_case

from hereabouts_platform.store.case_events import Happened
from hereabouts_platform.store.case_list import CaseFilter, Sort, list_cases
from hereabouts_platform.store.cases import open_report, record_event
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError, NotAllowed, NotFound


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
