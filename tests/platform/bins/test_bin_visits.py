"""Must, may or leave, each with a sentence."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from hereabouts_platform.bins.calendar import Calendar
from hereabouts_platform.bins.forecast import forecast, hours_ahead
from hereabouts_platform.bins.growth import growths
from hereabouts_platform.bins.state import BinState, State
from hereabouts_platform.bins.visit_words import when
from hereabouts_platform.bins.visits import Choice, Decision, Slot, VisitRules, choose
from hereabouts_schemas.work import ReasonKind

HOUR_S, DAY_S = 3600, 86_400
NOW = int(datetime(2026, 6, 16, 5, tzinfo=UTC).timestamp())  # a Tuesday, 06:00 in London
GROWN = growths({}, ["street"], Calendar(), (NOW - 40 * DAY_S, NOW + 15 * DAY_S))


def known(level: float, per_day: float, **more: object) -> BinState:
    facts = {
        "group": "street",
        "total": per_day * 50,
        "weight": 50.0,
        "emptied_at": NOW - 3 * DAY_S,
        "read_at": NOW - 600,
        "level": level,
        "known": True,
        "emptyings": 9,
    }
    return BinState(**(facts | more))  # type: ignore[arg-type]


def chosen(state: BinState, **told: object) -> Choice:
    slot = Slot(bin="a", **told)  # type: ignore[arg-type]
    whole = State(bins={"a": state}, as_of=NOW)
    ahead = forecast(whole, ["a"], hours_ahead(NOW), GROWN)
    return choose(ahead, [slot], whole, NOW + DAY_S)[0]


def test_a_bin_that_may_overflow_may_be_emptied_for_a_prize() -> None:
    choice = chosen(known(72, 18))
    assert choice.decision is Decision.MAY
    assert choice.prize_p == round(4000 * choice.chance)
    assert choice.reason.kind is ReasonKind.FULLNESS
    assert re.fullmatch(r"72 % full, over its 80 % limit by tomorrow \d\d:00 \(9 in 10\)\.", choice.reason.says)


def test_the_dial_turns_the_prize() -> None:
    cheap, dear = (chosen(known(80, 20), rules=VisitRules(rho_p=rho)).prize_p for rho in (1000, 8000))
    assert dear == pytest.approx(8 * cheap, abs=8)


def test_what_can_wait_is_left_with_the_dates_of_its_overflow() -> None:
    choice = chosen(known(10, 8))
    assert (choice.decision, choice.prize_p) == (Decision.LEAVE, 0)
    assert choice.reason.says.startswith("10 % full: it can wait. As likely as not full ")
    assert choice.overflow_p50_at is not None
    assert choice.overflow_p90_at is not None
    assert choice.overflow_p90_at < choice.overflow_p50_at
    days = (choice.overflow_p50_at - datetime.fromtimestamp(NOW, UTC)).total_seconds() / DAY_S
    assert days == pytest.approx(90 / 8, abs=1.5)


def test_a_bin_that_hardly_fills_has_no_date() -> None:
    choice = chosen(known(2, 0.4))
    assert choice.overflow_p50_at is None
    assert choice.reason.says.endswith("It is not expected to be full in the time looked at.")


def test_full_must_be_emptied_and_so_must_what_will_surely_be() -> None:
    full = chosen(known(100, 20, full=True))
    assert (full.decision, full.chance) == (Decision.MUST, 1)
    assert full.reason.says == "Full or more when it was last read."
    surely = chosen(known(95, 90))
    assert surely.decision is Decision.MUST
    assert surely.reason.says == "96 % full, over its 80 % limit."


def test_a_bin_that_was_full_long_ago_is_said_to_be_so() -> None:
    silent = chosen(known(100, 20, full=True, read_at=NOW - 3 * DAY_S, emptied_at=NOW - 6 * DAY_S))
    assert silent.reason.says == "Full or more when it was last heard of, 3 days ago. Last emptied 6 days ago."


def test_age_is_a_reason_of_its_own_before_the_next_plan_is_too_late() -> None:
    old = known(5, 0.3, emptied_at=NOW - 14 * DAY_S)
    choice = chosen(old)
    assert (choice.decision, choice.reason.kind) == (Decision.MUST, ReasonKind.AGE)
    assert choice.reason.says == "Last emptied 14 days ago: it is never left longer than 14."
    assert chosen(old, rules=VisitRules(max_days=30)).decision is not Decision.MUST
    full = chosen(known(100, 20, full=True, emptied_at=NOW - 14 * DAY_S))
    assert full.reason.kind is ReasonKind.AGE, "a full bin may be weighed with all others; the limit of days is not"


def test_of_a_bin_that_is_surely_full_and_that_nothing_measures_no_level_is_said() -> None:
    never = chosen(known(0, 60, known=False, emptyings=0, read_at=NOW - 3 * DAY_S))
    assert never.decision is Decision.MUST
    assert (
        never.reason.says == "Nothing has been heard of it yet. As bins of its group fill, it is over its 80 % limit."
    )
    silent = chosen(known(30, 60, read_at=NOW - 3 * DAY_S))
    assert silent.decision is Decision.MUST
    assert silent.reason.says.startswith("No reading for 3 days. Last emptied 3 days ago; as it fills, it is over")


def test_a_silent_sensor_is_never_dropped_and_its_age_is_said() -> None:
    choice = chosen(known(40, 12, read_at=NOW - 4 * DAY_S, emptied_at=NOW - 6 * DAY_S))
    assert choice.decision is Decision.MAY
    assert choice.reason.kind is ReasonKind.AGE
    assert choice.reason.says.startswith("No reading for 4 days. Last emptied 6 days ago; as it fills, it is over its")
    assert chosen(known(40, 12, read_at=NOW - 13 * DAY_S, emptied_at=NOW - 14 * DAY_S)).decision is Decision.MUST


def test_a_bin_nobody_has_heard_of_goes_by_its_group() -> None:
    fresh = BinState(group="street", emptied_at=NOW - 2 * DAY_S, read_at=NOW - 2 * DAY_S)
    assert chosen(fresh).reason.says.startswith("Nothing has been heard of it yet. As bins of its group fill, it is")


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"alert": "Its flap is stuck."}, ReasonKind.ALERT),
        ({"report": "A resident says it overflows.", "alert": "Its flap is stuck."}, ReasonKind.REPORT),
        ({"statutory": "Zone 1 is made clean by noon.", "report": "It overflows."}, ReasonKind.STATUTORY),
        ({"manual": "The market needs it.", "statutory": "Zone 1."}, ReasonKind.MANUAL),
    ],
)
def test_the_strongest_reason_stands(told: dict[str, str], kind: ReasonKind) -> None:
    choice = chosen(known(10, 8), **told)
    assert (choice.decision, choice.reason.kind, choice.prize_p) == (Decision.MUST, kind, 0)
    assert choice.reason.says in told.values()


def test_a_duty_counts_once_it_falls_before_the_next_plan() -> None:
    due = {"statutory": "Zone 1 is made clean by noon."}
    assert chosen(known(10, 8), **due, statutory_by=NOW + DAY_S).decision is Decision.MUST
    assert chosen(known(10, 8), **due, statutory_by=NOW + 2 * DAY_S).decision is Decision.LEAVE


def test_every_slot_gets_a_choice_and_a_short_forecast_is_refused() -> None:
    bins = {f"bin-{k}": known(level, 12) for k, level in enumerate((0, 30, 60, 90, 100))}
    state = State(bins=bins, as_of=NOW)
    ahead = forecast(state, list(bins), hours_ahead(NOW), GROWN)
    slots = [Slot(bin=one, rules=VisitRules(limit=50 + 10 * k)) for k, one in enumerate(bins)]
    choices = choose(ahead, slots, state, NOW + DAY_S)
    assert [one.bin for one in choices] == list(bins)
    assert np.all(np.diff([one.chance for one in choices]) >= 0)
    with pytest.raises(ValueError, match="before the next plan"):
        choose(ahead, slots, state, NOW + 30 * DAY_S)
    with pytest.raises(ValueError, match="other bins"):
        choose(replace(ahead, bins=ahead.bins[::-1]), slots, state, NOW + DAY_S)


def test_times_are_clocks_in_london_and_never_too_soon() -> None:
    assert when(NOW + 1800, NOW) == "today 07:00"
    assert when(NOW + DAY_S, NOW) == "tomorrow 06:00"
    assert when(NOW + 4 * DAY_S + 1, NOW) == "Sat 20 Jun 07:00"
