"""When a clock starts at all: awareness and its policy, the tenancy, the hazard and its date; corrected starts."""

import pytest
from case_story import Story, london

from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.clock import ClockState
from hereabouts_schemas.errors import InputError

TRIAGE = AwarenessPolicy.HUMAN_TRIAGE


def test_what_readings_indicate_starts_nothing_until_it_stands_before_staff() -> None:
    story = Story().then("indicated", "2026-12-03 04:00", actor="system:jobs")
    assert story.clocks("2026-12-20 10:00") == []
    story.then("alert_raised", "2026-12-07 10:00", actor="system:jobs").then("triaged", "2026-12-08 11:00")
    awareness = story.clock("investigate/2", "2026-12-09 10:00").awareness
    assert awareness.indicator_at == london("2026-12-03 04:00")
    assert awareness.alert_raised_at == awareness.aware_at == london("2026-12-07 10:00")
    assert awareness.triaged_at == london("2026-12-08 11:00")


@pytest.mark.parametrize(
    ("triaged", "started", "due_on"),
    [
        (None, "2026-12-14 17:00", "2026-12-30"),  # nobody looked: the next working day, Monday
        ("2026-12-12 09:00", "2026-12-12 09:00", "2026-12-29"),  # a Saturday
        ("2026-12-16 09:00", "2026-12-14 17:00", "2026-12-30"),  # too late to count
    ],
)
def test_human_triage_counts_from_the_look_or_a_working_day_later(
    triaged: str | None, started: str, due_on: str
) -> None:
    story = Story(policy=TRIAGE).then("alert_raised", "2026-12-11 17:00", actor="system:jobs")
    if triaged:
        story.then("triaged", triaged)
    clock = next(clock for clock in story.clocks("2026-12-17 09:00") if clock.name == "investigate")
    assert (clock.started_at, str(clock.due_on)) == (london(started), due_on)


def test_a_report_counts_at_once_whatever_the_policy() -> None:
    story = Story(policy=TRIAGE).then("alert_raised", "2026-12-11 17:00").then("reported", "2026-12-11 18:00")
    assert story.clock("investigate/2", "2026-12-12 09:00").started_at == london("2026-12-11 18:00")


@pytest.mark.parametrize("hazard", ["excess_cold", "excess_heat"])
def test_the_second_phase_counts_from_its_day_zero(hazard: str) -> None:
    story = Story(hazard=hazard).then("alert_raised", "2026-11-29 23:30")
    (clock,) = story.clocks("2026-12-20 10:00")
    assert (clock.state, clock.due) == (ClockState.NOT_NEEDED, None)
    assert "from 30 November 2026, and this became known on 29 November 2026" in clock.reason
    story.then("reported", "2026-12-01 09:00", by="resident")
    assert str(story.clock("investigate/2", "2026-12-02 09:00").due_on) == "2026-12-15"
    on_the_day = Story(hazard=hazard).then("alert_raised", "2026-11-30 00:00")
    assert str(on_the_day.clock("investigate/1", "2026-12-02 09:00").due_on) == "2026-12-14"


def test_emergencies_of_the_second_phase_have_been_under_the_law_from_the_first_day() -> None:
    story = Story(hazard="excess_cold").then("alert_raised", "2026-11-20 10:00")
    story.then("emergency_suspected", "2026-11-21 10:00").then("emergency_found", "2026-11-21 15:00")
    states = story.states("2026-11-21 16:00")
    assert states["investigate/1"] is ClockState.NOT_NEEDED
    assert states["emergency_investigate/2"] is ClockState.MET
    assert states["make_safe/2"] is states["summary/3"] is ClockState.RUNNING


@pytest.mark.parametrize(
    ("nation", "tenancy", "words"),
    [
        ("england", "licence", "let on a licence"),
        ("england", "private_lease", "let on a private lease"),
        ("england", "shared_ownership", "shared ownership"),
        ("scotland", "licence", "let on a licence"),
    ],
)
def test_a_home_outside_the_law_has_a_row_that_says_so(nation: str, tenancy: str, words: str) -> None:
    story = Story(nation=nation, tenancy=tenancy).then("alert_raised", "2026-12-07 10:00")
    story.then("emergency_suspected", "2026-12-07 11:00")
    (clock,) = story.clocks("2026-12-20 10:00")
    assert (clock.state, clock.due) == (ClockState.NOT_NEEDED, None)
    assert words in clock.reason


def test_where_nobody_knows_the_tenancy_the_clock_runs_and_says_so() -> None:
    clock = Story(tenancy=None).then("alert_raised", "2026-12-07 10:00").clock("investigate/1", "2026-12-08 10:00")
    assert clock.state is ClockState.RUNNING
    assert "not recorded" in clock.note


def test_scotland_names_the_act_by_the_kind_of_landlord() -> None:
    bases = {}
    for tenancy in ("social_lease", "private_lease"):
        story = Story(nation="scotland", tenancy=tenancy).then("reported", "2026-12-07 10:00")
        story.then("investigation_concluded", "2026-12-09 10:00", significance="significant")
        story.then("works_begun", "2026-12-10 10:00")
        bases[tenancy] = {clock.name: clock.basis for clock in story.clocks("2026-12-20 10:00")}
    assert "regulation 8A(3)" in bases["social_lease"]["investigate"]
    assert "section 14(6)" in bases["private_lease"]["investigate"]
    assert set(bases["social_lease"]) - set(bases["private_lease"]) == {"complete_repair"}


