"""The job that forecasts bins: how full each is now, and when it will be full, of all that was told so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from hereabouts_platform.access.policy import require
from hereabouts_platform.bins.forecast import FULL, LIMITS
from hereabouts_platform.rounds.foretelling import Foretold, foretell
from hereabouts_platform.rounds.next_rounds import NextRound, next_rounds
from hereabouts_platform.rounds.standing import bin_row, common_rows
from hereabouts_platform.store.bin_state import BinForecast, Reach, save_bin_states, save_group_states
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.waste_places import waste_places
from hereabouts_schemas.access import Action, Principal, Resource

#: Where no round is in sight, a bin's chance to overflow is told for so long.
NO_ROUND = timedelta(hours=24)


def forecast_bins(connection: Connection, principal: Principal, window: datetime, now: datetime) -> Mapping[str, int]:
    """Forecast every bin slot; returns how many there are, and what was taken in.

    Made of what the store holds, so a missed window is not made up for, and the same window again comes to the same.
    What came too late is looked for at the turn of the day, and by a run by hand.
    """
    require(principal, Action.WRITE, Resource.ROUNDS)
    places = waste_places(connection)
    if not places.slots:
        return {"bins": 0}
    by_hand = window == now  # a run by hand has its own instant for a window
    found = foretell(connection, places.slots, int(now.timestamp()), look_back=by_hand)
    save_bin_states(connection, _rows(found, next_rounds(connection, places, now), now))
    if found.moved:
        save_group_states(connection, common_rows(found.settled, found.settled.settled or 0), now)
    return {
        "bins": len(places.slots),
        "without_sensor": len(set(places.slots) - found.measured),
        "to_look_at": len(found.look_at),
        "taken_in": found.happenings,
        "refused": found.refused,
        "days_made_anew": found.anew,
        "unusable_places": len(places.unusable),
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class _Says:
    """What is said of a bin that something is known of."""

    level_p50: float | None = None
    level_p90: float | None = None
    reaches: tuple[Reach, ...] = ()
    overflow_chance: float | None = None


def _rows(found: Foretold, rounds: Mapping[str, NextRound], now: datetime) -> Sequence[BinForecast]:
    """What each bin's forecast says; of one that was never heard of, nothing: its age stands alone."""
    by = [rounds[place].at if place in rounds else now + NO_ROUND for place in found.ahead.bins]
    says = _said(found, by)
    rows = []
    for k, place in enumerate(found.ahead.bins):
        known, told = found.state.bins[place], says[k] if _is_told(found, place) else _Says()
        rows.append(
            BinForecast(
                place=place,
                state=bin_row(found.settled, place),
                level_p50=told.level_p50,
                level_p90=told.level_p90,
                reaches=told.reaches,
                overflow_chance=told.overflow_chance,
                overflow_by=by[k],
                depot=rounds[place].depot if place in rounds else None,
                measured=place in found.measured,
                emptied_at=_instant(known.emptied_at) if known.emptyings else None,
                read_at=_instant(known.read_at) if known.known else None,
                look_at=found.look_at.get(place, ()),
                made_at=now,
            )
        )
    return rows


def _is_told(found: Foretold, place: str) -> bool:
    """Whether its level can be said: a sensor was heard, or, where nothing measures, crews' words have taught how fast
    it fills, or found it overflowing.
    """
    known = found.state.bins[place]
    return known.known and (place in found.measured or known.weight > 0 or known.full)


def _said(found: Foretold, by: Sequence[datetime]) -> list[_Says]:
    """Of all bins at once; one that was "full or more" is at 100 until it is emptied."""
    ahead, first = found.ahead, found.ahead.until(1)
    p50, p90 = (np.where(ahead.overflowing, FULL, first.level(share)[:, 0]).tolist() for share in (0.5, 0.9))
    reached50, reached90 = (ahead.reaches_each(LIMITS, share).T.tolist() for share in (0.5, 0.9))
    chance = ahead.overflows_by(np.array([int(one.timestamp()) for one in by], np.int64)).tolist()
    return [
        _Says(
            level_p50=p50[k],
            level_p90=p90[k],
            reaches=tuple(
                Reach(limit=limit, p50_at=_instant(reached50[k][n]), p90_at=_instant(reached90[k][n]))
                for n, limit in enumerate(LIMITS)
            ),
            overflow_chance=chance[k],
        )
        for k in range(len(ahead.bins))
    ]


def _instant(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(int(seconds), UTC)
