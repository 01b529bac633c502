"""An area's figures: right, and silent where they would tell of a few homes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hereabouts_platform.store.rollup import LIMITS, SQL
from hereabouts_schemas.access import Role

START = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = "2026-03-02T00:00:00Z/2026-03-03T00:00:00Z"


def hours(town, stream: int, values: list[float], total: float | None = None) -> None:
    """Hours of one datastream from START on, and the civil days they make."""
    town.connection.execute(
        "INSERT INTO reading_hour (datastream_id, hour, count, sum, mean, min, max, first, last, total)"
        " SELECT %s, %s + (n - 1) * interval '1 hour', 4, 4 * v, v, v, v, v, v, %s"
        " FROM unnest(%s::float8[]) WITH ORDINALITY AS u (v, n)",
        (stream, START, total, values),
    )
    spans = {"ids": [stream], "froms": [START], "tos": [START + len(values) * HOUR]}
    town.connection.execute(SQL["make_days"], spans | LIMITS)


def area(town, code: str, places: list[str], *, vintage: str = "2024", kind: str = "ward") -> None:
    town.connection.execute(
        "INSERT INTO area (code, vintage, kind, name) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (code, vintage, kind, f"Area {code}"),
    )
    for place in places:
        town.connection.execute("INSERT INTO place_area VALUES (%s, %s, %s)", (place, code, vintage))


@pytest.fixture(scope="module")
def council(town) -> list[str]:
    """20 homes; home n has a day at n degrees, its bedroom too, and the last hour of both at 30 degrees more."""
    town.connection.execute(
        "CREATE TABLE reading_hour_council PARTITION OF reading_hour FOR VALUES FROM ('2026-03-01Z') TO ('2026-04-01Z')"
    )
    homes = []
    for number in range(1, 21):
        home = town.place(f"h{number}")
        room = town.place(f"h{number}/bed", "room", parent=home)
        for where in (home, room):
            town.device(f"device-{where}")
            stream = town.stream(
                town.deploy(f"device-{where}", where, START - timedelta(days=9)), "air_temperature", "Cel"
            )
            hours(town, stream, [float(number)] * 23 + [number + 24.0])
        homes.append(home)
    town.place("line", "counting_line")
    town.device("counter")
    stream = town.stream(town.deploy("counter", "line", START), "people_in", "{count}", kind="delta")
    hours(town, stream, [1.0] * 24, total=12.0)
    area(town, "W1", [*homes, "line"])
    area(town, "W1", homes[:5], vintage="2020")
    area(town, "FEW", homes[:9])
    area(town, "L1", homes[:11], kind="lsoa")
    area(town, "L2", homes[11:15], kind="lsoa")
    for home in homes[:7]:
        town.alert(home, START)
    for home in homes[:2]:
        town.alert(home, START, level="urgent", hazard="cold")
    town.alert("line", START, hazard="blocked")
    return homes


def summary(client: httpx.Client, code: str, quantity: str = "air_temperature", **asked: str) -> dict:
    answer = client.get(f"/v1/areas/{code}/summary", params={"datetime": DAY, "quantity": quantity, **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_figures_of_homes_are_of_their_means(admin: httpx.Client, council: list[str]) -> None:
    found = summary(admin, "W1", "air_temperature,people_in")
    assert found["area"] == {
        "code": "W1", "vintage": "2024", "kind": "ward", "name": "Area W1", "source": None, "licence": None
    }  # fmt: skip
    assert (found["from"], found["to"], found["fewest"]) == ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", 10)
    homes, line = found["quantities"]
    # home n has the mean n + 1, so homes have 2 to 21
    assert homes == {
        "quantity": "air_temperature", "unit": "Cel", "of": "homes", "places": 20, "mean": 11.5,
        "p10": 3.9, "p50": 11.5, "p90": 19.1,
        "below": {"limit": 18.0, "share": 0.81}, "above": {"limit": 26.0, "share": 0.04}, "left_out": None,
    }  # fmt: skip
    assert (line["of"], line["places"], line["mean"], line["left_out"]) == ("other", 1, 12.0, None)
    assert line["below"] is None


def test_shares_are_of_hours(admin: httpx.Client, council: list[str]) -> None:
    # below 18: homes 1 to 17 in 23 of 24 hours; above 26: the last hour of homes 3 to 20 (27 to 44)
    (homes,) = summary(admin, "W1")["quantities"]
    assert homes["below"]["share"] == round(17 * 23 / 24 / 20, 2)
    assert homes["above"]["share"] == round(18 / 24 / 20, 2)


@pytest.mark.parametrize(
    ("interval", "first", "last"),
    [
        ("2026-03-01T06:00:00Z/2026-03-03T06:00:00Z", 0, 24),  # two ends, and a civil day between them
        ("2026-03-01T20:00:00Z/2026-03-02T21:00:00Z", 0, 21),  # an end alone
        ("2026-03-02T23:00:00Z/2026-03-04T01:00:00Z", 23, 24),  # an end alone that holds the warm hour
    ],
)
def test_a_time_that_cuts_days_counts_the_same_hours(
    admin: httpx.Client, council: list[str], interval: str, first: int, last: int
) -> None:
    (homes,) = summary(admin, "W1", datetime=interval)["quantities"]
    told = [([float(n)] * 23 + [n + 24.0])[first:last] for n in range(1, 21)]
    assert homes["mean"] == float(f"{sum(sum(hours) / len(hours) for hours in told) / 20:.3g}")
    assert homes["above"]["share"] == round(sum(sum(h > 26 for h in hours) / len(hours) for hours in told) / 20, 2)


def test_it_says_while_readings_are_still_being_rolled_up(admin: httpx.Client, town, council: list[str]) -> None:
    assert summary(admin, "W1")["lagging"], "the job has never run here"
    town.connection.execute("UPDATE rollup_progress SET below = pg_current_xact_id()")
    assert not summary(admin, "W1")["lagging"]
    noted = "INSERT INTO rollup_pending (datastream_id, from_at, to_at) VALUES (1, %s, %s)"
    town.connection.execute(noted, (START + 24 * HOUR, START + 25 * HOUR))
    assert not summary(admin, "W1")["lagging"], "of another time"
    town.connection.execute(noted, (START + 3 * HOUR, START + 4 * HOUR))
    assert summary(admin, "W1")["lagging"]
    town.connection.execute("DELETE FROM rollup_pending")
    town.connection.execute("SELECT make_partition('batch', now())")
    town.connection.execute(
        "INSERT INTO batch (id, received_at, slot, message_count, touched_datastreams, touched_hours)"
        " VALUES (7, now(), 0, 0, '{1}', ARRAY[%s])", (START,)
    )  # fmt: skip
    assert summary(admin, "W1")["lagging"], "a batch that the job has not read"


@pytest.mark.parametrize(("code", "why"), [("FEW", "too_few"), ("L1", "complement"), ("L2", "too_few")])
def test_what_would_tell_of_a_few_homes_is_left_out(
    admin: httpx.Client, town, council: list[str], code: str, why: str
) -> None:
    if code == "L1":  # 11 of the ward's homes with data; without what follows 9 remain, and could be worked out
        assert summary(admin, "W1")["quantities"][0]["left_out"] is None
    (homes,) = summary(admin, code)["quantities"]
    assert homes["left_out"] == why
    assert [homes[name] for name in ("places", "mean", "p10", "p50", "p90", "below", "above")] == [None] * 7


def test_alerts_are_counted_and_few_are_not_told(admin: httpx.Client, council: list[str]) -> None:
    assert summary(admin, "W1")["alerts"] == [
        {"hazard": "blocked", "level": "act", "of": "other", "places": 1},
        {"hazard": "cold", "level": "urgent", "of": "homes", "places": None},
        {"hazard": "damp_mould", "level": "act", "of": "homes", "places": 5},
    ]


def test_the_newest_vintage_unless_another_is_asked_for(admin: httpx.Client, council: list[str]) -> None:
    older = summary(admin, "W1", vintage="2020")
    assert older["area"]["vintage"] == "2020"
    assert older["quantities"][0]["left_out"] == "too_few"
    for asked in ({"vintage": "1066"}, {}):
        code = "W1" if asked else "nowhere"
        answer = admin.get(f"/v1/areas/{code}/summary", params={"datetime": DAY, "quantity": "co2", **asked})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "interval",
    [
        "2026-03-02T00:00:00Z/..", "../..", "2026-03-02T00:00:00Z/2026-03-02T23:00:00Z", "x",
        "2026-03-02T00:30:00Z/2026-03-04T00:00:00Z", "2025-03-02T00:00:00Z/2026-03-04T00:00:00Z",
    ],
)  # fmt: skip
def test_other_times_are_refused(admin: httpx.Client, council: list[str], interval: str) -> None:
    answer = admin.get("/v1/areas/W1/summary", params={"datetime": interval, "quantity": "co2"})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["datetime"]


def test_an_analyst_sees_areas_and_nothing_of_a_home(
    nobody: httpx.Client, town, council: list[str], make_key: Callable[..., str]
) -> None:
    headers = {"Authorization": f"Bearer {make_key('analyst', Role.ANALYST)}"}
    path = f"/v1/areas/W1/summary?datetime={DAY}&quantity=co2"
    before = town.audit()
    assert nobody.get(path, headers=headers).status_code == 200
    assert town.audit() == before, "figures in which no home can be told are no read of a home"
    for other in ("/v1/places", "/v1/places/h1", "/v1/latest", "/v1/places/h1/timeline", "/v1/alerts", "/v1/devices",
                  "/v1/readings?datastream=1", "/v1/sources", "/metrics", "/"):  # fmt: skip
        assert nobody.get(other, headers=headers).status_code == 403, other
