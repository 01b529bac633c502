"""What happens to clocks in a case: met, missed, superseded, not needed; renewed investigations; emergencies."""

import pytest
from case_evidence import whole_story
from case_story import Story, london

from hereabouts_platform.cases.clocks.clock import ClockState
from hereabouts_platform.cases.clocks.words import say_clock


def concluded(significance: str = "significant", **detail: object) -> Story:
    """Known on Monday 7 December 2026, investigated on Wednesday 9 December."""
    story = Story().then("alert_raised", "2026-12-07 10:00", actor="system:jobs")
    return story.then("investigation_concluded", "2026-12-09 15:00", significance=significance, **detail)


def test_a_clock_runs_is_met_is_missed_is_met_late() -> None:
    story = Story().then("reported", "2026-12-07 10:00", by="resident")
    clock = story.clock("investigate/1", "2026-12-10 09:00")
    assert (clock.state, clock.working_days_left, str(clock.due_on)) == (ClockState.RUNNING, 7, "2026-12-21")
    assert story.clock("investigate/1", "2026-12-21 23:59").state is ClockState.RUNNING
    late = story.clock("investigate/1", "2026-12-23 00:00")
    assert (late.state, late.working_days_left) == (ClockState.MISSED, -2)
    story.then("investigation_concluded", "2026-12-22 00:00", significance="none", actor="bea")
    met = story.clock("investigate/1", "2027-01-20 00:00")
    assert (met.state, met.met_by, met.met_event) == (ClockState.MET_LATE, "bea", 2)
    assert met.met_at == london("2026-12-22 00:00")
    assert met.working_days_left is None


def test_a_clock_says_whose_law_and_which_file() -> None:
    clock = concluded().clock("safety_work/2", "2026-12-10 09:00")
    assert (clock.basis, clock.nation, clock.start_event) == ("SI 2025/1042, regulation 11(2)(a)", "england", 2)
    assert len(clock.rule_sha256) == 64
    assert clock.rule_version == "2026-11-22"


def test_each_deadline_after_a_finding_is_met_by_its_own_step() -> None:
    story = (
        concluded()
        .then("summary_sent", "2026-12-11 12:00", way="email")
        .then("safety_work_done", "2026-12-16 12:00")
        .then("preventative_steps_taken", "2026-12-17 12:00")
        .then("preventative_work_begun", "2027-02-01 12:00")
    )
    states = story.states("2027-02-02 12:00")
    assert states == {
        "investigate/1": ClockState.MET,
        "keep_informed/1": ClockState.RUNNING,
        "summary/2": ClockState.MET,
        "safety_work/2": ClockState.MET,
        "accommodation/2": ClockState.NOT_NEEDED,
        "preventative_steps/2": ClockState.MET_LATE,
        "preventative_start/2": ClockState.MET,
    }


def test_nothing_found_asks_for_the_summary_alone() -> None:
    states = concluded("none").states("2026-12-20 12:00")
    assert set(states) == {"investigate/1", "keep_informed/1", "summary/2"}
    assert states["summary/2"] is ClockState.MISSED


def test_work_that_the_investigation_finds_unneeded_has_no_deadline() -> None:
    states = concluded(safety_work=False).states("2027-06-01 12:00")
    assert states["safety_work/2"] is states["accommodation/2"] is ClockState.NOT_NEEDED
    assert states["preventative_start/2"] is ClockState.MISSED


def test_what_was_done_on_the_visit_counts_though_it_was_before_the_conclusion() -> None:
    story = Story().then("reported", "2026-12-07 10:00").then("safety_work_done", "2026-12-09 09:00")
    story.then("investigation_concluded", "2026-12-09 15:00", significance="significant")
    assert story.states("2027-01-01 00:00")["safety_work/3"] is ClockState.MET


def test_no_summary_is_needed_when_all_is_done_in_three_days_and_the_tenant_knows() -> None:
    story = concluded().then("works_done", "2026-12-11 12:00")
    running = story.clock("summary/2", "2026-12-12 12:00")
    assert running.state is ClockState.RUNNING
    assert "tell the tenant" in running.note
    assert story.clock("summary/2", "2026-12-20 12:00").state is ClockState.MISSED
    told = concluded().then("works_done", "2026-12-11 12:00").then("tenant_told", "2026-12-14 12:00")
    assert told.clock("summary/2", "2026-12-20 12:00").state is ClockState.NOT_NEEDED
    late = concluded().then("works_done", "2026-12-11 12:00").then("tenant_told", "2026-12-15 12:00")
    assert late.clock("summary/2", "2026-12-20 12:00").state is ClockState.MET_LATE


