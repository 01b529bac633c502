"""Datasets over HTTP and on pages: the catalogue, rows by place, area and time, CSV, and who looked."""

import csv
import io
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from hereabouts_platform.datasets.load import How, import_dataset
from hereabouts_platform.datasets.spec_file import read_spec
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect

SURVEYS = """
name = "surveys"
title = "Stock surveys"
source = "Example Council"
licence = "Internal"
attribution = "Example Council, housing"
vintage = "2026-09"
sensitivity = "home"
key = ["ref"]
[place]
kind = "uprn"
column = "uprn"
[time]
at = "day"
zone = "Europe/London"
[[column]]
name = "grade"
title = "Grade"
type = "category"
meaning = "What the surveyor found"
categories = { A = "sound", B = "worn" }
[[column]]
name = "area"
title = "Floor area"
type = "number"
unit = "m2"
meaning = "Of all floors"
[[column]]
name = "key"
title = "Key safe"
type = "boolean"
meaning = "Whether there is one"
"""
BROADBAND = """
name = "broadband"
title = "Broadband"
source = "Ofcom"
licence = "Open Government Licence v3.0"
attribution = "Contains Ofcom data"
vintage = "2025"
sensitivity = "open"
[place]
kind = "gss"
column = "ward"
[[column]]
name = "speed"
title = "Median speed"
type = "number"
unit = "Mbit/s"
meaning = "Of all lines"
"""
DAY = "2026-03-03"


@pytest.fixture(scope="module")
def put(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("datasets")

    def bring(spec: str, text: str, vintage: str | None = None) -> None:
        path = folder / "file.csv"
        path.write_text(text)
        with connect(database_url, DatabaseRole.OWNER) as owner:
            by = principal_named(owner, "system:command")
            report = import_dataset(owner, by, path, read_spec(spec, "spec.toml", vintage), how=How())
        assert report.refused_count == 0

    return bring


@pytest.fixture(scope="module")
def surveyed(home: Any, town: Any, put: Any) -> Any:
    """home-7 with two surveys of the newest vintage and one of the one before, and what its ward has."""
    town.place("bin-9", "bin_site", attributes=Jsonb({"postcode": "LS1 4AP"}))
    header = "ref,uprn,day,grade,area,key\n"
    put(SURVEYS, f"{header}1,100051234567,2020-01-01,B,70,Y\n", vintage="2025-09")
    put(SURVEYS, f"{header}1,100051234567,2020-01-01,B,70,Y\n2,100051234567,{DAY},A,71.5,\n3,5,2021-06-01,B,,N\n")
    put(BROADBAND, "ward,speed\nE05001234,80\nE05009999,70\n")
    return home


def items(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_the_catalogue_says_what_there_is(admin: httpx.Client, surveyed: Any) -> None:
    found = {item["name"]: item for item in items(admin, "/v1/datasets")}
    surveys = found["surveys"]
    keys = ("vintage", "vintages", "identifies", "rows", "linked", "licence", "sensitivity")
    assert [surveys[key] for key in keys] == ["2026-09", 2, "uprn", 3, 2, "Internal", "home"]
    assert (surveys["from"], surveys["to"]) == ("2020-01-01T00:00:00Z", "2026-03-03T00:00:00Z")
    assert surveys["columns"][1] == {
        "name": "area", "title": "Floor area", "type": "number", "unit": "m2", "meaning": "Of all floors",
        "categories": None,
    }  # fmt: skip
    assert (found["broadband"]["linked"], found["broadband"]["from"]) == (1, None)

    one = admin.get("/v1/datasets/surveys").json()
    assert [(e["vintage"], e["rows"], e["unlinked"]) for e in one["editions"]] == [("2026-09", 3, 1), ("2025-09", 1, 0)]
    assert [(load["by"], load["stored"], load["file"]) for load in one["loads"]] == [
        ("system:command", 3, "file.csv"),
        ("system:command", 1, "file.csv"),
    ]
    assert admin.get("/v1/datasets/none").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["1", "2", "3"]),
        ("place=home-7", ["1", "2"]),
        ("place=home-7/bedroom", []),
        ("area=E05001234", ["1", "2"]),
        ("area=E05009999", []),
        ("place=home-7&vintage=2025-09", ["1"]),
        ("place=home-7&vintage=..", ["1", "1", "2"]),
        (f"datetime={DAY}T00:00:00Z/..", ["2"]),
        (f"datetime=../{DAY}T00:00:00Z", ["1", "3"]),
        ("datetime=2022-01-01T00:00:00Z/2023-01-01T00:00:00Z", []),
    ],
)
def test_rows_by_place_area_and_time(admin: httpx.Client, surveyed: Any, query: str, expected: list[str]) -> None:
    assert [row["key"] for row in items(admin, f"/v1/datasets/surveys/rows?{query}")] == expected


