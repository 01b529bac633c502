"""Places, alerts, devices, sources and the quarantine: what they show, what they filter, pages that miss nothing."""

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hereabouts_platform.rules.health import Health, Patience, health, patience
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.device_list import list_devices

NOW = datetime.now(UTC).replace(microsecond=0)
START = datetime(2026, 1, 1, tzinfo=UTC)


def pages(client: httpx.Client, path: str, limit: int, **parameters: object) -> list[dict]:
    found, cursor = [], None
    while True:
        page = client.get(path, params={"limit": limit, **parameters} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        body = page.json()
        assert len(body["items"]) <= limit
        found += body["items"]
        cursor = body["next"]
        if cursor is None:
            return found
        assert len(body["items"]) == limit


def ids(items: Sequence[dict]) -> list:
    return [item["id"] for item in items]


@pytest.fixture(scope="module")
def stock(town, home) -> list[str]:
    """Places with names that sort and match awkwardly."""
    for number in range(23):
        place = town.place(f"flat-{number}", name=f"{number} Mill_Lane 100%", lon=-1.5 + number / 100, lat=53.7)
        town.place(f"{place}/kitchen", "room", parent=place)
    town.place("Ärmel/ß%", "office", name="Townhall")
    town.place("bin-1", "bin_site", lon=0.0, lat=0.0)
    town.place("bin-1/slot-1", "bin_slot", parent="bin-1")
    return [row[0] for row in town.connection.execute("SELECT id FROM place ORDER BY id")]


@pytest.mark.parametrize("limit", [1, 2, 7, 1000])
def test_places_in_pages(admin: httpx.Client, stock: list[str], limit: int) -> None:
    assert ids(pages(admin, "/v1/places", limit)) == stock


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({"kind": "bin_slot"}, ["bin-1/slot-1"]),
        ({"parent": "home-7"}, ["home-7/bedroom"]),
        ({"parent": "nowhere"}, []),
        ({"q": "TOWN"}, ["Ärmel/ß%"]),
        ({"q": "7 Mill_Lane 100%"}, ["flat-17", "flat-7"]),
        ({"q": "Mill%Lane"}, []),
        ({"q": "0_%"}, []),
        ({"q": "slot"}, ["bin-1/slot-1"]),
        ({"q": "100051234567"}, ["home-7"]),
        ({"q": "20801234"}, ["street-1"]),
        ({"q": "2080123"}, []),
        ({"q": "'; DROP TABLE place; --"}, []),
        ({"q": "\\"}, []),
        ({"bbox": "-1.5,53.7,-1.48,53.7"}, ["flat-0", "flat-1", "flat-2"]),
        ({"bbox": "0,0,0,0"}, ["bin-1"]),
        ({"bbox": "-180,-90,180,90", "kind": "bin_site"}, ["bin-1"]),
    ],
)
def test_places_are_found(admin: httpx.Client, stock: list[str], parameters: dict[str, str], wanted: list[str]) -> None:
    assert ids(pages(admin, "/v1/places", 5, **parameters)) == wanted


def test_the_unified_view(admin: httpx.Client, home) -> None:
    view = admin.get("/v1/places/home-7").json()
    heard = (home.from_at + timedelta(hours=2, minutes=45)).isoformat().replace("+00:00", "Z")
    assert {name: view[name] for name in ("id", "kind", "name", "lon", "lat", "home", "attributes")} == {
        "id": "home-7", "kind": "home", "name": "Home-7", "lon": -1.55, "lat": 53.8, "home": "home-7",
        "attributes": {"age": 1930},
    }  # fmt: skip
    assert view["identifiers"] == {"uprn": "100051234567", "usrn": None}
    assert view["parent"] == {"id": "street-1", "kind": "street", "name": "Street-1"}
    assert view["children"] == [{"id": "home-7/bedroom", "kind": "room", "name": "Home-7/Bedroom"}]
    ward = {"code": "E05001234", "vintage": "2023", "kind": "ward", "name": "Mill", "source": None, "licence": None}
    assert view["areas"] == [ward]
    (deployment,) = view["deployments"]
    assert deployment["place"] == "home-7/bedroom"
    assert deployment["mount"] == {"f_rsi": 0.7}
    assert deployment["last_heard"] == heard
    assert deployment["health"] in ("live", "late")
    assert {(one["quantity"], one["value"], one["unit"], one["place"], one["channel"]) for one in view["latest"]} == {
        ("air_temperature", 25.0, "Cel", "home-7/bedroom", ""),
        ("relative_humidity", 77.0, "%", "home-7/bedroom", ""),
    }
    assert ids(view["alerts"]) == [home.alert]
    room = admin.get("/v1/places/home-7%2Fbedroom").json()
    assert room == admin.get("/v1/places/home-7/bedroom").json()
    assert room["deployments"] == view["deployments"]
    assert room["latest"] == view["latest"]
    assert room["alerts"] == view["alerts"]
    street = admin.get("/v1/places/street-1").json()
    assert (street["deployments"], street["latest"], street["alerts"]) == ([], [], [])
    assert street["children"] == [{"id": "home-7", "kind": "home", "name": "Home-7"}]


