"""Forms of cases: every answer that can be chosen is one that the case takes; times as clocks in London show them."""

from datetime import UTC, datetime

import pytest

from hereabouts_api.pages.case_fields import Asks, Field, read_field, read_time
from hereabouts_api.pages.case_forms import FORMS, CaseForm
from hereabouts_api.pages.case_offer import answered
from hereabouts_api.pages.case_words import HAZARDS, LEVELS, TITLES, say_detail
from hereabouts_api.pages.home_view import OF_HAZARD, REPORT, STYLES, WORST
from hereabouts_api.room_levels import FAULTS
from hereabouts_platform.cases.details import checked
from hereabouts_platform.cases.steps import STEPS
from hereabouts_platform.homes.record import FAULTS as RECORDED
from hereabouts_platform.homes.record import HAZARDS as JUDGED
from hereabouts_platform.homes.record import LEVELS as SAID
from hereabouts_schemas.case import CaseEventKind
from hereabouts_schemas.errors import InputError

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
LISTS = {"assignee": {"Ada": "Ada", "nobody": "Nobody"}, "event": {"7": "7"}, "delay_of": {"summary": "Summary"}}
EXAMPLES = {Asks.TEXT: "Words.", Asks.LINE: "Words.", Asks.DAY: "2026-12-24", Asks.TIME: "2026-11-30T09:00"}


def filled(form: CaseForm, pick: int) -> dict[str, str]:
    """Every field answered, choices by turns."""
    given = {}
    for one in form.all_fields:
        choices = list(LISTS.get(one.name, {}) if one.asks is Asks.LIST else one.choices)
        given[one.name] = choices[pick % len(choices)] if choices else EXAMPLES[one.asks]
    return given


@pytest.mark.parametrize("form", [*FORMS, REPORT], ids=lambda form: form.name)
def test_whatever_a_form_can_say_is_what_a_case_takes(form: CaseForm) -> None:
    for pick in range(6):
        read = answered(form, LISTS, filled(form, pick), NOW)
        assert read.happened is not None, read.errors
        detail = {
            name: value for name, value in read.happened.detail.items() if (form.name, name) != ("report", "hazard")
        }
        assert checked(form.kind, detail)
        assert all(said.strip() for said in say_detail(form.kind, detail))


def test_every_event_that_people_record_has_a_form_and_every_one_a_name() -> None:
    by_hand = {kind for kind, step in STEPS.items() if not step.by_system}
    assert {form.kind for form in (*FORMS, REPORT)} == by_hand
    assert set(TITLES) == set(CaseEventKind)
    assert len({form.name for form in FORMS}) == len(FORMS)


def test_every_level_hazard_and_fault_of_the_assessment_has_words() -> None:
    assert set(LEVELS) == set(STYLES) == set(WORST) == set(SAID)
    assert set(HAZARDS) == set(OF_HAZARD) == set(JUDGED)
    assert set(FAULTS) == set(RECORDED)


def test_what_is_left_open_is_not_said_and_what_is_needed_is_asked_for() -> None:
    conclude = next(form for form in FORMS if form.name == "conclude")
    read = answered(conclude, LISTS, {"type": "remote", "significance": "none", "safety_work": ""}, NOW)
    assert read.happened is not None
    assert read.happened.detail == {"type": "remote", "significance": "none"}
    assert read.happened.at == NOW
    read = answered(conclude, LISTS, {"type": "by balloon"}, NOW)
    assert read.errors == {"type": "Choose one of the answers.", "significance": "Choose one."}


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-12-01T10:30", datetime(2026, 12, 1, 10, 30, tzinfo=UTC)),
        ("2026-07-01T10:30", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
        ("2026-07-01T10:30+01:00", datetime(2026, 7, 1, 9, 30, tzinfo=UTC)),
    ],
)
def test_times_are_those_of_london(text: str, instant: datetime) -> None:
    assert read_time("at", text) == instant


@pytest.mark.parametrize("text", ["tomorrow", "2026-10-25T01:30", "2026-03-29T01:30", "9999-99-99T00:00"])
def test_a_time_that_never_was_or_came_twice_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"at: .* cannot be used"):
        read_time("at", text)


def test_a_day_ends_at_midnight_in_london() -> None:
    until = Field(name="until", label="Until", asks=Asks.DAY, as_instant=True)
    assert read_field(until, "2026-07-01") == "2026-07-01T22:59:00Z"
    with pytest.raises(InputError):
        read_field(until, "soon")
