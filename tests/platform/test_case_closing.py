"""A case is not closed with a hazard found while the law still asks for something; what ends its clocks closes it."""

import pytest
from case_story import Story

from hereabouts_platform.cases.closing import check_clocks, closes, owed_words
from hereabouts_platform.cases.life import stand
from hereabouts_schemas.errors import NotNow


def told() -> Story:
    return Story().then("reported", "2026-12-07 10:00", by="resident").then("triaged", "2026-12-07 11:00")


def found(significance: str = "significant", **detail: object) -> Story:
    return told().then("investigation_concluded", "2026-12-09 15:00", significance=significance, **detail)


def close(story: Story, outcome: str, at: str = "2026-12-10 12:00") -> None:
    """As the store does it: the clocks are asked after the closing."""
    before = stand(story.events)
    kind = "dismissed" if outcome == "dismissed" else "closed"
    story.then(kind, at, **({"reason": "x"} if kind == "dismissed" else {"outcome": outcome, "reason": "x"}))
    if closes(before, stand(story.events)):
        check_clocks(story.clocks(at))


@pytest.mark.parametrize("outcome", ["confirmed_hazard", "cause_found", "false_alarm", "sensor_problem", "dismissed"])
def test_a_hazard_that_was_found_is_not_closed_while_its_clocks_run(outcome: str) -> None:
    with pytest.raises(NotNow) as caught:
        close(found(), outcome)
    said = str(caught.value)
    assert "“Send the written summary to the tenant” by Monday 14 December 2026: record the written summary;" in said
    assert "“Finish the safety work” by Wednesday 16 December 2026: record safety work, that the home was made" in said
    assert "“Start the preventative work in the home” by Wednesday 3 March 2027: record the start of work" in said
    assert "Keep the tenant up to date" not in said  # the closing itself ends that


def test_it_closes_once_all_is_done_even_late() -> None:
    story = found()
    story.then("works_begun", "2027-04-01 09:00").then("works_done", "2027-04-02 09:00")
    with pytest.raises(NotNow, match="Send the written summary"):
        close(found().then("works_done", "2027-04-02 09:00"), "confirmed_hazard", "2027-04-03 09:00")
    close(story.then("summary_sent", "2027-04-02 10:00"), "confirmed_hazard", "2027-04-03 09:00")


def test_nothing_found_is_closed_as_a_false_alarm_once_the_tenant_has_it_in_writing() -> None:
    with pytest.raises(NotNow, match="record the written summary"):
        close(found("none"), "false_alarm")
    close(found("none").then("summary_sent", "2026-12-10 09:00"), "false_alarm")


@pytest.mark.parametrize("outcome", ["false_alarm", "sensor_problem", "dismissed"])
@pytest.mark.parametrize("at", ["2026-12-10 12:00", "2027-02-01 12:00"])
def test_what_was_no_hazard_before_anybody_went_is_closed_in_time_or_late(outcome: str, at: str) -> None:
    close(told(), outcome, at)


def test_nobody_gets_in_and_the_clocks_go_on() -> None:
    story = found()
    close(story, "no_access")
    assert "Finish the safety work" in owed_words(story.clocks("2026-12-11 12:00"))


def test_work_that_is_not_needed_is_not_asked_for() -> None:
    story = found(safety_work=False, preventative_work=False).then("summary_sent", "2026-12-10 09:00")
    close(story, "cause_found")


def test_a_correction_cannot_turn_a_closing_into_one_that_would_be_refused() -> None:
    story = found()
    close(story, "no_access")
    before = stand(story.events)
    story.then("corrected", "2026-12-11 09:00", event=4, detail={"outcome": "confirmed_hazard"}, reason="x")
    assert closes(before, stand(story.events))
    assert owed_words(story.clocks("2026-12-11 09:00"))
    story.then("corrected", "2026-12-11 10:00", event=3, at="2026-12-09T14:00:00Z")
    assert not closes(stand(story.events[:-1]), stand(story.events))


def test_an_emergency_that_turned_out_to_be_none_too_late_is_over() -> None:
    story = told().then("emergency_suspected", "2026-12-08 10:00")
    assert "Make the emergency safe" in owed_words(story.clocks("2026-12-10 10:00"))
    story.then("investigation_concluded", "2026-12-11 10:00", significance="none")
    assert "emergency" not in owed_words(story.clocks("2026-12-11 11:00"))


def test_what_a_law_outside_asks_for_stops_nothing() -> None:
    story = Story(tenancy="licence").then("reported", "2026-12-07 10:00")
    assert story.clocks("2026-12-08 10:00")
    assert owed_words(story.clocks("2026-12-08 10:00")) == ""
