"""What a person has to look at when a day's rounds are planned: of the data that the plan had to be made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class TroubleKind(StrEnum):
    """What is the matter, in the order in which people read of it."""

    STILL_ASKED = "still_asked"  # a bin that was reported on today, and is asked for again
    NOT_AS_FIXED = "not_as_fixed"  # a bin that is done otherwise than a dispatcher fixed it
    SHIFT = "shift"  # a depot's hours cut a shift, or keep a vehicle at home
    NO_MAP = "no_map"  # a vehicle class has no map of roads
    UNREACHABLE = "unreachable"  # a vehicle class cannot get to a place, or away from it
    WRONG_SIDE = "wrong_side"  # a vehicle class cannot come to a place on its near side
    FAR = "far"  # a place lies far from any street that a vehicle class may use
    UNUSABLE = "unusable"  # a place without a position, or with attributes that cannot be read
    NO_CAPACITY = "no_capacity"  # nobody said how many litres a bin holds
    CALENDAR = "calendar"  # a line of the calendar names what is not there


WHAT_TO_DO: Mapping[TroubleKind, str] = {
    TroubleKind.STILL_ASKED: "A visit is one a day, so it waits for its next turn, unless you ring the crew.",
    TroubleKind.NOT_AS_FIXED: "The day went past it, or a crew is on its way: ring the crew, or withdraw the request.",
    TroubleKind.SHIFT: "Look at the depot's open in places.csv, and at the shift in crews.csv.",
    TroubleKind.NO_MAP: "Bring one in: hereabouts roads import.",
    TroubleKind.UNREACHABLE: "No such vehicle is sent there. Look at lon and lat, name the classes that can reach "
    "it in its access, or bring in a map that goes so far.",
    TroubleKind.WRONG_SIDE: "It is come to from the far side. Give it the approach either if the crew may cross the "
    "street, or look at lon and lat.",
    TroubleKind.FAR: "It is taken to the nearest street, which may be the wrong one. Look at lon and lat.",
    TroubleKind.UNUSABLE: "It is in no plan until its row is mended and brought in again: hereabouts import places.",
    TroubleKind.NO_CAPACITY: "It is planned as if next to nothing were in it. Give its capacity_l.",
    TroubleKind.CALENDAR: "Import the calendar anew.",
}
"""What can be done about each kind."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One thing that a person should look at.

    Attributes:
        about: id of the place or vehicle, the vehicle class, or the calendar's name; empty where it tells of several.
        says: in a sentence.
        count: how many it tells of; more than one only where a list was too long.
    """

    kind: TroubleKind
    about: str
    says: str
    count: int = 1