@pytest.mark.parametrize(("known", "words"), [("2026-10-05", "from 6 October 2026"), ("2025-01-01", "6 October 2026")])
def test_before_its_day_scotland_has_no_clock(known: str, words: str) -> None:
    (clock,) = Story(nation="scotland").then("reported", f"{known} 10:00").clocks("2026-12-20 10:00")
    assert clock.state is ClockState.NOT_NEEDED
    assert words in clock.reason


def test_scotland_says_nothing_of_cold() -> None:
    (clock,) = (
        Story(nation="scotland", hazard="excess_cold").then("reported", "2026-12-07 10:00").clocks("2026-12-20 10:00")
    )
    assert clock.reason == "No statutory clock: SSI 2026/173 says nothing of excess cold."


def test_a_notice_of_delay_moves_a_date_in_scotland_and_not_in_england() -> None:
    for nation, moved in (("scotland", True), ("england", False)):
        story = Story(nation=nation).then("reported", "2026-12-07 10:00")
        story.then("tenant_told", "2026-12-18 10:00", delay_of="investigate", until="2027-01-15", reason="No ladder")
        clock = story.clock("investigate/1", "2027-01-05 10:00")
        assert (str(clock.due_on) == "2027-01-15") is moved
        assert (clock.state is ClockState.RUNNING) is moved
        assert ("No ladder" in clock.note) is moved
        assert ("does not move this date" in clock.note) is not moved
        assert (str(clock.was_due_on) == "2026-12-21") is moved


def test_a_notice_of_delay_after_the_date_moves_nothing() -> None:
    story = Story(nation="scotland").then("reported", "2026-12-07 10:00")
    story.then("tenant_told", "2026-12-22 10:00", delay_of="investigate", until="2027-01-15", reason="late")
    assert story.clock("investigate/1", "2027-01-05 10:00").state is ClockState.MISSED


def test_correcting_a_start_keeps_the_clock_that_stood_before() -> None:
    story = Story().then("reported", "2026-12-07 10:00", by="resident")
    story.then("corrected", "2026-12-09 10:00", event=1, at="2026-12-04T09:00:00Z", reason="The call log.", actor="bea")
    old, new = (story.clock(key, "2026-12-10 10:00") for key in ("investigate/1", "investigate/1.2"))
    assert (str(new.due_on), new.state) == ("2026-12-18", ClockState.RUNNING)
    assert (str(old.due_on), old.state, old.replaced_by) == ("2026-12-21", ClockState.SUPERSEDED, "investigate/1.2")
    assert old.reason == (
        "bea corrected “reported” of 7 December 2026, 10:00: it was 4 December 2026, 09:00. The call log."
    )


def test_withdrawing_a_start_leaves_its_clock_superseded_and_withdrawing_that_brings_it_back() -> None:
    story = Story().then("reported", "2026-12-07 10:00").then("corrected", "2026-12-08 10:00", event=1, withdrawn=True)
    (old,) = [clock for clock in story.clocks("2026-12-10 10:00") if clock.name == "investigate"]
    assert (old.state, old.replaced_by) == (ClockState.SUPERSEDED, None)
    story.then("corrected", "2026-12-09 10:00", event=2, withdrawn=True)
    assert story.states("2026-12-10 10:00")["investigate/1"] is ClockState.RUNNING


def test_correcting_what_was_found_starts_the_clocks_that_it_should_have() -> None:
    story = Story().then("reported", "2026-12-07 10:00")
    story.then("investigation_concluded", "2026-12-09 10:00", significance="none")
    story.then("corrected", "2026-12-10 10:00", event=2, detail={"significance": "significant"})
    states = story.states("2026-12-10 11:00")
    assert states["summary/2"] is ClockState.SUPERSEDED
    assert states["summary/2.3"] is states["safety_work/2.3"] is ClockState.RUNNING


def test_a_report_entered_late_moves_the_start_and_keeps_the_old_row() -> None:
    story = Story().then("alert_raised", "2026-12-07 10:00").then("reported", "2026-12-02 10:00", by="contractor")
    old = story.clock("investigate/1", "2026-12-08 10:00")
    assert (old.state, old.replaced_by) == (ClockState.SUPERSEDED, "investigate/2")
    assert "recorded later came first" in old.reason
    assert str(story.clock("investigate/2", "2026-12-08 10:00").due_on) == "2026-12-16"


@pytest.mark.parametrize(
    "detail",
    [
        {"event": 7, "withdrawn": True},
        {"event": 2, "withdrawn": True},
        {"event": "x", "withdrawn": True},
        {"event": 1},
        {"event": 1, "at": "yesterday"},
        {"event": 1, "at": "2026-12-04T09:00:00"},
    ],
)
def test_a_correction_that_cannot_be_read_is_refused(detail: dict[str, object]) -> None:
    story = Story().then("reported", "2026-12-07 10:00").then("corrected", "2026-12-08 10:00", **detail)
    with pytest.raises(InputError):
        story.clocks("2026-12-09 10:00")
