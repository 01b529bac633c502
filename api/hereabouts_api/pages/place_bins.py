"""What the page of a bin, or of a site with bins, says of how full they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from hereabouts_api.access import Caller
from hereabouts_api.bin_models import BinItem
from hereabouts_api.models import PlaceView
from hereabouts_platform.access.policy import may
from hereabouts_platform.bins.bin_words import together_says
from hereabouts_platform.bins.level import site_level
from hereabouts_platform.store.bins import BinFilter, find_bin, list_bins
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.place import PlaceKind

MOST = 1000  # slots of one site; no site is near it


@dataclass(frozen=True, kw_only=True, slots=True)
class BinsHere:
    """The bins of a place; `together`: how full those of each stream are, in sentences, where it is a site."""

    items: Sequence[BinItem]
    together: Sequence[str] = ()


def bins_here(caller: Caller, view: PlaceView, now: datetime) -> BinsHere | None:
    """In one query; None where no bin is here, or not for this caller."""
    if not may(caller.principal, Action.READ, Resource.ROUNDS):
        return None
    if view.kind == PlaceKind.BIN_SLOT:
        row = find_bin(caller.connection, view.id)
        return None if row is None else BinsHere(items=[BinItem.of(row, now)])
    if view.kind != PlaceKind.BIN_SITE:
        return None
    rows = list_bins(caller.connection, BinFilter(site=view.id), after=None, most=MOST)
    items = [BinItem.of(row, now) for row in rows]
    return BinsHere(items=items, together=_together(items)) if items else None


def _together(items: Sequence[BinItem]) -> list[str]:
    """Of each stream that has several bins, by the litres of those whose level and litres are known."""
    found = []
    for stream in sorted({one.stream for one in items if one.stream is not None}):
        here = [one for one in items if one.stream == stream]
        if len(here) == 1:  # it says so itself
            continue
        known = [(one.level_p50, one.capacity_l) for one in here if None not in (one.level_p50, one.capacity_l)]
        percent, litres = np.array(known, np.float64).reshape(-1, 2).T
        found.append(together_says(stream, site_level(percent, litres), (len(here), len(known))))
    return found
