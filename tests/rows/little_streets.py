"""A little made-up map with what roads have to get right: a low bridge, limits, one-way streets, a forbidden turn.

Metres east and north of a corner, traffic on the left:

    y=400   North Street, one-way east        (0) ──▶ (200) ──▶ (400)
    y=200   Middle Street, east half 7.5 t    (0) ─── (200) ─── (400)
    y=0     South Street, bollard at 500      (0) ─── (200) ─── (400) ──┃── (600)
    y=-190  The Avenue eastbound, y=-210 westbound, joined by East and West Road
    x=0     West Road; above y=200 hgv=destination
    x=200   Bridge Road; below y=200 a bridge signed 11'6"
    x=400   East Road; coming up it, no left turn into Middle Street
    x=-100  Loop Road, from the westbound Avenue's end back to South Street
    across  Back Lane, hgv=no, from (200, 400) to (400, 200)
"""

import math
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

LON, LAT = -1.5, 53.8
METRES_A_DEGREE = 111_195.08
Spot = tuple[int, int]

STREETS: list[tuple[int, str, list[Spot], dict[str, str]]] = [
    (1, "South Street", [(0, 0), (200, 0), (400, 0), (500, 0), (600, 0)], {}),
    (2, "Middle Street", [(0, 200), (200, 200)], {}),
    (3, "Middle Street", [(200, 200), (400, 200)], {"maxweight": "7.5"}),
    (4, "North Street", [(0, 400), (200, 400), (400, 400)], {"oneway": "yes"}),
    (5, "West Road", [(0, 0), (0, 200)], {}),
    (6, "West Road", [(0, 200), (0, 400)], {"hgv": "destination"}),
    (7, "Bridge Road", [(200, 0), (200, 200)], {"maxheight": "11'6\""}),
    (8, "Bridge Road", [(200, 200), (200, 400)], {}),
    (9, "East Road", [(400, 0), (400, 200)], {}),
    (10, "East Road", [(400, 200), (400, 400)], {}),
    (11, "The Avenue", [(0, -190), (400, -190)], {"oneway": "yes"}),
    (12, "The Avenue", [(400, -210), (0, -210)], {"oneway": "yes"}),
    (13, "West Road", [(0, -210), (0, -190), (0, 0)], {}),
    (14, "East Road", [(400, -210), (400, -190), (400, 0)], {}),
    (16, "Loop Road", [(0, -210), (-100, -210), (-100, 0), (0, 0)], {}),
    (15, "Back Lane", [(200, 400), (400, 200)], {"hgv": "no"}),
]
BOLLARD = (500, 0)


def at(east: float, north: float) -> tuple[float, float]:
    """Longitude and latitude of a point in metres from the corner."""
    return LON + east / (METRES_A_DEGREE * math.cos(math.radians(LAT))), LAT + north / METRES_A_DEGREE


def write_streets(path: Path) -> Path:
    """Write the map to `path` (.osm.pbf)."""
    spots = sorted({spot for _id, _name, line, _tags in STREETS for spot in line})
    ids = {spot: number for number, spot in enumerate(spots, start=1)}
    writer = osmium.SimpleWriter(str(path))
    for spot, number in ids.items():
        tags = {"barrier": "bollard"} if spot == BOLLARD else {}
        writer.add_node(Node(id=number, location=at(*spot), tags=tags, version=1, timestamp="2026-03-01T12:00:00Z"))
    for way, name, line, tags in STREETS:
        own = {"highway": "residential", "name": name, **tags}
        nodes = [ids[spot] for spot in line]
        writer.add_way(Way(id=way, nodes=nodes, tags=own, version=1, timestamp="2026-03-01T12:00:00Z"))
    members = [("w", 9, "from"), ("n", ids[400, 200], "via"), ("w", 3, "to")]
    writer.add_relation(Relation(id=1, members=members, tags={"type": "restriction", "restriction": "no_left_turn"}))
    writer.close()
    return path
