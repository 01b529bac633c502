"""What came of flags: counts by rule and level, causes named against causes found; few cases are said to be few."""

import pytest

from hereabouts_platform.homes.cause import Cause
from hereabouts_platform.homes.found_cause import cause_in_words
from hereabouts_platform.rules.learning import FEW, ClosedCase, learn, wilson
from hereabouts_platform.rules.learning_causes import learn_causes
from hereabouts_schemas.case import CaseOutcome

HAZARD, CAUSE, FALSE, SENSOR, SHUT = (
    CaseOutcome.CONFIRMED_HAZARD,
    CaseOutcome.CAUSE_FOUND,
    CaseOutcome.FALSE_ALARM,
    CaseOutcome.SENSOR_PROBLEM,
    CaseOutcome.NO_ACCESS,
)


def case(outcome: CaseOutcome, reason: str = "", found: str = "", level: str = "act") -> ClosedCase:
    return ClosedCase(
        rule="damp/3", level=level, cause="cold_bridge", outcome=outcome, reason=reason, found_cause=found
    )


def test_counts_by_rule_and_level() -> None:
    cases = [
        *[case(CAUSE, found="cold_bridge")] * 9,
        *[case(CAUSE, found="plumbing")] * 3,
        *[case(HAZARD)] * 4,
        *[case(FALSE, "Drying plaster")] * 3,
        case(FALSE, "drying  PLASTER"),
        case(FALSE, "Bathroom"),
        case(FALSE),
        *[case(SENSOR, "Sensor in a cupboard")] * 2,
        *[case(SHUT)] * 5,
        case(HAZARD, level="urgent"),
    ]
    act, urgent = learn(cases)
    assert (act.closed, act.confirmed, act.false_alarms, act.sensor_problems, act.no_access) == (29, 16, 6, 2, 5)
    assert act.share == pytest.approx(16 / 24)
    assert act.reasons == (("Drying plaster", 4), ("Bathroom", 1))
    assert act.words == (
        "16 of 24 confirmed (67%; between 47% and 82%). 5 without access, so not known. "
        "False alarms most often because: Drying plaster (4)."
    )
    assert (urgent.level, urgent.share, urgent.words) == ("urgent", None, "1 of 1 confirmed: too few for a share.")


def test_a_share_is_given_from_twenty_known_outcomes_on() -> None:
    for known, given in ((FEW - 1, False), (FEW, True)):
        (found,) = learn([case(HAZARD)] * known + [case(SHUT)] * 30)
        assert (found.share is not None) is given


def test_where_no_outcome_is_known_nothing_is_said_of_it() -> None:
    (found,) = learn([case(SHUT)] * 3)
    assert found.words == "No outcome is known yet. 3 without access, so not known."


def test_reports_of_people_are_no_flags() -> None:
    assert learn([ClosedCase(rule="", level="act", cause="", outcome=HAZARD)]) == []


@pytest.mark.parametrize(("hits", "of"), [(0, 20), (20, 20), (1, 1), (7, 50)])
def test_wilson_stays_within_the_possible_and_holds_the_share(hits: int, of: int) -> None:
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high + 1e-12 <= 1 + 1e-12


def test_the_cause_named_first_is_held_against_the_one_found() -> None:
    cases = [
        *[case(CAUSE, found="cold_bridge")] * 15,
        *[case(CAUSE, found="water_ingress")] * 4,
        case(HAZARD, found="heat_loss"),
        *[case(HAZARD)] * 6,  # nobody said the cause in words that tell it
        *[case(FALSE, found="cold_bridge")] * 9,
        ClosedCase(rule="damp/3", level="act", cause="", outcome=CAUSE, found_cause="heat_loss"),
    ]
    (wall,) = learn_causes(cases)
    assert (wall.cause, wall.confirmed, wall.told, wall.right) == ("cold_bridge", 26, 20, 15)
    assert (wall.share, wall.instead) == (0.75, (("water_ingress", 4), ("heat_loss", 1)))
    (few,) = learn_causes(cases[1:])
    assert (few.told, few.right, few.share) == (19, 14, None)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("A cold wall or corner.", Cause.COLD_BRIDGE),
        ("water_ingress", Cause.WATER_INGRESS),
        ("Gutter blocked above the bay", Cause.WATER_INGRESS),
        ("the FAN did not run on", Cause.EXTRACT_FAILURE),
        ("No insulation behind the panel", Cause.HEAT_LOSS),
        ("Trickle vents painted over", Cause.UNDER_VENTILATION),
        ("Fan broken and gutter blocked", None),
        ("Nothing found", None),
        ("Infantile drawing on the wall", None),
        ("", None),
    ],
)
def test_the_cause_is_read_from_peoples_words_where_they_tell_one(words: str, cause: Cause | None) -> None:
    assert cause_in_words(words) is cause
