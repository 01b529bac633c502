"""What becomes of an alert: a table of every finding against every standing, and what never happens."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hereabouts_platform.homes.first_cause import wants_cause, with_cause
from hereabouts_platform.rules.alert_life import Clear, Leave, Open, OpenAlert, Statement, Update, next_step
from hereabouts_schemas.alert import Assessment, Evidence, Finding, FirstCause, Level, SubjectKind

FROM, TO = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 8, tzinfo=UTC)


def number(value: float, limit: float = 75.0) -> Evidence:
    return Evidence(value=value, unit="%", limit=limit, from_at=FROM, to_at=TO)


def says(finding: Finding, reason: str = "So it is.", **more: object) -> Assessment:
    facts: dict[str, object] = {
        "subject_kind": SubjectKind.PLACE,
        "subject_id": "H1/bedroom",
        "hazard": "damp_mould",
        "finding": finding,
        "level": Level.WATCH,
        "reason": reason,
        "rule": "part_f",
        "rule_version": "1",
        "evidence": {"air_week": number(60.0)},
    }
    return Assessment(**(facts | more))  # type: ignore[arg-type]


FLAG = says(Finding.FLAG, "Wet.", level=Level.ACT, evidence={"air_week": number(81.0)})
STANDING = OpenAlert(
    id=7,
    says=Statement(
        level=Level.ACT, reason="Wet.", evidence={"air_week": number(81.0)}, rule="part_f", rule_version="1"
    ),
)


def test_a_flag_opens() -> None:
    step = next_step(None, FLAG)
    assert isinstance(step, Open)
    assert (step.subject_id, step.hazard, step.says) == ("H1/bedroom", "damp_mould", STANDING.says)


@pytest.mark.parametrize("finding", [Finding.CLEAR, Finding.HOLD, Finding.CANNOT_SAY])
def test_nothing_else_opens(finding: Finding) -> None:
    assert next_step(None, says(finding)) == Leave()


@pytest.mark.parametrize("finding", [Finding.HOLD, Finding.CANNOT_SAY])
def test_but_an_earlier_flag_that_still_stands_does(finding: Finding) -> None:
    step = next_step(None, says(finding, earlier=FLAG))
    assert isinstance(step, Open)
    assert step.says.level is Level.ACT


def test_the_same_flag_changes_nothing() -> None:
    assert next_step(STANDING, FLAG) == Leave()


@pytest.mark.parametrize(
    "change", [{"reason": "Wetter."}, {"level": Level.WATCH}, {"evidence": {"air_week": number(82.0)}}]
)
def test_another_flag_updates(change: dict[str, object]) -> None:
    step = next_step(STANDING, replace(FLAG, **change))  # type: ignore[arg-type]
    assert isinstance(step, Update)
    assert step.alert_id == 7


def test_clear_clears_and_says_why() -> None:
    step = next_step(STANDING, says(Finding.CLEAR, "Dry."))
    assert isinstance(step, Clear)
    assert (step.alert_id, step.says.reason, step.says.level) == (7, "Dry.", Level.ACT)


def test_clear_does_not_clear_what_cannot_be_measured_now() -> None:
    step = next_step(STANDING, says(Finding.CLEAR, "Dry.", evidence={"other": number(10.0)}))
    assert isinstance(step, Update)
    assert step.says.reason == "Dry. The alert stays open because what raised it cannot be measured now."
    assert step.says.evidence["air_week"] == number(81.0)


def test_a_number_below_its_limit_may_go_missing() -> None:
    alert = replace(
        STANDING, says=replace(STANDING.says, evidence={"wall_day": number(50.0), "air_week": number(81.0)})
    )
    assert isinstance(next_step(alert, says(Finding.CLEAR)), Clear)


def test_hold_keeps_the_level_and_says_how_it_stands() -> None:
    step = next_step(STANDING, says(Finding.HOLD, "Drying."))
    assert isinstance(step, Update)
    assert (step.says.level, step.says.reason) == (Level.ACT, "Drying.")


def test_no_data_says_so_and_keeps_what_it_stood_on() -> None:
    step = next_step(STANDING, says(Finding.CANNOT_SAY, "No readings since 3 March 2026, 14:00.", earlier=FLAG))
    assert isinstance(step, Update)
    assert step.says.reason == "No readings since 3 March 2026, 14:00; the alert stays open. Wet."
    assert (step.says.level, step.says.evidence) == (Level.ACT, STANDING.says.evidence)


def test_no_data_for_so_long_that_the_flag_is_out_of_sight_keeps_what_was_said() -> None:
    silent = says(Finding.CANNOT_SAY, "No readings since 3 March 2026, 14:00.", evidence={})
    step = next_step(STANDING, replace(silent, earlier=FLAG))
    assert isinstance(step, Update)
    assert next_step(OpenAlert(id=7, says=step.says), silent) == Leave()


def test_reasons_of_missing_data_do_not_pile_up() -> None:
    alert = STANDING
    for hours in range(5):
        step = next_step(
            alert, says(Finding.CANNOT_SAY, f"There are readings in only {hours} of 24 hours.", evidence={})
        )
        assert isinstance(step, Update)
        alert = OpenAlert(id=7, says=step.says)
    assert alert.says.reason == "There are readings in only 4 of 24 hours; the alert stays open."


findings = st.sampled_from(list(Finding))
levels = st.sampled_from([Level.WATCH, Level.ACT])
evidences = st.dictionaries(
    st.sampled_from(["air_day", "air_week", "wall_week"]), st.floats(1, 100).map(number), max_size=3
)
flags = st.builds(lambda level, evidence: replace(FLAG, level=level, evidence=evidence), levels, evidences)
assessments = st.builds(
    lambda finding, level, evidence, earlier, text: says(
        finding,
        f"{text}.",
        level=level,
        evidence=evidence,
        earlier=earlier if finding in (Finding.HOLD, Finding.CANNOT_SAY) else None,
    ),
    findings,
    levels,
    evidences,
    st.none() | flags,
    st.sampled_from(["One", "Two"]),
)


@given(st.lists(assessments, max_size=12))
def test_asked_twice_it_acts_once_and_only_a_clear_clears(said: list[Assessment]) -> None:
    alert: OpenAlert | None = None
    for assessment in said:
        step = next_step(alert, assessment)
        if isinstance(step, Clear):
            assert assessment.finding is Finding.CLEAR
        alert = after(alert, step)
        assert next_step(alert, assessment) == Leave()


def after(alert: OpenAlert | None, step: Open | Update | Clear | Leave) -> OpenAlert | None:
    """What stands when a step has been taken."""
    if isinstance(step, Clear):
        return None
    return OpenAlert(id=7, says=step.says) if isinstance(step, Open | Update) else alert


def test_an_alert_keeps_the_cause_it_named_until_it_is_told_another() -> None:
    wall = FirstCause(cause="cold_bridge", title="a cold wall", odds=0.6, says_for=("the wall is cold",))
    fan = replace(wall, cause="extract_failure")
    opened = next_step(None, replace(FLAG, cause=wall))
    assert isinstance(opened, Open)
    assert opened.says.cause == wall
    standing = replace(STANDING, says=opened.says)
    assert next_step(standing, FLAG) == Leave()
    for finding in (Finding.HOLD, Finding.CANNOT_SAY, Finding.CLEAR):
        step = next_step(standing, says(finding, "Drier."))
        assert isinstance(step, Update | Clear)
        assert step.says.cause == wall
    step = next_step(standing, replace(FLAG, cause=fan))
    assert isinstance(step, Update)
    assert step.says.cause == fan


def test_a_cause_is_told_anew_where_an_alert_opens_or_changes_and_once_a_day() -> None:
    wall = FirstCause(cause="cold_bridge", title="a cold wall", odds=0.6)
    standing = replace(STANDING, says=replace(STANDING.says, cause=wall))
    assert wants_cause(FLAG, None, 7)
    assert wants_cause(FLAG, STANDING, 7)
    assert wants_cause(FLAG, standing, 0)
    assert not wants_cause(FLAG, standing, 7)
    assert wants_cause(replace(FLAG, level=Level.URGENT), standing, 7)
    assert not wants_cause(says(Finding.CLEAR), STANDING, 7)
    assert with_cause(says(Finding.HOLD, earlier=FLAG), wall).earlier == replace(FLAG, cause=wall)
