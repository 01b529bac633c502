"""The life of a case: which event may happen when, what state follows; a correction is as if it had been so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.cases.assignment import PatchRule, assignee
from hereabouts_platform.cases.details import NEEDED, checked
from hereabouts_platform.cases.joining import AlertFacts, Joining, joining
from hereabouts_platform.cases.life import check, effective, possible, stand
from hereabouts_platform.cases.steps import STEPS
from hereabouts_schemas.alert import Level
from hereabouts_schemas.case import CaseEvent, CaseOutcome, CaseState
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError, NotNow

NOW = datetime(2026, 12, 1, 10, tzinfo=UTC)
UNTIL = "2026-12-10T09:00:00Z"
DETAILS: dict[Kind, dict[str, object]] = {
    Kind.REPORTED: {"by": "resident"},
    Kind.INVESTIGATION_BEGUN: {"type": "remote"},
    Kind.INVESTIGATION_CONCLUDED: {"type": "in_person", "significance": "significant"},
    Kind.SUMMARY_SENT: {"way": "hand"},
    Kind.ACCESS_ATTEMPTED: {"result": "nobody_in"},
    Kind.ACCOMMODATION_OFFERED: {"accepted": None},
    Kind.ASSIGNED: {"assignee": "Ada"},
    Kind.COMMENTED: {"words": "Black spots behind the wardrobe."},
    Kind.SNOOZED: {"until": UNTIL, "reason": "The boiler comes on Friday."},
    Kind.DISMISSED: {"reason": "A kettle under the sensor."},
    Kind.REVIEWED: {"upheld": False},
    Kind.CLOSED: {"outcome": "cause_found", "reason": "The fan was dead."},
    Kind.REOPENED: {"reason": "It is back."},
    Kind.ALERT_RAISED: {"alert": 7, "place": "h/bed", "level": "act", "reason": "Damp."},
}


def event(number: int, kind: Kind, actor: str = "Ada", **detail: object) -> CaseEvent:
    at = NOW - timedelta(hours=100 - number)
    return CaseEvent(id=number, kind=kind, at=at, actor=actor, detail=DETAILS.get(kind, {}) | detail)


def case(*kinds: Kind) -> list[CaseEvent]:
    return [event(number, kind) for number, kind in enumerate((Kind.ALERT_RAISED, *kinds), start=1)]


def refused(events: Sequence[CaseEvent], wanted: CaseEvent) -> str:
    with pytest.raises(NotNow) as caught:
        check(events, wanted, NOW)
    return str(caught.value)


BEGUN = (Kind.TRIAGED, Kind.INVESTIGATION_BEGUN)
FOUND = (*BEGUN, Kind.INVESTIGATION_CONCLUDED)
WORKS = (*FOUND, Kind.SUMMARY_SENT, Kind.WORKS_BEGUN)


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ((), CaseState.REPORTED),
        ((Kind.TRIAGED,), CaseState.TRIAGED),
        (BEGUN, CaseState.INVESTIGATING),
        ((Kind.INVESTIGATION_CONCLUDED,), CaseState.INVESTIGATING),
        ((Kind.EMERGENCY_FOUND,), CaseState.INVESTIGATING),
        (FOUND, CaseState.INVESTIGATING),
        (WORKS, CaseState.WORKS),
        ((*FOUND, Kind.PREVENTATIVE_WORK_BEGUN), CaseState.WORKS),
        ((*WORKS, Kind.ACCESS_ATTEMPTED, Kind.COMMENTED), CaseState.WORKS),
        ((*WORKS, Kind.WORKS_DONE), CaseState.MONITORING),
        ((*WORKS, Kind.WORKS_DONE, Kind.INVESTIGATION_BEGUN), CaseState.INVESTIGATING),
        ((*WORKS, Kind.WORKS_DONE, Kind.CLOSED), CaseState.CLOSED),
        ((*FOUND, Kind.CLOSED, Kind.REOPENED), CaseState.TRIAGED),
        ((Kind.DISMISSED,), CaseState.CLOSED),
        ((Kind.ALERT_CLEARED,), CaseState.REPORTED),
    ],
)
def test_each_state_is_reached_by_events_that_may_happen(kinds: tuple[Kind, ...], state: CaseState) -> None:
    events = case()
    for number, kind in enumerate(kinds, start=2):
        wanted = event(number, kind, **({"alert": 7} if kind is Kind.ALERT_CLEARED else {}))
        check(events, wanted, NOW)
        events.append(wanted)
    assert stand(events).state is state


@pytest.mark.parametrize(
    ("kinds", "kind", "words"),
    [
        ((Kind.TRIAGED,), Kind.TRIAGED, "The case is triaged: the triage cannot be recorded. It has been looked at"),
        ((), Kind.WORKS_BEGUN, "Triage a case that nobody has looked at"),
        ((Kind.TRIAGED,), Kind.WORKS_DONE, "Record first that works have begun"),
        (BEGUN, Kind.SUMMARY_SENT, "No investigation has ended yet"),
        (BEGUN, Kind.CLOSED, "record the end of one first"),
        (WORKS, Kind.CLOSED, "Record first that the works are done"),
        (WORKS, Kind.DISMISSED, "Works have begun"),
        ((Kind.DISMISSED,), Kind.WORKS_BEGUN, "reopen one that is closed"),
        ((Kind.DISMISSED,), Kind.ASSIGNED, "Reopen the case first"),
        ((Kind.TRIAGED,), Kind.REOPENED, "It stands open already"),
        ((Kind.TRIAGED,), Kind.REVIEWED, "there is none now"),
    ],
)
def test_what_may_not_happen_is_told_with_what_may(kinds: tuple[Kind, ...], kind: Kind, words: str) -> None:
    assert words in refused(case(*kinds), event(50, kind))


def test_a_case_closes_without_a_hazard_before_anybody_went() -> None:
    check(case(), event(2, Kind.CLOSED, outcome="sensor_problem"), NOW)
    check(case(*WORKS), event(9, Kind.CLOSED, outcome="no_access"), NOW)


def test_what_was_set_aside_is_reviewed_by_somebody_else_and_once() -> None:
    events = case(Kind.DISMISSED)
    assert stand(events).outcome is CaseOutcome.FALSE_ALARM
    assert "You decided it yourself" in refused(events, event(3, Kind.REVIEWED))
    back = event(3, Kind.REVIEWED, actor="Bo")
    check(events, back, NOW)
    opened = stand([*events, back])
    assert (opened.state, opened.outcome, opened.closed_at) == (CaseState.TRIAGED, None, None)
    assert stand([*events, event(3, Kind.REVIEWED, actor="Bo", upheld=True)]).state is CaseState.CLOSED
    assert "there is none now" in refused([*events, back], event(4, Kind.REVIEWED, actor="Cy"))


def test_a_snooze_ends_by_review_and_when_an_alert_gets_worse() -> None:
    events = case(Kind.SNOOZED)
    assert stand(events).snoozed_until == datetime(2026, 12, 10, 9, tzinfo=UTC)
    same = event(3, Kind.ALERT_RAISED, alert=8)
    assert stand([*events, same]).snoozed_until is not None
    worse = replace(same, kind=Kind.ALERT_CHANGED, detail={"alert": 7, "from": "act", "to": "urgent"})
    assert stand([*events, worse]).snoozed_until is None
    assert stand([*events, worse]).level is Level.URGENT
    assert stand([*events, event(3, Kind.REVIEWED, actor="Bo")]).snoozed_until is None
    assert stand([*events, event(3, Kind.REVIEWED, actor="Bo")]).state is CaseState.REPORTED


@pytest.mark.parametrize("until", ["2026-12-01T09:00:00Z", "2027-03-02T09:00:00Z"])
def test_a_snooze_is_into_the_near_future(until: str) -> None:
    with pytest.raises(InputError, match="at most 90 days"):
        check(case(), event(2, Kind.SNOOZED, until=until), NOW)


@pytest.mark.parametrize("at", [NOW + timedelta(minutes=6), NOW - timedelta(days=367)])
def test_what_has_not_happened_or_long_ago_is_a_slip(at: datetime) -> None:
    with pytest.raises(InputError, match="at: "):
        check(case(), replace(event(2, Kind.TRIAGED), at=at), NOW)


def test_an_investigation_ends_after_it_began() -> None:
    ended = event(4, Kind.INVESTIGATION_CONCLUDED)
    with pytest.raises(InputError, match="cannot have ended before"):
        check(case(*BEGUN), replace(ended, at=ended.at - timedelta(hours=2)), NOW)
    check(case(*BEGUN), ended, NOW)


def test_a_cleared_alert_leaves_the_case_open_without_a_level() -> None:
    standing = stand([*case(Kind.TRIAGED), event(3, Kind.ALERT_CLEARED, actor="system:jobs", alert=7)])
    assert (standing.state, standing.level) == (CaseState.TRIAGED, None)


def test_corrections_undo_move_and_are_undone() -> None:
    events = case(Kind.TRIAGED, Kind.DISMISSED)
    undone = event(4, Kind.CORRECTED, event=3, withdrawn=True)
    check(events, undone, NOW)
    assert stand([*events, undone]).state is CaseState.TRIAGED
    again = event(5, Kind.CORRECTED, event=4, withdrawn=True)
    assert stand([*events, undone, again]).state is CaseState.CLOSED
    moved = [*events, event(4, Kind.CORRECTED, event=2, at="2026-11-30T08:00:00Z")]
    assert [one.at.isoformat() for one in effective(moved)][1] == "2026-11-30T08:00:00+00:00"
    assert stand(moved).closed_at == events[2].at


def test_what_stood_beside_an_event_can_be_corrected() -> None:
    events = case(*FOUND, Kind.CLOSED)
    said = event(6, Kind.CORRECTED, event=5, detail={"outcome": "sensor_problem"})
    check(events, said, NOW)
    standing = stand([*events, said])
    assert (standing.outcome, standing.to_review) == (CaseOutcome.SENSOR_PROBLEM, effective([*events, said])[4])
    with pytest.raises(InputError, match="only outcome, reason, cause, words may stand"):
        check(events, event(6, Kind.CORRECTED, event=5, detail={"colour": "red"}), NOW)


def test_what_cannot_be_corrected() -> None:
    events = [event(1, Kind.REPORTED), event(2, Kind.ALERT_RAISED)]
    assert "recorded that event itself" in refused(events, event(3, Kind.CORRECTED, event=2, withdrawn=True))
    assert "began with that event" in refused(events[:1], event(3, Kind.CORRECTED, event=1, withdrawn=True))
    with pytest.raises(InputError, match="no such event"):
        check(events, event(3, Kind.CORRECTED, event=9, withdrawn=True), NOW)


people = st.sampled_from([kind for kind, step in STEPS.items() if not step.by_system and kind is not Kind.CORRECTED])


@settings(deadline=None)
@given(st.lists(people, max_size=25), st.data())
def test_whatever_may_happen_leads_somewhere_and_withdrawn_it_never_was(kinds: list[Kind], data: st.DataObject) -> None:
    events = case()
    for number, kind in enumerate(kinds, start=2):
        wanted = event(number, kind, actor="Ada" if number % 2 else "Bo")
        try:
            check(events, wanted, NOW)
        except NotNow:
            continue
        assert kind in possible(stand(events))
        events.append(wanted)
    standing = stand(events)
    assert (standing.state is CaseState.CLOSED) == (standing.closed_at is not None) == (standing.outcome is not None)
    if len(events) > 1:
        gone = data.draw(st.sampled_from(events[1:]))
        withdrawn = stand([*events, event(99, Kind.CORRECTED, event=gone.id, withdrawn=True)])
        never = stand([one for one in events if one is not gone])
        assert replace(withdrawn, last_event=0) == replace(never, last_event=0)


def test_every_kind_has_its_place() -> None:
    assert set(STEPS) == set(Kind)
    assert {kind for kind, step in STEPS.items() if step.by_system}.isdisjoint(NEEDED)


@pytest.mark.parametrize(
    ("kind", "detail", "says"),
    [
        (Kind.CLOSED, {"outcome": "fine", "reason": "x"}, "confirmed_hazard, cause_found"),
        (Kind.CLOSED, {"outcome": "cause_found"}, "detail.reason"),
        (Kind.CLOSED, {"outcome": "cause_found", "reason": " "}, "in words"),
        (Kind.TRIAGED, {"colour": "red"}, "only words may stand"),
        (Kind.SNOOZED, {"until": "tomorrow", "reason": "x"}, "RFC 3339"),
        (Kind.REVIEWED, {"upheld": "yes"}, "true or false"),
        (Kind.CORRECTED, {"event": 3}, "withdrawn: true"),
        (Kind.CORRECTED, {"event": 3, "withdrawn": True, "at": UNTIL}, "withdrawn: true"),
        (Kind.CORRECTED, {"event": True, "withdrawn": True}, "number of an event"),
        (Kind.COMMENTED, {"words": "a\0b"}, "in words"),
        (
            Kind.INVESTIGATION_CONCLUDED,
            DETAILS[Kind.INVESTIGATION_CONCLUDED]
            | {"safety_work_begin": "2026-12-03", "safety_work_end": "2026-12-01"},
            "would end before it begins",
        ),
        (Kind.COMMENTED, {"words": "\ud800"}, "half of a character"),
    ],
)
def test_a_detail_that_cannot_be_used_is_named(kind: Kind, detail: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as caught:
        checked(kind, detail)
    assert says in str(caught.value)


def test_a_detail_is_kept_clean() -> None:
    found = checked(Kind.SNOOZED, {"until": "2026-12-10T10:00:00+01:00", "reason": " wait "})
    assert found == {"until": UNTIL, "reason": "wait"}


@pytest.mark.parametrize(
    ("facts", "becomes"),
    [
        (AlertFacts(level=Level.ACT), Joining.OPEN),
        (AlertFacts(level=Level.WATCH), Joining.LEAVE),
        (AlertFacts(level=Level.WATCH, has_case=True), Joining.JOIN),
        (AlertFacts(level=Level.ACT, has_case=True, case_level=Level.ACT), Joining.LEAVE),
        (AlertFacts(level=Level.URGENT, has_case=True, case_level=Level.ACT), Joining.CHANGE),
        (AlertFacts(level=None, has_case=True, case_level=Level.ACT), Joining.CLEAR),
        (AlertFacts(level=None), Joining.LEAVE),
        (AlertFacts(level=Level.ACT, decided_level=Level.ACT), Joining.LEAVE),
        (AlertFacts(level=Level.URGENT, decided_level=Level.ACT), Joining.OPEN),
        (AlertFacts(level=Level.WATCH, decided_level=Level.WATCH), Joining.LEAVE),
    ],
)
def test_what_an_alert_means_for_the_cases_of_its_home(facts: AlertFacts, becomes: Joining) -> None:
    assert joining(facts, Level.ACT) is becomes


def test_a_new_case_goes_to_whom_the_rules_name_and_who_has_the_fewest() -> None:
    rules = [PatchRule(officer="Ada", hazard="excess_cold"), PatchRule(officer="Bo"), PatchRule(officer="Gone")]
    officers = ["Ada", "Bo", "Cy"]
    assert assignee("excess_cold", rules, officers, {"Ada": 90}) == "Ada"
    assert assignee("damp_mould", rules, officers, {"Bo": 90}) == "Bo"
    assert assignee("damp_mould", [], officers, {"Ada": 2, "Bo": 1, "Cy": 1}) == "Bo"
    assert assignee("damp_mould", [PatchRule(officer="Gone")], officers, {}) == "Ada"
    assert assignee("damp_mould", rules, [], {}) is None
