"""Distances and ways of a day's rounds on a little map, and what is said where there is none."""

from dataclasses import replace
from pathlib import Path

import pytest
from field_day import TIP, YARD, day, matrices, vehicle, visit
from little_streets import at, write_streets

from hereabouts_platform.roads.importing import import_roads
from hereabouts_platform.roads.vehicles import vehicle_class
from hereabouts_platform.rounds.travel import travel_of, ways_of
from hereabouts_schemas.trouble import TroubleKind
from hereabouts_schemas.work import Round, RoundPlan, Stop, StopKind


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("roads")
    import_roads(write_streets(found / "little.osm.pbf"), vehicle_class("van"), found / "roads", lambda _words: None)
    return found / "roads"


def test_a_round_keeps_its_way_where_there_is_a_map(folder: Path) -> None:
    (yard_lon, yard_lat), (lon, lat) = at(10, 0), at(390, 0)
    yard = replace(YARD, lon=yard_lon, lat=yard_lat)
    bin_ = visit(1, lon=lon, lat=lat)
    vehicles = (vehicle(0, vehicle_class="van"), vehicle(1))
    park_lon, park_lat = at(100, 100)
    work = day(
        bin_,
        visit(2, lon=park_lon, lat=park_lat),
        vehicles=vehicles,
        yards=(yard,),
        tips=(replace(TIP, lon=lon, lat=lat),),
    )
    travel = travel_of(work, folder, lambda _words: None)
    assert "great_circle" in travel.name
    assert "OpenStreetMap" in travel.attribution
    assert [one.about for one in travel.troubles if one.kind is TroubleKind.NO_MAP] == ["rcv"]
    (far,) = [one for one in travel.troubles if one.kind is TroubleKind.FAR]
    assert (far.about, far.says.endswith("m from the nearest street for van.")) == ("p2", True)
    assert far.says.startswith("Bin 2 (p2) lies ")
    assert set(travel.matrices) == set(matrices(work)) == {"van", "rcv"}
    stops = tuple(
        Stop(kind=kind, place=place, visit=named, drive_m=0, drive_s=0, arrives_at=one.from_at, begins_at=one.from_at,
             leaves_at=one.from_at)
        for one in [vehicles[0].shift]
        for kind, place, named in ((StopKind.START, "yard", None), (StopKind.VISIT, "p1", "v1"),
                                   (StopKind.END, "yard", None))
    )  # fmt: skip
    plan = RoundPlan(
        work=work, rounds=(Round(vehicle="t0", stops=stops), Round(vehicle="t1", stops=stops)), left=(),
        made_at=vehicles[0].shift.from_at, roads=travel.name, attribution="", matrix_sha256={}, seed=1, solve_s=0.0,
    )  # fmt: skip
    ways = ways_of(plan, travel)
    assert set(ways) == {"t0"}, "the other has no map"
    line = ways["t0"]["coordinates"]
    assert line[0] == pytest.approx([yard_lon, yard_lat], abs=1e-6)
    assert any(point == pytest.approx([lon, lat], abs=1e-6) for point in line)
