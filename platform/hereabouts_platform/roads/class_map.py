"""The map as one vehicle class sees it: the streets it may use, how fast each way, barriers, and the turns it may make.

Both engines are built of this file, so that they agree about what is allowed and cannot read a sign differently.
Streets that are shut stay in it as such: a driver sees them at the junction, so the words of a turn count them.
Tags that it speaks: `hereabouts:forward` and `hereabouts:backward` (km/h), `hereabouts:to_reach` (not to pass through),
`hereabouts:shut`, and of points `hereabouts:barrier` and `hereabouts:delay` (seconds).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm import NODE, RELATION, WAY
from osmium.osm.mutable import Node, Relation, Way

from hereabouts_platform.roads.allowed import KMH, ON_FOOT_KMH, Judgement, delay_s, is_street, judge_node, judge_way
from hereabouts_platform.roads.limits import Use
from hereabouts_platform.roads.speeds import kmh
from hereabouts_platform.roads.vehicles import VehicleClass
from hereabouts_schemas.errors import InputError

FORWARD, BACKWARD, TO_REACH, SHUT = (f"hereabouts:{word}" for word in ("forward", "backward", "to_reach", "shut"))
BARRIER, DELAY = "hereabouts:barrier", "hereabouts:delay"
_KEPT = ("highway", "name", "ref", "junction")
_NEW = datetime(1970, 1, 1, tzinfo=UTC)
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A value on the map that could not be read and was taken for a restriction: for a person to look at."""

    kind: str
    id: int
    tag: str


@dataclass(kw_only=True, slots=True)
class MapSummary:
    """What became of a map's streets for one class of vehicle."""

    streets: int = 0
    shut: int = 0
    barriers: int = 0
    turns: int = 0
    map_date: datetime | None = None
    unread: list[Unread] = field(default_factory=list)


def write_class_map(source: Path, target: Path, vehicle: VehicleClass, tell: Tell = lambda _words: None) -> MapSummary:
    """Write to `target` (.osm.pbf) what `vehicle` may use of `source` (anything that pyosmium reads).

    Raises:
        InputError: `source` is no map, or has no street for this class.
    """
    summary = MapSummary()
    try:
        summary.map_date = _date_of(source)
        tell("Reading the streets")
        nodes = osmium.IdTracker()
        for way in _streets(source):
            nodes.add_references(way)
        writer = osmium.SimpleWriter(str(target), overwrite=True)
        try:
            tell("Writing what this vehicle may use")
            _write_nodes(source, writer, nodes, vehicle, summary)
            for way in _streets(source):
                writer.add_way(_way(way, vehicle, summary))
            _write_turns(source, writer, vehicle, summary)
        finally:
            writer.close()
    except (RuntimeError, OSError) as error:
        raise InputError("map", str(source), f"It cannot be read as OpenStreetMap data ({error}).") from error
    if summary.streets == summary.shut:
        raise InputError("map", str(source), f"It has no street that {vehicle.name} may use.")
    return summary


def _streets(source: Path) -> Iterator[osmium.osm.Way]:
    kinds = osmium.filter.TagFilter(*(("highway", kind) for kind in (*KMH, *ON_FOOT_KMH)))
    for way in osmium.FileProcessor(str(source), WAY).with_filter(kinds):
        if isinstance(way, osmium.osm.Way) and is_street(dict(way.tags)) and len(way.nodes) > 1:
            yield way


def _date_of(source: Path) -> datetime | None:
    """When the map was made, by its header, else by the newest street in it; None where neither says."""
    with osmium.io.Reader(str(source)) as reader:
        text = reader.header().get("osmosis_replication_timestamp")
    if text:
        return datetime.fromisoformat(text)
    newest = max((way.timestamp for way in _streets(source)), default=_NEW)
    return newest if newest > _NEW else None


def _write_nodes(
    source: Path, writer: osmium.SimpleWriter, nodes: osmium.IdTracker, vehicle: VehicleClass, summary: MapSummary
) -> None:
    for node in osmium.FileProcessor(str(source), NODE).with_filter(nodes.id_filter()):
        if not isinstance(node, osmium.osm.Node):
            continue
        tags = dict(node.tags)
        kept: dict[str, str] = {}
        found = judge_node(tags, vehicle) if tags else ()
        if found:
            kept[BARRIER] = "yes"
            summary.barriers += 1
            summary.unread += [Unread(kind="node", id=node.id, tag=f.tag) for f in found if not f.is_read]
        elif delay := delay_s(tags):
            kept[DELAY] = str(delay)
        writer.add_node(Node(id=node.id, location=node.location, tags=kept))


def _way(way: osmium.osm.Way, vehicle: VehicleClass, summary: MapSummary) -> Way:
    tags = dict(way.tags)
    judgement = judge_way(tags, vehicle)
    summary.streets += 1
    summary.shut += judgement.is_shut
    unread = dict.fromkeys(finding.tag for finding in judgement.findings if not finding.is_read)
    summary.unread += [Unread(kind="way", id=way.id, tag=tag) for tag in unread]
    kept = {key: tags[key] for key in _KEPT if key in tags} | _resolved(tags, judgement, vehicle)
    return Way(id=way.id, nodes=[node.ref for node in way.nodes], tags=kept)


def _resolved(tags: Mapping[str, str], judgement: Judgement, vehicle: VehicleClass) -> dict[str, str]:
    if judgement.is_shut:
        return {SHUT: "yes"}
    resolved = {}
    for key, way, use in ((FORWARD, "forward", judgement.forward), (BACKWARD, "backward", judgement.backward)):
        if use is not Use.SHUT:
            resolved[key] = f"{kmh(tags, way, vehicle):.1f}"
    if Use.TO_REACH in {judgement.forward, judgement.backward}:
        resolved[TO_REACH] = "yes"
    return resolved


def _write_turns(source: Path, writer: osmium.SimpleWriter, vehicle: VehicleClass, summary: MapSummary) -> None:
    for relation in osmium.FileProcessor(str(source), RELATION).with_filter(osmium.filter.KeyFilter("type")):
        if not isinstance(relation, osmium.osm.Relation) or relation.tags["type"] != "restriction":
            continue
        rule = _turn_rule(dict(relation.tags), vehicle)
        if rule is not None:
            members = [(member.type, member.ref, member.role) for member in relation.members]
            writer.add_relation(
                Relation(id=relation.id, members=members, tags={"type": "restriction", "restriction": rule})
            )
            summary.turns += 1


def _turn_rule(tags: Mapping[str, str], vehicle: VehicleClass) -> str | None:
    """The rule of a turn restriction where it holds for the vehicle; one of certain hours is taken to hold always."""
    kinds = {"motor_vehicle", "vehicle", *(("hgv",) if vehicle.hgv else ("goods", "motorcar"))}
    if kinds & {word.strip() for word in tags.get("except", "").split(";")}:
        return None
    for key in ("restriction", *(f"restriction:{kind}" for kind in kinds)):
        if key in tags:
            return tags[key]
        if f"{key}:conditional" in tags:
            rule = tags[f"{key}:conditional"].split("@")[0].strip()
            return rule if rule.startswith("no_") else None  # "only" at times forbids more than it is sure of
    return None