def test_a_renewed_investigation_has_a_clock_of_its_own_and_the_old_one_stays() -> None:
    story = Story().then("reported", "2026-12-07 10:00")
    story.then("investigation_concluded", "2026-12-09 15:00", significance="none", type="remote")
    story.then("in_person_asked_for", "2026-12-14 09:00")
    renewed = story.clock("renewed_investigation/3", "2026-12-15 09:00")
    assert (renewed.state, str(renewed.due_on)) == (ClockState.RUNNING, "2026-12-30")
    assert story.states("2026-12-15 09:00")["investigate/1"] is ClockState.MET
    story.then("investigation_concluded", "2026-12-16 09:00", significance="none", type="remote")
    assert story.clock("renewed_investigation/3", "2026-12-17 09:00").state is ClockState.RUNNING
    story.then("investigation_concluded", "2026-12-18 09:00", significance="significant", type="in_person")
    states = story.states("2026-12-18 10:00")
    assert states["renewed_investigation/3"] is ClockState.MET
    assert states["summary/5"] is states["safety_work/5"] is ClockState.RUNNING


def test_a_suspected_emergency_takes_the_place_of_the_standard_investigation() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("emergency_suspected", "2026-12-11 17:00")
    standard = story.clock("investigate/1", "2026-12-11 18:00")
    assert (standard.state, standard.replaced_by) == (ClockState.SUPERSEDED, "emergency_investigate/2")
    for name in ("emergency_investigate", "make_safe", "emergency_accommodation"):
        clock = story.clock(f"{name}/2", "2026-12-11 18:30")
        assert (clock.state, clock.due, clock.hours_left) == (ClockState.RUNNING, london("2026-12-12 17:00"), 22)
    story.then("investigation_concluded", "2026-12-12 11:00", significance="significant")
    states = story.states("2026-12-12 12:00")
    assert states["emergency_investigate/2"] is ClockState.MET
    assert states["make_safe/2"] is states["emergency_accommodation/2"] is ClockState.NOT_NEEDED
    assert states["safety_work/3"] is ClockState.RUNNING


def test_both_readings_of_the_24_hours_to_make_safe_are_kept() -> None:
    story = Story().then("emergency_suspected", "2026-12-11 17:00").then("emergency_found", "2026-12-12 10:00")
    story.then("made_safe", "2026-12-12 18:00")
    first, second = (story.clock(key, "2026-12-13 12:00") for key in ("make_safe/1", "make_safe_from_finding/2"))
    assert (first.due, first.state, first.second_reading) == (london("2026-12-12 17:00"), ClockState.MET_LATE, False)
    assert (second.due, second.state, second.second_reading) == (london("2026-12-13 10:00"), ClockState.MET, True)


def test_an_emergency_found_in_a_standard_investigation_runs_from_there_once() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("emergency_found", "2026-12-11 17:00")
    story.then("investigation_concluded", "2026-12-11 17:30", significance="emergency")
    states = story.states("2026-12-11 18:00")
    assert states == {
        "investigate/1": ClockState.SUPERSEDED,
        "keep_informed/1": ClockState.RUNNING,
        "make_safe/2": ClockState.RUNNING,
        "emergency_accommodation/2": ClockState.RUNNING,
        "summary/2": ClockState.RUNNING,
        "preventative_steps/2": ClockState.RUNNING,
        "preventative_start/2": ClockState.RUNNING,
    }
    assert story.clock("investigate/1", "2026-12-11 18:00").replaced_by == "make_safe/2"


@pytest.mark.parametrize("accepted", [True, False, None])
def test_somewhere_else_to_stay_is_for_work_that_is_late(accepted: bool | None) -> None:
    story = concluded()
    assert story.states("2026-12-17 12:00")["accommodation/2"] is ClockState.MISSED
    story.then("accommodation_offered", "2026-12-16 12:00", accepted=accepted)
    states = story.states("2026-12-17 12:00")
    assert (states["accommodation/2"], states["safety_work/2"]) == (ClockState.MET, ClockState.MISSED)


def test_a_dismissal_ends_a_clock_with_its_reason_and_a_review_brings_it_back() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00")
    story.then("dismissed", "2026-12-08 09:00", reason="The loggers stood in a bathroom", actor="bea")
    clock = story.clock("investigate/1", "2027-01-20 09:00")
    assert clock.state is ClockState.NOT_NEEDED
    assert clock.reason == "bea decided that it is no hazard: The loggers stood in a bathroom"
    story.then("reviewed", "2026-12-10 09:00", upheld=False)
    assert story.states("2027-01-20 09:00")["investigate/1"] is ClockState.MISSED


def test_a_dismissal_after_the_date_forgives_nothing() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("dismissed", "2026-12-22 09:00", reason="late")
    assert story.states("2027-01-20 09:00")["investigate/1"] is ClockState.MISSED


@pytest.mark.parametrize("outcome", ["sensor_problem", "false_alarm"])
def test_closing_as_no_hazard_ends_what_runs_until_it_is_reopened(outcome: str) -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("closed", "2026-12-08 09:00", outcome=outcome)
    assert story.states("2027-01-20 09:00")["investigate/1"] is ClockState.NOT_NEEDED
    story.then("reopened", "2026-12-09 09:00")
    assert story.states("2027-01-20 09:00")["investigate/1"] is ClockState.MISSED


