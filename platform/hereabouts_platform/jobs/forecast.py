"""The job that forecasts bins: how full each is now, and when it will be full, of all that was told so far."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from hereabouts_platform.access.policy import require
from hereabouts_platform.bins.forecast import FULL
from hereabouts_platform.rounds.foretelling import Foretold, foretell
from hereabouts_platform.rounds.standing import bin_row, common_rows
from hereabouts_platform.store.bin_state import BinForecast, save_bin_states, save_group_states
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.waste_places import waste_places
from hereabouts_schemas.access import Action, Principal, Resource


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
    save_bin_states(connection, _rows(found, now))
    if found.moved:
        save_group_states(connection, common_rows(found.settled, found.settled.settled or 0), now)
    return {
        "bins": len(places.slots),
        "without_sensor": len(set(places.slots) - found.measured),
        "taken_in": found.happenings,
        "refused": found.refused,
        "days_made_anew": found.anew,
        "unusable_places": len(places.unusable),
    }


def _rows(found: Foretold, now: datetime) -> Sequence[BinForecast]:
    """What each bin's forecast says; of one that was never heard of, no level: its age stands alone."""
    p50, p90 = (found.ahead.level(share)[:, 0].tolist() for share in (0.5, 0.9))
    full50, full90 = (found.ahead.reaches(FULL, share).tolist() for share in (0.5, 0.9))
    rows = []
    for k, place in enumerate(found.ahead.bins):
        heard = place in found.measured and found.state.bins[place].known
        rows.append(
            BinForecast(
                place=place,
                state=bin_row(found.settled, place),
                level_p50=p50[k] if heard else None,
                level_p90=p90[k] if heard else None,
                full_p50_at=_instant(full50[k]) if heard else None,
                full_p90_at=_instant(full90[k]) if heard else None,
                made_at=now,
            )
        )
    return rows


def _instant(seconds: float) -> datetime | None:
    return None if np.isnan(seconds) else datetime.fromtimestamp(int(seconds), UTC)