def test_the_latest_value_follows_the_place_not_the_device(admin: httpx.Client, town) -> None:
    town.place("moved")
    for number, (from_at, to_at) in enumerate([(START, NOW - timedelta(days=1)), (NOW - timedelta(days=1), None)]):
        device = town.device(f"moved-{number}", heard=NOW)
        deployment = town.deploy(device, "moved", from_at, to_at)
        town.readings(town.stream(deployment, "co2", "ppm"), [(from_at + timedelta(hours=1), 500.0 + number)])
        town.readings(town.stream(deployment, "co2", "ppm", "2"), [(from_at + timedelta(hours=1), 600.0 + number)])
    view = admin.get("/v1/places/moved").json()
    assert [(one["channel"], one["value"], one["device"]) for one in view["latest"]] == [
        ("", 501.0, "moved-1"),
        ("2", 601.0, "moved-1"),
    ]
    assert [one["device"] for one in view["deployments"]] == ["moved-1", "moved-0"]
    assert [one["to"] is None for one in view["deployments"]] == [True, False]


def test_a_bin_site_shows_its_slots(admin: httpx.Client, town, stock: list[str]) -> None:
    town.device("bin-sensor", profile="bin", interval_s=21_600, heard=NOW)
    stream = town.stream(town.deploy("bin-sensor", "bin-1/slot-1", START, bin_depth_mm=1500), "fill_level", "%")
    town.readings(stream, [(NOW, 40.0)])
    view = admin.get("/v1/places/bin-1").json()
    assert [one["device"] for one in view["deployments"]] == ["bin-sensor"]
    assert [one["value"] for one in view["latest"]] == [40.0]
    assert view["home"] is None


