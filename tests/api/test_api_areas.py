"""Areas and places on the map: filters, both grids, GeoJSON; and where devices were."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import shapely
from psycopg.types.json import Jsonb

from hereabouts_platform.geography.grid import point_to_degrees, point_to_metres

MILL = shapely.box(-1.6, 53.7, -1.5, 53.9)
WEIR = shapely.box(-1.5, 53.7, -1.4, 53.9)
START = datetime(2026, 1, 1, tzinfo=UTC)
SQUARE = {"type": "Polygon", "coordinates": [[[-1.45, 53.8], [-1.44, 53.8], [-1.44, 53.81], [-1.45, 53.8]]]}


@pytest.fixture(scope="module")
def map_of(town, home) -> list[str]:
    """Two wards in two vintages, one without a boundary, and places in them."""
    town.connection.execute("INSERT INTO area_source (name, licence) VALUES ('ONS', 'Say so.')")
    for code, name, vintage, shape in (
        ("E05000001", "Mill", "2024", MILL),
        ("E05000002", "Weir", "2024", WEIR),
        ("E05000001", "Mill", "2025-05", MILL),
    ):
        town.connection.execute(
            "INSERT INTO area (code, vintage, kind, name, boundary, west, south, east, north, source_id)"
            " VALUES (%s, %s, 'ward', %s, %s::jsonb, %s, %s, %s, %s, 1)",
            (code, vintage, name, shapely.to_geojson(shape), *shape.bounds),
        )
    town.place("shop-1", "building", lon=-1.45, lat=53.8, polygon=Jsonb(SQUARE))
    town.place("shop-2", "building", lon=-1.55, lat=53.75)
    for place, code, vintage in (
        ("home-7", "E05000001", "2024"),
        ("shop-2", "E05000001", "2024"),
        ("home-7", "E05000001", "2025-05"),
        ("shop-1", "E05000002", "2024"),
    ):
        town.connection.execute("INSERT INTO place_area VALUES (%s, %s, %s)", (place, code, vintage))
    return ["shop-1", "shop-2"]


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def keys(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return [(item["code"], item["vintage"]) for item in answer.json()["items"]]


ALL = [("E05000001", "2024"), ("E05000001", "2025-05"), ("E05000002", "2024"), ("E05001234", "2023")]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, ALL),
        ({"vintage": "2024"}, [ALL[0], ALL[2]]),
        ({"kind": "lsoa"}, []),
        ({"q": "wei"}, [ALL[2]]),
        ({"q": "e05000001"}, ALL[:2]),
        ({"bbox": "-1.45,53.75,-1.44,53.76"}, [ALL[2]]),
        ({"bbox": "-1.55,53.75,-1.45,53.76", "vintage": "2024"}, [ALL[0], ALL[2]]),
    ],
)
def test_areas_by_kind_vintage_name_and_position(admin: httpx.Client, map_of, asked: dict, wanted: list) -> None:
    assert keys(admin.get("/v1/areas", params=asked)) == wanted


def test_areas_in_pages_and_as_geojson(admin: httpx.Client, map_of) -> None:
    found, features, cursor = [], [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = admin.get("/v1/areas", params={"limit": 1, **more})
        drawn = admin.get("/v1/areas", params={"limit": 1, "f": "geojson", **more})
        assert drawn.headers["content-type"] == "application/geo+json"
        found += keys(page)
        features += drawn.json()["features"]
        cursor = page.json()["next"]
        assert drawn.json()["next"] == cursor
        if cursor is None:
            break
    assert found == ALL
    assert [one["id"] for one in features] == [f"{code}@{vintage}" for code, vintage in ALL]
    assert shapely.from_geojson(str(features[0]["geometry"]).replace("'", '"')).equals(MILL)
    assert features[3]["geometry"] is None
    assert features[0]["properties"] == {
        "code": "E05000001", "vintage": "2024", "kind": "ward", "name": "Mill", "source": "ONS", "licence": "Say so.",
        "bbox": [-1.6, 53.7, -1.5, 53.9],
    }  # fmt: skip


def test_one_area_in_all_its_editions(admin: httpx.Client, map_of) -> None:
    body = admin.get("/v1/areas/E05000001").json()
    assert [(one["vintage"], one["places"]) for one in body["vintages"]] == [
        ("2025-05", {"home": 1}),
        ("2024", {"home": 1, "building": 1}),
    ]
    assert body["vintages"][0]["licence"] == "Say so."
    drawn = admin.get("/v1/areas/E05000001", params={"f": "geojson"}).json()
    assert [one["id"] for one in drawn["features"]] == ["E05000001@2025-05", "E05000001@2024"]
    assert admin.get("/v1/areas/E09").status_code == 404


def test_places_of_an_area_in_its_newest_vintage_or_another(admin: httpx.Client, map_of) -> None:
    assert ids(admin.get("/v1/places?area=E05000001")) == ["home-7"]
    assert ids(admin.get("/v1/places?area=E05000001@2024")) == ["home-7", "shop-2"]
    assert ids(admin.get("/v1/places?area=E05000001@2024&kind=building")) == ["shop-2"]
    unknown = admin.get("/v1/places?area=E05000001@1999")
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["field"] == "area"


def test_the_place_says_its_areas_with_their_licence(admin: httpx.Client, map_of) -> None:
    found = admin.get("/v1/places/shop-2").json()["areas"]
    assert found == [
        {"code": "E05000001", "vintage": "2024", "kind": "ward", "name": "Mill", "source": "ONS", "licence": "Say so."}
    ]
    page = admin.get("/places/shop-2").text
    assert "Mill (ward, 2024)" in page
    assert "Say so." in page


def test_positions_in_metres_where_asked_for(admin: httpx.Client, map_of) -> None:
    plain = admin.get("/v1/places/shop-1").json()
    assert (plain["easting"], plain["northing"]) == (None, None)
    assert plain["polygon"] == SQUARE
    metres = admin.get("/v1/places/shop-1", params={"crs": "EPSG:27700"}).json()
    assert (metres["easting"], metres["northing"]) == point_to_metres(-1.45, 53.8)
    assert (metres["lon"], metres["lat"]) == (-1.45, 53.8)
    assert metres["polygon"]["coordinates"][0][0] == pytest.approx(point_to_metres(-1.45, 53.8))
    listed = admin.get("/v1/places", params={"crs": "EPSG:27700", "q": "shop"}).json()["items"]
    assert [point_to_degrees(one["easting"], one["northing"]) for one in listed] == [
        pytest.approx((one["lon"], one["lat"]), abs=2e-7) for one in listed
    ]
    assert admin.get("/v1/places", params={"crs": "EPSG:3857"}).status_code == 400


def test_places_as_geojson_in_either_grid(admin: httpx.Client, map_of) -> None:
    drawn = admin.get("/v1/places", params={"f": "geojson", "q": "shop"})
    assert drawn.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    outline, point = drawn.json()["features"]
    assert outline["geometry"] == SQUARE
    assert point["geometry"] == {"type": "Point", "coordinates": [-1.55, 53.75]}
    assert point["properties"]["id"] == "shop-2"
    assert "crs" not in drawn.json()
    metres = admin.get("/v1/places", params={"f": "geojson", "q": "shop", "crs": "EPSG:27700"})
    assert metres.headers["content-crs"] == "<http://www.opengis.net/def/crs/EPSG/0/27700>"
    assert metres.json()["features"][1]["geometry"]["coordinates"] == pytest.approx(point_to_metres(-1.55, 53.75))
    assert metres.json()["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::27700"
    rooms = admin.get("/v1/places", params={"f": "geojson", "kind": "room"}).json()
    assert [one["geometry"] for one in rooms["features"]] == [None]


def test_what_geojson_shows_of_homes_is_in_the_audit(admin: httpx.Client, town, map_of) -> None:
    before = len(town.audit())
    admin.get("/v1/places", params={"f": "geojson", "area": "E05000001"})
    assert [row[3] for row in town.audit()[before:]] == [{"what": "list", "homes": ["home-7"]}]


def test_a_box_in_metres_holds_what_lies_in_it(admin: httpx.Client, map_of) -> None:
    east, north = point_to_metres(-1.45, 53.8) or (0, 0)
    for dx, dy, inside in ((0, 0, True), (0.9, 0, True), (1.1, 0, False), (0, -1.1, False)):
        box = f"{east - 1 + dx},{north - 1 + dy},{east + 1 + dx},{north + 1 + dy}"
        found = ids(admin.get("/v1/places", params={"bbox": box, "bbox-crs": "EPSG:27700"}))
        assert found == (["shop-1"] if inside else [])
    wide = {"bbox": "300000,300000,500000,500000", "bbox-crs": "EPSG:27700"}
    assert ids(admin.get("/v1/places", params={**wide, "kind": "building"})) == ["shop-1", "shop-2"]
    for wrong in ("1,2,3", "5,5,1,1", "0,0,1e9,1"):
        assert admin.get("/v1/places", params={"bbox": wrong, "bbox-crs": "EPSG:27700"}).status_code == 400


def test_areas_and_deployments_need_a_key(nobody: httpx.Client, map_of) -> None:
    for path in ("/v1/areas", "/v1/areas/E05000001", "/v1/deployments"):
        assert nobody.get(path).status_code == 401


def test_deployments_tell_where_a_device_was(admin: httpx.Client, make_feeder, address: str, town, home) -> None:
    town.place("home-8")
    town.place("home-8/kitchen", "room", parent="home-8")
    town.device("moved-1")
    first = town.deploy("moved-1", "home-7", START, START + timedelta(days=10), room="x")
    second = town.deploy("moved-1", "home-8/kitchen", START + timedelta(days=10))
    body = admin.get("/v1/deployments", params={"device": "moved-1"}).json()
    assert body["next"] is None
    assert [(one["id"], one["place"], one["home"], one["to"]) for one in body["items"]] == [
        (first, "home-7", "home-7", "2026-01-11T00:00:00Z"),
        (second, "home-8/kitchen", "home-8", None),
    ]
    assert ids(admin.get("/v1/deployments", params={"place": "home-8"})) == [second]
    for asked, wanted in (
        ("../2026-01-11T00:00:00Z", [first]),
        ("2026-01-11T00:00:00Z/..", [second]),
        ("2026-01-10T00:00:00Z/2026-01-12T00:00:00Z", [first, second]),
    ):
        found = admin.get("/v1/deployments", params={"device": "moved-1", "datetime": asked})
        assert ids(found) == wanted
    page = admin.get("/v1/deployments", params={"device": "moved-1", "limit": 1}).json()
    more = admin.get("/v1/deployments", params={"device": "moved-1", "limit": 1, "cursor": page["next"]})
    assert ids(more) == [second]
    assert town.audit()[-1][3] == {"what": "deployments", "homes": ["home-8"]}
    feeder = {"Authorization": f"Bearer {make_feeder('feeding', 'plain')}"}
    assert httpx.get(f"{address}/v1/deployments", headers=feeder).status_code == 403
