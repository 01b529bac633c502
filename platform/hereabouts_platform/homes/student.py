"""Student's t distribution, as closely as a sentence needs it: within 0.005 from 5 degrees of freedom on."""

from math import erf, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


def quantile(share: float, freedom: float) -> float:
    """The value below which t lies with the odds `share` (Abramowitz and Stegun 26.7.5, four terms).

    Example:
        >>> round(quantile(0.975, 10), 2)
        2.23
    """
    z = _NORMAL.inv_cdf(share)
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return sum(term / freedom**n for n, term in enumerate(terms))


def below(value: float, freedom: float) -> float:
    """The odds that t lies below a value (Abramowitz and Stegun 26.7.8).

    Example:
        >>> round(below(2.228, 10), 3)
        0.975
    """
    z = value * (1 - 1 / (4 * freedom)) / sqrt(1 + value * value / (2 * freedom))
    return (1 + erf(z / sqrt(2))) / 2
