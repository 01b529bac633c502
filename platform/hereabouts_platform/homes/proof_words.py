"""Proof of fix in words that a tenant may read: what changed, by how much, how sure, on how many days."""

from hereabouts_platform.homes.proof import CERTAIN, LIKELY, Change, Measure, Verdict
from hereabouts_platform.homes.relapse import Watch, WatchState

_UNITS = {"Pa": "Pa", "%": "points", "Cel": "°C"}
_LESS = {-1: "less", 1: "more"}


def say_change(change: Change) -> str:
    """A comparison in sentences.

    Example: "Better: at 5 °C outdoors the moisture added to the air is 310 Pa less than before (between 240 and 380 Pa
    less), 300 Pa now and 610 Pa then. Very likely more than chance. 34 days before and 41 after had the same weather."
    """
    if change.verdict is Verdict.CANNOT_SAY and change.reason:
        return f"Cannot say yet. {change.reason}"
    days = f"{change.days_before} days before and {change.days_after} after had the same weather."
    at = f"at {change.at_outdoor:.0f} °C outdoors the {change.measure.title}"
    if change.verdict is Verdict.NO_DIFFERENCE:
        return f"No difference that matters: {at} changed by {_amount(change.change, change.measure)}. {days}"
    if change.verdict is Verdict.CANNOT_SAY:
        by = f"{_amount(change.change, change.measure)}, {_between(change)}"
        return f"Cannot say yet: {at} changed by {by}. The odds that it is better are {change.sure:.0%}. {days}"
    word = "Better" if change.verdict is Verdict.BETTER else "Worse"
    way = _LESS[-1 if change.change < 0 else 1]
    now = f"{_number(change.after, change.measure)} now and {_number(change.before, change.measure)} then"
    by = _amount(abs(change.change), change.measure)
    return f"{word}: {at} is {by} {way} than before ({_between(change)}), {now}. {say_sure(change)} {days}"


def say_sure(change: Change) -> str:
    """How sure it is that the change is not chance, as a sentence."""
    odds = max(change.sure, 1 - change.sure)
    if odds >= 0.999:
        return "Practically certain."
    if odds >= CERTAIN:
        return "Very likely more than chance."
    return "Likely more than chance." if odds >= LIKELY else "It may be chance."


def say_watch(watch: Watch) -> str:
    """The watch after works, as sentences."""
    until = f"{watch.until.day} {watch.until:%B %Y}"
    words = {
        WatchState.WATCHING: f"Watched until {until}: no relapse so far.",
        WatchState.HELD: "It has held.",
        WatchState.RELAPSED: f"It came back on {watch.on.day} {watch.on:%B %Y}." if watch.on else "It came back.",
        WatchState.CANNOT_SAY: "Cannot say whether it has held.",
    }
    return f"{words[watch.state]} {watch.reason}"


def _between(change: Change) -> str:
    low, high = sorted((change.low, change.high))
    if low < 0 < high:
        less, more = _amount(-low, change.measure), _amount(high, change.measure)
        return f"anything from {less} less to {more} more"
    near, far = sorted((abs(low), abs(high)))
    return f"between {_plain(near, change.measure)} and {_amount(far, change.measure)} {_LESS[-1 if high <= 0 else 1]}"


def _amount(value: float, measure: Measure) -> str:
    return f"{_plain(value, measure)} {_UNITS[measure.unit]}"


def _number(value: float, measure: Measure) -> str:
    return f"{_plain(value, measure)} {'%' if measure.unit == '%' else _UNITS[measure.unit]}"


def _plain(value: float, measure: Measure) -> str:
    """Vapour to 10 Pa, the rest to one decimal: more would say more than is known."""
    return f"{round(value, -1):.0f}" if measure.unit == "Pa" else f"{value:.1f}"
