"""Why there is a run today or none, and why a bin comes along, in plain sentences."""

from datetime import date, timedelta

import numpy as np

from hereabouts_platform.collection.run_days import Look

#: From so many bins expected to overflow on, their number is said, not a chance.
SURE = 0.5


def day_words(look: Look, today: date) -> str:
    """Such as "No run today: 3 bins would be emptied, 41 tomorrow; a 2 in 100 chance that one overflows before."."""
    following = look.plan[1:2] if look.run else look.plan[:1]
    then = day_name(following[0], today) if following else "within the days looked at"
    now, later = int(look.chosen.sum()), int(look.later.sum())
    if look.run:
        return f"A run today: {_bins(now)}. The next one {then}; {_risk(look)} before."
    return f"No run today: {_bins(now)} would be emptied, {later} {then}; {_risk(look)} before."


def bin_words(look: Look, number: int, level: float, detour_km: float, today: date) -> str:
    """Why a bin is on today's round; of one that is near the round and could still wait, that it comes along.

    Args:
        number: of the bin in the look; level: expected now, per cent; detour_km: to it from a round near by.
    """
    full = f"{min(level, 100):.0f} % full"
    due = int(look.due[number])
    then = day_name(due, today) if due < 14 else "later"
    if look.harm[number] < detour_km:
        return f"{full}: it would be due {then}, and comes along as the round passes near it."
    return f"{full}: it may overflow before somebody comes again ({then})."


def day_name(ahead: int, today: date) -> str:
    """Such as "tomorrow" or "on Tue 4 Mar"."""
    if ahead < 2:
        return ("today", "tomorrow")[ahead]
    day = today + timedelta(days=ahead)
    return f"on {day:%a} {day.day} {day:%b}"


def _risk(look: Look) -> str:
    expected = float(look.waits.sum())
    if expected >= SURE:
        return f"about {_bins(max(round(expected), 1))} may overflow"
    hundred = round(100 * (1 - float(np.prod(1 - np.minimum(look.waits, 1.0)))))
    return f"a {hundred} in 100 chance that one overflows" if hundred else "hardly a chance that one overflows"


def _bins(count: int) -> str:
    return "1 bin" if count == 1 else f"{count} bins"
