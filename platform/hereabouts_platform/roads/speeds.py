"""How fast a vehicle class drives along a street, each way. Pure."""

import re
from collections.abc import Mapping

from hereabouts_platform.roads.allowed import KMH, ON_FOOT_KMH
from hereabouts_platform.roads.vehicles import VehicleClass

MILE_KM = 1.609344
OF_LIMIT = 0.8  # what is driven of a signed limit, with junctions and traffic: OSRM's car profile has the same share
_LIMIT = re.compile(r"(\d{1,3})\s*(mph|km/h|kmh|)")
_SPOKEN = {"gb:nsl_single": 60 * MILE_KM, "gb:nsl_dual": 70 * MILE_KM, "gb:motorway": 70 * MILE_KM, "none": 130.0}
_SERVICE = {"alley", "parking_aisle", "driveway", "parking", "drive-through"}
_SLOW = {"service", "living_street", *ON_FOOT_KMH}  # whatever the sign allows
_LEAST_KMH = 3.0


def kmh(tags: Mapping[str, str], way: str, vehicle: VehicleClass) -> float:
    """Speed along a street in km/h, `way` being forward or backward."""
    highway = tags["highway"]
    speed = float({**KMH, **ON_FOOT_KMH}[highway])
    if highway == "service" and tags.get("service") in _SERVICE:
        speed /= 2
    limit = _limit(tags.get(f"maxspeed:{way}", tags.get("maxspeed", "")))
    if limit is not None:
        speed = min(speed, limit * OF_LIMIT) if highway in _SLOW else limit * OF_LIMIT
    return max(_LEAST_KMH, min(speed * vehicle.pace, vehicle.top_kmh))


def _limit(text: str) -> float | None:
    """A signed limit in km/h; None where there is none to be read: then the kind of street decides."""
    text = text.strip().lower().replace("uk:", "gb:")
    if text in _SPOKEN:
        return _SPOKEN[text]
    match = _LIMIT.fullmatch(text)
    if match is None or int(match[1]) == 0:
        return None
    return int(match[1]) * (MILE_KM if match[2] == "mph" else 1.0)