@pytest.fixture(scope="module")
def alerts(town) -> list[int]:
    """Alerts in the order of the list: newest first, two opened at the same instant."""
    town.place("damp")
    town.place("damp/bath", "room", parent="damp")
    town.place("mast", "weather_station")
    made = []
    for number in range(12):
        at = START + timedelta(hours=number // 2)
        if number % 3 == 0:
            made.append((at, town.alert("damp", at, cleared_at=at + timedelta(days=1), hazard="cold")))
        else:
            made.append((at, town.alert("damp/bath", at, hazard=f"hazard-{number}", level="watch")))
    return [number for _, number in sorted(made, reverse=True)]


@pytest.mark.parametrize("limit", [1, 5, 1000])
def test_alerts_newest_first_in_pages(admin: httpx.Client, alerts: list[int], limit: int) -> None:
    assert ids(pages(admin, "/v1/alerts", limit, place="damp")) == alerts
    assert ids(pages(admin, "/v1/alerts", limit, place="damp", state="all")) == alerts


def test_alerts_by_state_hazard_and_place(admin: httpx.Client, alerts: list[int]) -> None:
    cleared = pages(admin, "/v1/alerts", 100, place="damp", state="cleared")
    still_open = pages(admin, "/v1/alerts", 100, place="damp", state="open")
    assert len(cleared) == 4
    assert len(still_open) == 8
    assert {item["state"] for item in cleared} == {"cleared"}
    assert all(item["cleared_at"] for item in cleared)
    assert {item["state"] for item in still_open} == {"open"}
    assert pages(admin, "/v1/alerts", 3, hazard="cold") == cleared
    assert pages(admin, "/v1/alerts", 3, place="damp/bath") == still_open
    assert pages(admin, "/v1/alerts", 3, place="mast") == []
    assert set(still_open[0]) == {
        "id", "subject_kind", "subject_id", "place", "home", "hazard", "level", "state", "reason", "evidence", "rule",
        "rule_version", "cause", "opened_at", "updated_at", "cleared_at",
    }  # fmt: skip
    assert {(item["place"], item["home"]) for item in still_open} == {("damp/bath", "damp")}
    assert set(still_open[0]["evidence"]["air_humidity_week"]) == {"value", "unit", "limit", "from", "to", "station"}


def test_alerts_on_other_subjects(admin: httpx.Client, town) -> None:
    town.connection.execute(
        "INSERT INTO alert (subject_kind, subject_id, hazard, level, reason, evidence, rule, rule_version, opened_at,"
        " updated_at, changed_by) VALUES ('source', 'homelink', 'quiet', 'act', 'Nothing came.', '{}', 'r', '1',"
        " now(), now(), 1)"
    )
    (item,) = pages(admin, "/v1/alerts", 10, hazard="quiet")
    assert (item["subject_kind"], item["subject_id"], item["place"], item["home"]) == ("source", "homelink", None, None)
    assert admin.get("/").status_code == 200


@pytest.fixture(scope="module")
def fleet(town) -> dict[str, tuple[datetime | None, datetime | None, Patience]]:
    """Devices of two profiles, heard at all ages around the rule's limits: id -> (last heard, deployed from, patience).

    One of each profile was just put up, one was put up after it was last heard, one is nowhere, and one has an interval
    of its own.
    """
    found = {}

    def add(device: str, profile: str, interval_s: int, age: float | None, up_for: float | None) -> None:
        heard = None if age is None else NOW - timedelta(seconds=age)
        from_at = None if up_for is None else NOW - timedelta(seconds=up_for)
        town.device(device, profile=profile, interval_s=interval_s, heard=heard)
        if from_at is not None:
            town.deploy(device, town.place(f"place of {device}", "bin_site"), from_at)
        found[device] = (heard, from_at, patience(interval_s))

    for profile, interval_s in (("quick", 600), ("slow", 36_000)):
        ages = [0, 1, 2, 3 * interval_s - 300, 3 * interval_s + 300, 6 * interval_s - 300, 6 * interval_s + 300]
        for age in (*ages, 86_400 - 300, 86_400 + 300, 10**7, None):
            add(f"fleet-{profile}-{age}", profile, interval_s, age, 2 * 10**7)
        add(f"fleet-{profile}-new", profile, interval_s, None, 300)
        add(f"fleet-{profile}-moved", profile, interval_s, 10**7, 300)
        add(f"fleet-{profile}-spare", profile, interval_s, 10**7, None)
        add(f"fleet-{profile}-own", profile, interval_s, 4000, 10**7)
        town.healthy(f"fleet-{profile}-own", interval_s=60)
        found[f"fleet-{profile}-own"] = (*found[f"fleet-{profile}-own"][:2], patience(60))
    return found


@pytest.mark.parametrize("limit", [1, 4, 1000])
@pytest.mark.parametrize("wanted", list(Health))
def test_devices_by_health_in_pages(admin: httpx.Client, fleet: dict, wanted: Health, limit: int) -> None:
    found = [item for item in pages(admin, "/v1/devices", limit, health=wanted) if item["id"] in fleet]
    now = datetime.now(UTC)  # the fleet may have been made minutes ago
    expected = sorted(device for device, known in fleet.items() if health(*known, now) is wanted)
    assert ids(found) == expected
    assert {item["health"] for item in found} == {wanted.value}


def test_devices_all_in_pages(admin: httpx.Client, town, fleet: dict) -> None:
    everything = [row[0] for row in town.connection.execute("SELECT id FROM device ORDER BY id")]
    assert ids(pages(admin, "/v1/devices", 3)) == everything


def test_the_store_and_the_rule_agree_on_health(database_url: str, fleet: dict) -> None:
    @settings(max_examples=60, deadline=None)
    @given(st.timedeltas(min_value=timedelta(hours=-1), max_value=timedelta(days=150)))
    def agree(later: timedelta) -> None:
        now = NOW + later
        for row in list_devices(connection, now=now, most=1000):
            if row["id"] in fleet:
                assert row["health"] == health(*fleet[row["id"]], now)

    with connect(database_url, DatabaseRole.API) as connection, acting(connection, 1):
        agree()


def test_the_rule_of_health() -> None:
    def at(age_s: float, interval_s: int) -> Health:
        return health(NOW - timedelta(seconds=age_s), NOW - timedelta(days=9), patience(interval_s), NOW)

    assert [at(age, 600) for age in (-60, 0, 1800, 1801, 86_400, 86_401)] == [
        Health.LIVE, Health.LIVE, Health.LIVE, Health.LATE, Health.LATE, Health.SILENT,
    ]  # fmt: skip
    assert [at(age, 36_000) for age in (108_000, 108_001, 216_000, 216_001)] == [
        Health.LIVE, Health.LATE, Health.LATE, Health.SILENT,
    ]  # fmt: skip


def test_a_device_is_silent_where_it_is_only_after_it_had_the_time_to_be_heard() -> None:
    def at(heard_h: float | None, up_h: float | None) -> Health:
        heard = None if heard_h is None else NOW - timedelta(hours=heard_h)
        return health(heard, None if up_h is None else NOW - timedelta(hours=up_h), patience(600), NOW)

    assert at(None, None) is at(0, None) is at(1000, None) is Health.SPARE
    assert at(None, 23) is at(1000, 23) is Health.WAITING
    assert at(None, 25) is at(1000, 25) is Health.SILENT


def test_a_device_shows_where_it_is_and_was(admin: httpx.Client, home) -> None:
    (item,) = [item for item in pages(admin, "/v1/devices", 1000) if item["id"] == home.device]
    assert [(one["place"], one["home"], one["to"]) for one in item["deployments"]] == [
        ("home-7/bedroom", "home-7", None)
    ]
    assert item["profile"] == "generic-indoor"


def test_sources_add_up_over_hours_and_slots(admin: httpx.Client, town) -> None:
    for slot in (0, 1):
        for hour in (1, 2):
            town.connection.execute(
                "INSERT INTO ingest_count VALUES (2, %s, %s, 10, 5, 2, 2, 1, 20, 3)",
                (START + timedelta(hours=hour), slot),
            )
    body = admin.get("/v1/sources").json()
    assert body["next"] is None
    by_name = {item["name"]: item for item in body["items"]}
    assert {"things_stack", "chirpstack", "homelink", "plain", "import"} <= set(by_name)
    counts = {
        name: by_name["chirpstack"][name] for name in ("received", "stored", "duplicate", "quarantined", "ignored")
    }
    assert counts == {"received": 40, "stored": 20, "duplicate": 8, "quarantined": 8, "ignored": 4}
    assert (by_name["chirpstack"]["values_stored"], by_name["chirpstack"]["values_refused"]) == (80, 12)
    assert by_name["homelink"]["received"] == 0


@pytest.fixture(scope="module")
def quarantine(town, home) -> list[int]:
    """Rows of the quarantine, newest first."""
    made = [
        town.quarantined(
            number, reason="range" if number % 3 else "unreadable", kind="value" if number % 3 else "message",
            device=home.device if number % 2 else None, payload=bytes(range(256)) * 2,
        )
        for number in range(15)
    ]  # fmt: skip
    return made[::-1]


@pytest.mark.parametrize("limit", [1, 4, 1000])
def test_quarantine_in_pages(admin: httpx.Client, quarantine: list[int], limit: int) -> None:
    assert ids(pages(admin, "/v1/quarantine", limit)) == quarantine


def test_quarantine_is_narrowed(admin: httpx.Client, quarantine: list[int], home) -> None:
    values = pages(admin, "/v1/quarantine", 4, kind="value")
    assert len(values) == 10
    assert values == pages(admin, "/v1/quarantine", 4, reason="range")
    assert len(pages(admin, "/v1/quarantine", 4, kind="message")) == 5
    spelled = "00-04-a3-0b-00-1c-05-30"
    assert len(pages(admin, "/v1/quarantine", 4, device=spelled)) == 7
    assert {item["home"] for item in pages(admin, "/v1/quarantine", 4, device=spelled)} == {"home-7"}
    assert pages(admin, "/v1/quarantine", 4, source="things_stack") == pages(admin, "/v1/quarantine", 4)
    assert pages(admin, "/v1/quarantine", 4, source="homelink") == []


def test_a_quarantine_row_gives_the_bytes_back(admin: httpx.Client, quarantine: list[int]) -> None:
    item = admin.get("/v1/quarantine?limit=1").json()["items"][0]
    assert base64.b64decode(item["payload"], validate=True) == bytes(range(256)) * 2
    assert {"id", "kind", "source", "topic", "device", "reason", "detail", "received_at", "payload"} <= set(item)
    assert item["source"] == "things_stack"
    assert item["received_at"].endswith("Z")


@pytest.fixture
def long_payloads(town) -> Iterator[list[int]]:
    """Forty rows of 256 KiB, ten MiB in all, newest first; taken away again."""
    made = [town.quarantined(number, reason="oversize", payload=bytes(2**18)) for number in range(100, 140)]
    yield made[::-1]
    town.connection.execute("DELETE FROM quarantine WHERE id = ANY (%s)", (made,))


@pytest.mark.parametrize(("limit", "sizes"), [(1000, [32, 8]), (20, [20, 20]), (15, [15, 15, 10])])
def test_a_page_of_long_payloads_ends_early(
    admin: httpx.Client, long_payloads: list[int], limit: int, sizes: list[int]
) -> None:
    found, asked = [], {"reason": "oversize", "limit": limit}
    for size in sizes:
        body = admin.get("/v1/quarantine", params=asked).json()
        assert len(body["items"]) == size
        found += ids(body["items"])
        asked["cursor"] = body["next"]
    assert body["next"] is None
    assert found == long_payloads


def test_a_payload_longer_than_a_page_comes_alone(admin: httpx.Client, town) -> None:
    made = [town.quarantined(number, reason="clock", payload=bytes(9 * 2**20)) for number in (200, 201)]
    assert ids(admin.get("/v1/quarantine?reason=clock").json()["items"]) == made[1:]
    assert ids(pages(admin, "/v1/quarantine", 1, reason="clock")) == made[::-1]
    town.connection.execute("DELETE FROM quarantine WHERE id = ANY (%s)", (made,))
