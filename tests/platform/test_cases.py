"""Cases in the store: alerts open and join them, people work them, each is as its events leave it."""

import pytest
from case_office import NOW, REPORT, Office, check_row, kinds, only_case

from hereabouts_platform.cases.life import stand
from hereabouts_platform.store.case_alerts import CaseChanges, open_from_alert
from hereabouts_platform.store.case_clocks import CasePolicy, clock_history
from hereabouts_platform.store.case_events import Happened, RequestKey, events_of, set_policy
from hereabouts_platform.store.case_list import find_case
from hereabouts_platform.store.cases import open_report, record_event
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.case import CaseState
from hereabouts_schemas.errors import InputError, NotNow


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


def test_a_case_does_not_come_back_beside_another(office: Office) -> None:
    with office.as_("Ada") as ada:
        old = open_report(ada, "n1", "damp_mould", REPORT).case
        record_event(ada, old, Happened(kind=Kind.DISMISSED, at=NOW, detail={"reason": "Nothing there."}))
        new = open_report(ada, "n1", "damp_mould", REPORT).case
    assert new != old
    with office.as_("Ada") as ada, pytest.raises(NotNow, match=f"case {new} open for the same hazard"):
        record_event(ada, old, Happened(kind=Kind.REOPENED, at=NOW, detail={"reason": "It is back."}))
    assert stand(events_of(office.owner, old)).state is CaseState.CLOSED
