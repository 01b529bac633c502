"""Which streets are open to a vehicle class, each way, after the tags of OpenStreetMap. Pure.

After the wiki's "Key:access": the most specific tag counts (hgv before motor_vehicle before vehicle before access), and
a value with :forward or :backward before one without. A value that is not known is taken for a restriction, and listed.
Values that hold at certain times are taken to hold always, where that leaves less open.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hereabouts_platform.roads.limits import WAYS, Finding, Use, clauses, concerns, size_findings
from hereabouts_platform.roads.vehicles import VehicleClass

# Speeds of a car in km/h where no limit is signed, roughly as OSRM's car profile has them.
KMH = {
    "motorway": 90,
    "motorway_link": 45,
    "trunk": 85,
    "trunk_link": 40,
    "primary": 65,
    "primary_link": 30,
    "secondary": 55,
    "secondary_link": 25,
    "tertiary": 40,
    "tertiary_link": 20,
    "unclassified": 25,
    "residential": 25,
    "living_street": 10,
    "service": 15,
}
ON_FOOT_KMH = {"pedestrian": 8, "track": 10}  # only where a tag lets vehicles in
_OPEN = {"yes", "permissive", "designated", "official"}
_SHUT = {
    *("no", "agricultural", "forestry", "emergency", "psv", "taxi", "minibus", "bus", "foot", "emergency_vehicle"),
    *("restricted", "military", "use_sidepath", "dismount", "bicycle", "unsuitable"),
    *(
        "private",
        "permit",
        "residents",
        "customers",
        "delivery",
        "destination",
        "share_taxi",
        "tourist_bus",
        "variable",
    ),
}
_HARMLESS = {"cattle_grid", "border_control", "toll_booth", "sally_port", "no", "entrance", "kerb", "height_restrictor"}
_GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate"}
_SIGNS = {"traffic_signals": 2, "stop": 2, "give_way": 1}
GATE_S = 60
_ONE_WAY = {"yes": "forward", "true": "forward", "1": "forward", "-1": "backward", "reverse": "backward"}
_CHANGING = {"reversible", "alternating"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """How a vehicle class may use a street.

    Attributes:
        forward, backward: along the way as drawn, and against it.
        findings: the tags that leave less than everything open.
    """

    forward: Use
    backward: Use
    findings: tuple[Finding, ...]

    @property
    def is_shut(self) -> bool:
        """Whether it may not be used at all."""
        return self.forward is Use.SHUT and self.backward is Use.SHUT


def is_street(tags: Mapping[str, str]) -> bool:
    """Whether it is something that vehicles drive on, be it shut to many."""
    return tags.get("highway") in KMH or (tags.get("highway") in ON_FOOT_KMH and _lets_vehicles_in(tags))


def judge_way(tags: Mapping[str, str], vehicle: VehicleClass) -> Judgement:
    """How the vehicle may use the street with these tags."""
    findings = [*_access_findings(tags, vehicle), *_one_way(tags, vehicle), *size_findings(tags, vehicle)]
    if tags.get("area") == "yes" or tags.get("impassable") == "yes" or tags.get("service") == "emergency_access":
        findings.append(Finding(way=None, use=Use.SHUT, tag="area, impassable or emergency_access"))
    has_height = any(key.startswith("maxheight") for key in tags)
    if vehicle.hgv and tags.get("tunnel") == "building_passage" and not has_height:
        findings.append(Finding(way=None, use=Use.SHUT, tag="tunnel=building_passage without a height", is_read=False))
    uses = {way: max((f.use for f in findings if f.way in {way, None}), default=Use.OPEN) for way in WAYS}
    return Judgement(forward=uses["forward"], backward=uses["backward"], findings=tuple(findings))


def judge_node(tags: Mapping[str, str], vehicle: VehicleClass) -> tuple[Finding, ...]:
    """What keeps the vehicle from passing a point of a street: a bollard, a low beam, a shut gate."""
    found = [f for f in size_findings(tags, vehicle) if f.use is Use.SHUT]
    value = next(((k, tags[k]) for k in _keys(vehicle) if k in tags), None)
    if value is not None and _use(value[1], vehicle) is not Use.OPEN and value[1] not in vehicle.enters:
        found.append(Finding(way=None, use=Use.SHUT, tag="=".join(value), is_read=value[1] in _SHUT))
    barrier = tags.get("barrier")
    if barrier is None or barrier in _HARMLESS or (barrier in _GATES and tags.get("locked") != "yes"):
        return tuple(found)
    if value is None or value[0] == "access":  # a bollard is not opened by leave to walk past it
        found.append(Finding(way=None, use=Use.SHUT, tag=f"barrier={barrier}"))
    return tuple(found)


def delay_s(tags: Mapping[str, str]) -> int:
    """How long passing a point takes: signals, signs, a gate to be opened."""
    return GATE_S if tags.get("barrier") in _GATES else _SIGNS.get(tags.get("highway", ""), 0)


def _keys(vehicle: VehicleClass) -> tuple[str, ...]:
    """Kinds of traffic that the vehicle belongs to, the narrowest first."""
    narrow = ("hgv",) if vehicle.hgv else ("goods", "motorcar")
    return (*narrow, "motor_vehicle", "vehicle", "access")


def _lets_vehicles_in(tags: Mapping[str, str]) -> bool:
    let_in = _OPEN | {"destination", "delivery"}
    return any(tags.get(key) in let_in for key in ("hgv", "goods", "motorcar", "motor_vehicle", "vehicle"))


def _use(value: str, vehicle: VehicleClass) -> Use:
    if value in vehicle.enters:
        return Use.TO_REACH
    return Use.OPEN if value in _OPEN else Use.SHUT


def _access_findings(tags: Mapping[str, str], vehicle: VehicleClass) -> Iterator[Finding]:
    for way in WAYS:
        for key in _keys(vehicle):
            worst = [*_plain_values(tags, key, way), *_conditional_values(tags, key, way, vehicle)]
            for tag, value in worst:
                if value == "discouraged":  # advice to lorries passing through
                    yield Finding(way=way, use=Use.TO_REACH, tag=tag)
                elif _use(value, vehicle) is not Use.OPEN:
                    yield Finding(way=way, use=_use(value, vehicle), tag=tag, is_read=value in _SHUT)
            if any(":conditional" not in tag for tag, _value in worst):
                break


def _plain_values(tags: Mapping[str, str], key: str, way: str) -> Iterator[tuple[str, str]]:
    for name in (f"{key}:{way}", key):
        if name in tags:
            for value in tags[name].split(";"):
                yield f"{name}={tags[name]}", value.strip().lower()
            return


def _conditional_values(
    tags: Mapping[str, str], key: str, way: str, vehicle: VehicleClass
) -> Iterator[tuple[str, str]]:
    for name in (f"{key}:{way}:conditional", f"{key}:conditional"):
        if name in tags:
            for value, condition in clauses(tags[name]) or [("unreadable", "")]:
                if concerns(condition, vehicle):
                    yield f"{name}={tags[name]}", value


def _one_way(tags: Mapping[str, str], vehicle: VehicleClass) -> Iterator[Finding]:
    names = [f"oneway:{key}" for key in _keys(vehicle)] + ["oneway"]
    name = next((name for name in names if name in tags), None)
    value = tags[name].lower() if name else "no"
    if name is None and (tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"):
        name, value = "junction", "yes"
    if "oneway:conditional" in tags and value not in _ONE_WAY:
        values = {value for value, _condition in clauses(tags["oneway:conditional"]) or [("reversible", "")]}
        name, value = "oneway:conditional", next(iter(values)) if len(values) == 1 else "reversible"
    if value in _CHANGING:
        yield Finding(way=None, use=Use.SHUT, tag=f"{name}={value}")
    elif value in _ONE_WAY:
        against = "backward" if _ONE_WAY[value] == "forward" else "forward"
        yield Finding(way=against, use=Use.SHUT, tag=f"{name}={value}")
