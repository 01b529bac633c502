"""What a person should look at: places far from any street, or that a vehicle class cannot reach. Never hidden."""

from dataclasses import dataclass

FAR_M = 15.0  # further from its street than this, a place may have been taken to the wrong one
FARTHEST_M = 1000.0  # further than this, it is off the map


@dataclass(frozen=True, kw_only=True, slots=True)
class FarPlace:
    """A place further than FAR_M from the nearest street that the class may use."""

    place: str
    away_m: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadProblems:
    """What was found while distances were worked out.

    Attributes:
        far: places that were taken to a street more than FAR_M away, the furthest first.
        unreachable: places with no way to them or from them: more than FARTHEST_M from any street, or cut off.
        from_either_side: pairs (from, to) with no way that keeps to the near side; theirs is the way that does not.
        wrong_side: the places behind those pairs: they cannot be come to, or left, on the near side.
    """

    vehicle_class: str
    far: tuple[FarPlace, ...] = ()
    unreachable: tuple[str, ...] = ()
    from_either_side: tuple[tuple[str, str], ...] = ()
    wrong_side: tuple[str, ...] = ()