def test_no_access_ends_nothing() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("closed", "2026-12-08 09:00", outcome="no_access")
    assert story.states("2027-01-20 09:00")["investigate/1"] is ClockState.MISSED


def test_what_comes_back_after_it_was_settled_counts_anew() -> None:
    story = concluded("none").then("reported", "2027-01-11 10:00", by="resident")
    assert str(story.clock("investigate/3", "2027-01-11 11:00").due_on) == "2027-01-25"
    assert story.states("2027-01-11 11:00")["investigate/1"] is ClockState.MET


def test_a_second_report_of_what_is_being_worked_on_starts_nothing() -> None:
    story = concluded().then("reported", "2026-12-10 10:00", by="resident")
    assert [key for key in story.states("2026-12-10 11:00") if key.startswith("investigate")] == ["investigate/1"]


def test_a_case_walked_from_the_first_reading_to_its_end() -> None:
    """Seen on 3 December, raised on Monday 7 December 2026, closed in May: every clock of it."""
    clocks = {clock.key: clock for clock in whole_story().clocks("2027-05-14 12:00")}
    assert {key: (clock.state.value, str(clock.due_on), clock.met_event) for key, clock in clocks.items()} == {
        "investigate/2": ("met", "2026-12-21", 8),
        "keep_informed/2": ("met", "None", 16),
        "summary/8": ("met", "2026-12-14", 9),
        "safety_work/8": ("met", "2026-12-16", 12),
        "accommodation/8": ("met", "2026-12-16", 11),
        "preventative_steps/8": ("met", "2026-12-16", 13),
        "preventative_start/8": ("met", "2027-03-03", 14),
    }
    awareness = clocks["investigate/2"].awareness
    assert awareness.indicator_at == london("2026-12-03 04:00")
    assert awareness.reported_at == london("2026-12-08 09:30")  # as it was corrected


def test_a_case_that_is_opened_again_goes_on_being_told_of() -> None:
    story = Story().then("reported", "2026-12-07 10:00").then("closed", "2026-12-08 10:00", outcome="no_access")
    assert story.states("2026-12-09 10:00")["keep_informed/1"] is ClockState.MET
    story.then("reopened", "2026-12-10 10:00")
    assert story.states("2026-12-11 10:00")["keep_informed/1"] is ClockState.RUNNING


def test_the_first_sign_of_a_later_round_is_its_own_alert_s() -> None:
    story = Story().then("indicated", "2026-12-01 04:00", alert=1).then("alert_raised", "2026-12-07 10:00", alert=1)
    story.then("indicated", "2026-12-08 04:00", alert=2)
    story.then("investigation_concluded", "2026-12-09 15:00", significance="none")
    story.then("alert_raised", "2027-01-11 10:00", alert=2)
    first, second = (story.clock(key, "2027-01-12 10:00").awareness for key in ("investigate/2", "investigate/5"))
    assert first.indicator_at == london("2026-12-01 04:00")
    assert second.indicator_at == london("2026-12-08 04:00")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2026-12-18 10:00", "Finish the investigation by Monday 21 December 2026: 1 working day left."),
        ("2026-12-21 10:00", "Finish the investigation by Monday 21 December 2026: today."),
        ("2026-12-23 10:00", "Finish the investigation by Monday 21 December 2026: missed, 2 working days ago."),
    ],
)
def test_a_clock_in_a_sentence(now: str, words: str) -> None:
    assert say_clock(Story().then("reported", "2026-12-07 10:00").clock("investigate/1", now)) == words


def test_sentences_of_clocks_of_hours_and_of_those_that_are_over() -> None:
    story = Story().then("reported", "2026-12-07 10:00").then("emergency_suspected", "2026-12-07 11:00")
    said = {clock.name: say_clock(clock) for clock in story.clocks("2026-12-07 12:00")}
    assert said["make_safe"] == "Make the emergency safe by 8 December 2026, 11:00: 23 hours left."
    assert said["investigate"] == (
        "Finish the investigation: replaced. “Investigate the possible emergency” took its place."
    )
    assert said["keep_informed"] == "Keep the tenant up to date without a date."
    late = {clock.name: say_clock(clock) for clock in story.clocks("2026-12-08 13:30")}
    assert late["make_safe"].endswith("by 8 December 2026, 11:00: missed, 3 hours ago.")
    far = Story().then("reported", "2027-12-24 10:00").clock("investigate/1", "2027-12-25 10:00")
    assert say_clock(far).startswith("Finish the investigation by a date that is not known yet. Cannot say: bank")


def test_what_replaced_a_clock_is_the_event_that_moved_its_start() -> None:
    told = Story().then("reported", "2026-11-22 14:43").then("triaged", "2026-11-22 14:45")
    told.then("investigation_concluded", "2026-11-20 10:00", significance="significant")
    reason = told.clock("investigate/1", "2026-11-23 10:00").reason
    assert "recorded later came first" in reason
    assert "investigation concluded" in reason
