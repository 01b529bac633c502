"""How far off a way to forecast was, and how honest about it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hereabouts_deploy.forecast_evaluation.trial import Foretold
from hereabouts_platform.bins.level import Floats

FULL = 100.0
SHARE = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Figures of a way on some collections; points are per cent of fill.

    Attributes:
        count: collections; mae: mean absolute error of the P50, points; bias: its mean error.
        cover: share of collections at or under their P90.
        cover_under: the same of those whose P90 is under 100: a level cut at 100 cannot be over one that is 100.
        could_miss: how many of them those are, as a share.
        cover_split: of all, where both are 100 as the share of "100 or more" that the P90 asks for: 0.9 when right.
        pinball: of the P90, points.
        brier: mean square of (chance of full - whether it was), and brier_mean: of always saying their mean.
    """

    count: int
    mae: float
    bias: float
    cover: float
    cover_under: float
    could_miss: float
    cover_split: float
    pinball: float
    brier: float
    brier_mean: float


def score(foretold: Foretold) -> Score:
    """The figures."""
    found, p90 = foretold.found, foretold.p90
    under, was_full = p90 < FULL, found >= FULL
    covered = found <= p90
    off = found - p90
    return Score(
        count=len(found),
        mae=float(np.abs(found - foretold.p50).mean()),
        bias=float((foretold.p50 - found).mean()),
        cover=float(covered.mean()),
        cover_under=float(covered[under].mean()) if under.any() else float("nan"),
        could_miss=float(under.mean()),
        cover_split=float(np.where(was_full & ~under, _split(foretold.over), covered).mean()),
        pinball=float(np.maximum(SHARE * off, (SHARE - 1) * off).mean()),
        brier=float(((foretold.over - was_full) ** 2).mean()),
        brier_mean=float(was_full.mean() * (1 - was_full.mean())),
    )


def _split(over: Floats) -> Floats:
    """Of a bin that is full or more with this chance, the part of that chance that lies under the P90."""
    return np.asarray(np.clip((over - (1 - SHARE)) / np.maximum(over, 1e-9), 0.0, 1.0))


def reliability(foretold: Foretold, edges: tuple[float, ...] = (0, 0.05, 0.1, 0.2, 0.3, 0.5, 1)) -> list[list[float]]:
    """For each range of the chance of full: from, to, how many, the mean chance and how often it was."""
    rows = []
    for low, high in pairwise(edges):
        inside = (foretold.over >= low) & (foretold.over < high)
        if inside.any():
            was = float((foretold.found[inside] >= FULL).mean())
            rows.append([low, high, float(inside.sum()), float(foretold.over[inside].mean()), was])
    return rows
