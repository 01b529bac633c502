"""How sure a saving is: an interval by how much days differ, and by how much what was measured before differed."""

from collections.abc import Mapping, Sequence
from math import sqrt
from statistics import variance

from scipy.special import stdtrit

SHARE = 0.95
FEWEST_DAYS = 5  # below that many no interval is told

Error = tuple[float, int]
"""Variance of a mean, and its degrees of freedom."""


def interval(differences: Sequence[float], shared: Mapping[object, tuple[int, Error]]) -> tuple[float, float] | None:
    """The span in which the sum of as many differences like these lies 19 times in 20; None for too few days.

    The variance of the sum is `n s² + Σ m_k² v_k`: n days that differ by s (they are taken as independent), and what a
    mean of measured days is off by (v_k) counted for all m_k days that it stands for at once. Degrees of freedom after
    Welch and Satterthwaite, quantile of Student's t. B. L. Welch, "The generalization of 'Student's' problem when
    several different population variances are involved", Biometrika 34 (1947) 28-35.

    Args:
        differences: one a day.
        shared: of each mean: for how many days it stands, its variance and degrees of freedom.
    """
    days = len(differences)
    if days < FEWEST_DAYS:
        return None
    terms = [(days * variance(differences), days - 1)]
    terms += [(count**2 * spread, free) for count, (spread, free) in shared.values()]
    whole = sum(term for term, _ in terms)
    total = sum(differences)
    if whole <= 0:
        return total, total
    free = 1 / sum((term / whole) ** 2 / own for term, own in terms)
    half = float(stdtrit(free, (1 + SHARE) / 2)) * sqrt(whole)
    return total - half, total + half
