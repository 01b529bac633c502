"""What a surface is made of, as far as mould minds: the classes of the VTT model.

Source: Ojanen, Viitanen and others 2010 (classes); Hukka and Viitanen 1999 (wood, with species and quality).
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """How fast and how far mould grows on a surface.

    Attributes:
        k1_early, k1_late: pace below index 1 and from 1 on, against the reference wood; `k1_late` None takes it from
            the time until growth is seen, as the form of 1999 does.
        a, b, c: of the most that grows, `a + b x - c x^2`.
        least_humidity: below which nothing grows at any temperature, %.
        softwood: W of the form of 1999: 0 pine, 1 spruce.
        kiln_dried: SQ of the form of 1999: 1 the surface as it left the kiln, 0 resawn after drying.
    """

    name: str
    k1_early: float
    k1_late: float | None
    a: float
    b: float
    c: float
    least_humidity: float
    softwood: float = 0.0
    kiln_dried: float = 0.0


VERY_SENSITIVE = Material(name="very sensitive", k1_early=1.0, k1_late=2.0, a=1.0, b=7.0, c=2.0, least_humidity=80.0)
SENSITIVE = Material(name="sensitive", k1_early=0.578, k1_late=0.386, a=0.3, b=6.0, c=1.0, least_humidity=80.0)
MEDIUM_RESISTANT = Material(
    name="medium resistant", k1_early=0.072, k1_late=0.097, a=0.0, b=5.0, c=1.5, least_humidity=85.0
)
RESISTANT = Material(name="resistant", k1_early=0.033, k1_late=0.014, a=0.0, b=3.0, c=1.0, least_humidity=85.0)

CLASSES = (VERY_SENSITIVE, SENSITIVE, MEDIUM_RESISTANT, RESISTANT)
PAPERED_WALL = SENSITIVE  # papered, painted or soiled inner walls: paper-faced board is the nearest that was measured


def wood(*, spruce: bool = False, kiln_dried: bool = False) -> Material:
    """Wood in the form of 1999: how fast it goes beyond index 1 follows from the time until mould is seen."""
    return Material(
        name="spruce" if spruce else "pine",
        k1_early=1.0,
        k1_late=None,
        a=1.0,
        b=7.0,
        c=2.0,
        least_humidity=80.0,
        softwood=float(spruce),
        kiln_dried=float(kiln_dried),
    )
