"""Both engines on a little map: what may be driven, which side, what is said of what cannot be reached."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from little_streets import at, write_streets

from hereabouts_platform.roads.breaches import Examiner
from hereabouts_platform.roads.folder import MANIFEST, NETWORK, data_of, look
from hereabouts_platform.roads.importing import import_roads
from hereabouts_platform.roads.network import load_network
from hereabouts_platform.roads.network_engine import NetworkEngine
from hereabouts_platform.roads.roads import Leg, RoadPlace, Roads, open_roads
from hereabouts_platform.roads.vehicles import vehicle_class
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.work import Approach

ENGINES = ["network", *(["osrm"] if sys.version_info >= (3, 12) else [])]
EITHER, CURB = Approach.EITHER, Approach.CURB
Spot = tuple[float, float]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Roads of a truck and a car on the little map."""
    made = tmp_path_factory.mktemp("roads")
    source = write_streets(made / "little.osm.pbf")
    for name in ("rcv26", "car"):
        import_roads(source, vehicle_class(name), made / "roads", lambda _words: None)
    return made / "roads"


@pytest.fixture(params=ENGINES)
def roads_of(request: pytest.FixtureRequest, folder: Path) -> Callable[[str], Roads]:
    """The roads of a class by either engine."""

    def of(name: str) -> Roads:
        if request.param == "osrm":
            return open_roads(folder, name)
        manifest = look(folder, name).manifest
        assert manifest is not None
        network = load_network(data_of(folder, manifest) / NETWORK)
        return Roads(name, NetworkEngine(network), network)

    return of


def place(name: str, spot: Spot) -> RoadPlace:
    lon, lat = at(*spot)
    return RoadPlace(id=name, lon=lon, lat=lat)


def leg(roads: Roads, start: Spot, end: Spot, approach: Approach = EITHER) -> Leg:
    return roads.route([place("a", start), place("b", end)], [EITHER, approach])[0]


def test_the_engine_asked_for_answers(roads_of: Callable[[str], Roads], request: pytest.FixtureRequest) -> None:
    roads = roads_of("car")
    assert roads.name in request.node.name
    assert roads.attribution == "© OpenStreetMap contributors, ODbL"


@pytest.mark.parametrize(
    ("start", "end", "car_m", "truck_m"),
    [
        pytest.param((210, 0), (200, 300), 310, 710, id="a low bridge"),
        pytest.param((400, 150), (300, 200), 633, None, id="no left turn"),
        pytest.param((100, 400), (50, 400), 750, 750, id="a one-way street is gone round"),
        pytest.param((200, 390), (400, 150), 343, 460, id="hgv=no"),
        pytest.param((0, 100), (0, 300), 200, 200, id="hgv=destination may be reached"),
    ],
)
def test_ways_keep_to_the_signs(
    roads_of: Callable[[str], Roads], start: Spot, end: Spot, car_m: int, truck_m: int | None
) -> None:
    assert leg(roads_of("car"), start, end).metres == pytest.approx(car_m, abs=4)
    if truck_m is not None:
        assert leg(roads_of("rcv26"), start, end).metres == pytest.approx(truck_m, abs=4)


@pytest.mark.parametrize(
    ("end", "metres"),
    [
        pytest.param((100, 5), 100, id="north of the street: going east it is on the left"),
        pytest.param((100, -5), 700, id="south of it: come from the east"),
        pytest.param((200, -185), 390, id="the eastbound carriageway"),
        pytest.param((200, -215), 810, id="the westbound carriageway"),
    ],
)
def test_the_near_side_is_the_left(roads_of: Callable[[str], Roads], end: Spot, metres: int) -> None:
    assert leg(roads_of("car"), (1, 0), end, CURB).metres == pytest.approx(metres, abs=5)


def test_the_matrix_counts_the_same_ways_as_the_route(roads_of: Callable[[str], Roads]) -> None:
    roads = roads_of("rcv26")
    places = [
        place(f"p{number}", spot) for number, spot in enumerate([(30, 4), (330, -4), (4, 120), (196, 330), (50, 396)])
    ]
    approaches = [CURB, CURB, EITHER, CURB, EITHER]
    matrix, problems = roads.matrix(places, approaches)
    assert matrix.ids == ("p0", "p1", "p2", "p3", "p4")
    assert matrix.metres.dtype == np.int32
    assert matrix.metres.min() >= 0
    assert problems.far == problems.unreachable == ()
    for number, one in enumerate(roads.route(places, approaches)):
        assert one.metres == matrix.metres[number, number + 1]
        assert one.seconds == matrix.seconds[number, number + 1]


