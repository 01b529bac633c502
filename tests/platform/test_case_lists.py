"""Lists of cases: every order goes on where it ended, views and their counts agree."""

from datetime import timedelta

import pytest
from case_office import NOW, REPORT, Office

from hereabouts_platform.store.case_events import Happened
from hereabouts_platform.store.case_list import CaseFilter, Sort, View, behind, case_counts, list_cases
from hereabouts_platform.store.cases import open_report, record_event
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError


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
