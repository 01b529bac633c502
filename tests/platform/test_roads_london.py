"""Both engines on the City of London: no way breaks a sign, and the matrices agree. Beside a checkout with its map."""

from pathlib import Path

import numpy as np
import pytest

from hereabouts_platform.roads.breaches import Examiner
from hereabouts_platform.roads.folder import NETWORK, data_of
from hereabouts_platform.roads.importing import import_roads
from hereabouts_platform.roads.network import load_network
from hereabouts_platform.roads.network_engine import NetworkEngine
from hereabouts_platform.roads.roads import RoadPlace, Roads, open_roads
from hereabouts_platform.roads.vehicles import vehicle_class
from hereabouts_schemas.work import Approach

LONDON = Path(__file__).parents[3] / "shared/data/osm/london-city.osm.pbf"
PLACES = 50

if LONDON.exists():

    @pytest.fixture(scope="module")
    def engines(tmp_path_factory: pytest.TempPathFactory) -> list[Roads]:
        """Our own network, and OSRM where it runs."""
        folder = tmp_path_factory.mktemp("london")
        manifest = import_roads(LONDON, vehicle_class("rcv26"), folder, lambda _words: None)
        assert manifest.map_date is not None
        assert manifest.map_date.isoformat() == "2020-07-20T10:31:02+00:00"
        network = load_network(data_of(folder, manifest) / NETWORK)
        ours = Roads("rcv26", NetworkEngine(network), network)
        best = open_roads(folder, "rcv26")
        return [ours, *([best] if best.name == "osrm" else [])]

    @pytest.fixture(scope="module")
    def places() -> list[RoadPlace]:
        """Of the City, seeded."""
        spots = np.random.default_rng(1).uniform((-0.1122, 51.512), (-0.0952, 51.522), (PLACES, 2))
        return [RoadPlace(id=f"p{number}", lon=lon, lat=lat) for number, (lon, lat) in enumerate(spots.tolist())]

    def test_no_way_breaks_a_sign_in_london(engines: list[Roads], places: list[RoadPlace]) -> None:
        examiner = Examiner(LONDON)
        truck = vehicle_class("rcv26")
        for roads in engines:
            legs = roads.route(places, [Approach.CURB] * PLACES)
            assert [breach for leg in legs for breach in examiner.breaches(leg.line, truck)] == []

    def test_the_matrices_agree_in_london(engines: list[Roads], places: list[RoadPlace]) -> None:
        found = [roads.matrix(places, [Approach.CURB] * PLACES) for roads in engines]
        for matrix, problems in found:
            assert (matrix.metres >= 0).all()
            assert problems.unreachable == ()
            assert len(problems.far) > 10  # the spots are anywhere, many not in a street
        ours, best = found[0][0], found[-1][0]
        apart = np.abs(ours.seconds - best.seconds)
        assert np.median(apart) <= 10
        assert (apart <= 30).mean() >= 0.9
        assert ours.metres.mean() == pytest.approx(best.metres.mean(), rel=0.03)
