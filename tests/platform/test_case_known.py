"""Nothing is recorded before its case became known: neither at first nor by a correction, so day zero stays true."""

from datetime import UTC, datetime

import pytest
from case_story import Story, london

from hereabouts_platform.cases.life import check
from hereabouts_schemas.case import CaseEvent
from hereabouts_schemas.case import CaseEventKind as Kind
from hereabouts_schemas.errors import InputError

NOW = datetime(2026, 12, 20, 12, tzinfo=UTC)
FOUND = {"type": "in_person", "significance": "significant"}


def told() -> Story:
    return Story().then("reported", "2026-12-07 10:00", by="resident").then("triaged", "2026-12-07 11:00")


def refused(story: Story, kind: str, at: str, /, **detail: object) -> InputError:
    with pytest.raises(InputError) as caught:
        check(story.events, wanted(story, kind, at, **detail), NOW)
    return caught.value


def wanted(story: Story, kind: str, at: str, /, **detail: object) -> CaseEvent:
    return CaseEvent(id=len(story.events) + 1, kind=Kind(kind), at=london(at), actor="ann", detail=detail)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("investigation_concluded", FOUND),
        ("investigation_begun", {"type": "remote"}),
        ("emergency_suspected", {}),
        ("access_attempted", {"result": "refused"}),
        ("commented", {"words": "x"}),
    ],
)
def test_nothing_happens_before_the_case_became_known(kind: str, detail: dict[str, object]) -> None:
    error = refused(told(), kind, "2026-11-27 10:00", **detail)
    assert (error.field, error.value) == ("at", "2026-11-27T10:00:00+00:00")
    assert "became known on 7 December 2026, 10:00" in error.cure
    check(told().events, wanted(told(), kind, "2026-12-07 12:00", **detail), NOW)


def test_a_report_entered_late_is_how_it_became_known() -> None:
    check(told().events, wanted(told(), "reported", "2026-11-27 10:00", by="staff"), NOW)


def test_a_rule_saw_it_before_anybody_knew() -> None:
    story = Story().then("indicated", "2026-12-01 10:00", alert=1).then("alert_raised", "2026-12-07 10:00", alert=1)
    assert "became known on 7 December 2026, 10:00" in refused(story, "triaged", "2026-12-02 10:00").cure


def test_clocks_differ_by_minutes_but_not_by_a_day() -> None:
    check(told().events[:1], wanted(told(), "emergency_suspected", "2026-12-07 09:57"), NOW)
    night = Story().then("reported", "2026-12-08 00:01", by="staff")
    assert refused(night, "triaged", "2026-12-07 23:59").field == "at"


def test_a_correction_moves_no_event_before_that_either() -> None:
    error = refused(told(), "corrected", "2026-12-08 09:00", event=2, at="2026-11-27T10:00:00Z")
    assert error.field == "detail.at"
    assert "became known on 7 December 2026" in error.cure
    check(told().events, wanted(told(), "corrected", "2026-12-08 09:00", event=1, at="2026-11-27T10:00:00Z"), NOW)


def test_a_report_moves_no_later_than_what_followed_it() -> None:
    error = refused(told(), "corrected", "2026-12-09 09:00", event=1, at="2026-12-08T10:00:00Z")
    assert error.field == "detail.at"
    assert "after the triage of 7 December 2026, 11:00 (entry 2). Correct or withdraw that entry first." in error.cure
    story = told().then("alert_raised", "2026-12-09 10:00", actor="system:jobs", alert=1)
    assert "entry 2" in refused(story, "corrected", "2026-12-10 09:00", event=1, withdrawn=True).cure


def test_what_stood_so_before_can_still_be_mended_around() -> None:
    story = told().then("investigation_concluded", "2026-12-01 10:00", **FOUND)  # kept before this was refused
    check(story.events, wanted(story, "corrected", "2026-12-10 09:00", event=2, withdrawn=True), NOW)
    check(story.events, wanted(story, "corrected", "2026-12-10 09:00", event=3, at="2026-12-09T10:00:00Z"), NOW)