def test_a_row_says_where_it_came_from(admin: httpx.Client, surveyed: Any) -> None:
    row = items(admin, "/v1/datasets/surveys/rows?place=home-7")[1]
    assert row.pop("load") in {load["id"] for load in admin.get("/v1/datasets/surveys").json()["loads"]}
    assert row == {
        "vintage": "2026-09", "key": "2", "given": "100051234567", "identifies": "uprn", "place": "home-7",
        "home": "home-7", "lon": None, "lat": None, "linked": True, "from": "2026-03-03T00:00:00Z", "to": None,
        "line": 3, "values": {"grade": "A", "area": 71.5, "key": None},
    }  # fmt: skip


def test_codes_find_the_places_they_hold_for(admin: httpx.Client, surveyed: Any, put: Any) -> None:
    postcodes = BROADBAND.replace('"broadband"', '"crime"').replace('"gss"', '"postcode"')
    put(postcodes, "ward,speed\nls14ap,3\nLS1 4AQ,4\n")
    assert [row["given"] for row in items(admin, "/v1/datasets/crime/rows?place=bin-9")] == ["ls14ap"]
    assert [row["given"] for row in items(admin, "/v1/datasets/broadband/rows?place=home-7")] == ["E05001234"]
    assert [row["given"] for row in items(admin, "/v1/datasets/broadband/rows?area=E05009999")] == ["E05009999"]
    known = {one["dataset"]: one for one in admin.get("/v1/places/bin-9").json()["datasets"]}
    assert known["crime"]["place"] is None


def test_pages_join_up_as_json_and_as_csv(admin: httpx.Client, surveyed: Any) -> None:
    path = "/v1/datasets/surveys/rows?limit=2"
    first = admin.get(path).json()
    second = admin.get(path, params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["key"] for row in first["items"] + second["items"]] == ["1", "2", "3"]
    assert second["next"] is None

    answer = admin.get(f"{path}&f=csv")
    lines = list(csv.reader(io.StringIO(answer.text)))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert lines[0] == [
        "vintage", "key", "given", "place", "lon", "lat", "from", "to", "grade", "area", "values.key",
    ]  # fmt: skip
    assert lines[2] == ["2026-09", "2", "100051234567", "home-7", "", "", "2026-03-03T00:00:00Z", "", "A", "71.5", ""]
    following = admin.get(answer.links["next"]["url"])
    assert [line[1] for line in csv.reader(io.StringIO(following.text))] == ["key", "3"]
    assert "next" not in following.links


def test_whose_rows_went_out_is_kept(admin: httpx.Client, surveyed: Any, town: Any) -> None:
    before = len(town.audit())
    for path in ("", "/broadband/rows", "/surveys"):
        assert admin.get(f"/v1/datasets{path}").status_code == 200
    assert admin.get("/datasets").status_code == 200
    assert len(town.audit()) == before
    admin.get("/v1/datasets/surveys/rows")
    (kept,) = town.audit()[before:]
    assert kept == ("admin", "read", "datasets", {"what": "rows of surveys", "homes": ["home-7", "uprn 5"]})


def test_a_places_view_holds_the_newest_row_of_each_dataset(admin: httpx.Client, surveyed: Any) -> None:
    found = {one["dataset"]: one for one in admin.get("/v1/places/home-7").json()["datasets"]}
    assert set(found) >= {"surveys", "broadband"}
    survey = found["surveys"]
    assert (survey["rows"], survey["vintage"], survey["from"]) == (2, "2026-09", "2026-03-03T00:00:00Z")
    assert [(field["title"], field["value"], field["means"]) for field in survey["fields"]] == [
        ("Grade", "A", "sound"),
        ("Floor area", 71.5, None),
    ]
    assert admin.get("/v1/places/street-1").json()["datasets"] == []


def test_pages_say_it_in_words(admin: httpx.Client, surveyed: Any) -> None:
    page = admin.get("/datasets").text
    assert "Stock surveys" in page
    assert "3 rows; 2 of them are about places known here." in page
    assert "Whose rows are looked at" in page
    place = admin.get("/places/home-7").text
    assert "What else is known" in place
    assert "Of this property; 3 March 2026; edition of 2026-09; the newest of 2 entries." in " ".join(place.split())
    assert "71.5 m²" in place
    assert "Source: Ofcom. Contains Ofcom data" in place


def test_the_api_role_sees_rows_through_the_function_alone(database_url: str, surveyed: Any) -> None:
    asked = "SELECT count(*) FROM dataset_rows('surveys', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 10)"
    with connect(database_url, DatabaseRole.API) as connection:
        assert connection.execute(asked).fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM datasets_at('home-7')").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM dataset").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM dataset_row")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT link_dataset('surveys', '2026-09')")
        with acting(connection, 1):
            assert connection.execute(asked).fetchone() == (4,)