def test_what_a_person_should_look_at_is_listed(roads_of: Callable[[str], Roads]) -> None:
    places = [
        place("kerb", (100, 5)),
        place("park", (100, 100)),
        place("beyond the bollard", (590, 0)),
        place("sea", (0, 9000)),
    ]
    matrix, problems = roads_of("rcv26").matrix(places, [CURB, EITHER, EITHER, CURB])
    assert [(far.place, far.away_m) for far in problems.far] == [
        ("park", pytest.approx(100, abs=2)),
        ("beyond the bollard", pytest.approx(90, abs=2)),
    ]
    assert problems.unreachable == ("sea",)
    assert matrix.metres[3].tolist() == [-1, -1, -1, 0]
    assert matrix.seconds[:, 3].tolist() == [-1, -1, -1, 0]
    assert (matrix.metres[:3, :3] >= 0).all()


def test_a_way_in_words(roads_of: Callable[[str], Roads]) -> None:
    one = leg(roads_of("rcv26"), (210, 0), (195, 300), CURB)
    assert [step.says for step in one.steps] == [
        "Set off west along South Street.",
        "Turn right into West Road.",
        "Turn right into Middle Street.",
        "Turn left into Bridge Road.",
        "You have arrived: the stop is on the left.",
    ]
    assert sum(step.metres for step in one.steps) == pytest.approx(one.metres, abs=3)


def test_no_way_breaks_a_sign(roads_of: Callable[[str], Roads], folder: Path) -> None:
    examiner = Examiner(next((folder / "maps").iterdir()))
    truck = vehicle_class("rcv26")
    spots = [(10, 0), (390, 0), (200, 390), (390, 400), (100, 200), (350, -190), (0, 350), (400, 120)] * 2
    rng = np.random.default_rng(6)
    places = [place(f"p{number}", spots[at]) for number, at in enumerate(rng.permutation(len(spots)))]
    found = [examiner.breaches(one.line, truck) for one in roads_of("rcv26").route(places, [EITHER] * len(places))]
    assert found == [[]] * len(found)
    car_tags = {
        breach.tag
        for one in roads_of("car").route(places, [EITHER] * len(places))
        for breach in examiner.breaches(one.line, truck)
    }
    assert "hgv=no" in car_tags  # the examiner does see one


def test_the_engines_agree(folder: Path) -> None:
    """But for where OSRM turns a lorry round at the beginning of a one-way street, and ours drives on."""
    rng = np.random.default_rng(7)
    streets = [((x, 4 * side), side) for x in (20, 90, 160, 250, 330) for side in (-1, 1)]
    spots: list[Spot] = [spot for spot, _side in streets]
    spots += [(196, y) for y in (230, 290)] + [(4, 90), (404, 310), (60, -186), (310, -214), (150, 396)]
    places = [place(f"p{number}", spot) for number, spot in enumerate(spots)]
    approaches = [CURB if near else EITHER for near in rng.random(len(places)) < 0.7]
    manifest = look(folder, "rcv26").manifest
    assert manifest is not None
    network = load_network(data_of(folder, manifest) / NETWORK)
    ours, _ = Roads("rcv26", NetworkEngine(network), network).matrix(places, approaches)
    best, _ = open_roads(folder, "rcv26").matrix(places, approaches)
    alike = (np.abs(ours.metres - best.metres) <= 6) & (np.abs(ours.seconds - best.seconds) <= 3)
    assert alike.mean() >= 0.9


def test_roads_without_a_map_say_so(tmp_path: Path) -> None:
    roads = open_roads(tmp_path, "rcv26")
    matrix, problems = roads.matrix([place("a", (0, 0)), place("b", (1000, 0))], [CURB, CURB])
    assert (roads.name, roads.attribution) == ("great_circle", "")
    assert matrix.metres.tolist() == [[0, 1400], [1400, 0]]
    assert problems.far == problems.unreachable == ()
    assert [step.says for step in leg(roads, (0, 0), (9, 9)).steps] == [
        "Drive to the next stop. There is no map, so no turns."
    ]


def test_broken_roads_are_made_anew_and_it_is_said(folder: Path, tmp_path: Path) -> None:
    own = shutil.copytree(folder, tmp_path / "roads")
    manifest = look(own, "car").manifest
    assert manifest is not None
    (data_of(own, manifest) / NETWORK).write_bytes(b"cut short")
    said: list[str] = []
    roads = open_roads(own, "car", said.append)
    assert said[0] == "The roads of car are damaged: a file is missing or cut short. Making them anew"
    assert leg(roads, (210, 0), (200, 300)).metres == pytest.approx(310, abs=4)
    assert look(own, "car").fault is None
    assert not data_of(own, manifest).exists()
    (own / "car" / MANIFEST).write_text("{}")
    with pytest.raises(NotFound, match="hereabouts roads import FILE --vehicle car"):
        open_roads(own, "car")
