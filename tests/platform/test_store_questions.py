"""The questions of docs/store.md, asked as an analyst of a small town: each runs, and each has an answer."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store.connection import DatabaseRole, connect

PAGE = Path(__file__).parents[2] / "docs" / "store.md"
QUESTIONS = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

# Twelve homes in one ward, each with a sensor in it; a counting line, a bin and a weather station in public.
TOWN = """
INSERT INTO area (code, vintage, kind, name) VALUES ('E05000001', '2024-12', 'ward', 'Example ward');
INSERT INTO place (id, kind, name) SELECT 'home-' || n, 'home', n || ' Example Street' FROM generate_series(1, 12) n;
INSERT INTO place (id, kind, name) VALUES
    ('line-1', 'counting_line', 'High Street'), ('bin-1', 'bin_slot', 'Market Place'),
    ('sky', 'weather_station', 'Roof');
INSERT INTO place_area (place_id, code, vintage) SELECT id, 'E05000001', '2024-12' FROM place;
INSERT INTO profile (id, title, maker, version, interval_s, quantities)
    VALUES ('any', 'Any sensor', 'Anybody', '1', 3600, '{}');
INSERT INTO device (id, profile_id) SELECT 'device-' || id, 'any' FROM place;
INSERT INTO deployment (device_id, place_id, from_at) SELECT 'device-' || id, id, '2025-01-01Z' FROM place;
INSERT INTO datastream (deployment_id, quantity, unit, kind)
    SELECT d.id, q.name, q.unit, q.kind
    FROM deployment d JOIN place p ON p.id = d.place_id
    JOIN (VALUES ('home', 'air_temperature', 'Cel', 'measurement'), ('home', 'relative_humidity', '%', 'measurement'),
                 ('weather_station', 'air_temperature', 'Cel', 'measurement'),
                 ('bin_slot', 'fill_level', '%', 'measurement'),
                 ('counting_line', 'people_in', '{count}', 'delta'), ('counting_line', 'people_out', '{count}', 'delta')
         ) AS q (place_kind, name, unit, kind) ON q.place_kind = p.kind;
INSERT INTO alert (subject_kind, subject_id, place_id, hazard, level, reason, evidence, rule, rule_version, opened_at,
                   updated_at, changed_by)
    SELECT 'place', 'home-1', 'home-1', 'damp', 'act', 'Damp.', '{}', 'part_f', '1', '2026-01-05Z', '2026-01-05Z', id
    FROM principal WHERE name = 'system:jobs';
"""

READINGS = """
INSERT INTO reading (datastream_id, batch_id, time, value)
SELECT s.id, 1, at, CASE s.quantity WHEN 'relative_humidity' THEN 80 WHEN 'fill_level' THEN 60
                                 WHEN 'air_temperature' THEN CASE p.kind WHEN 'home' THEN 17 ELSE 4 END ELSE 30 END
FROM datastream s JOIN deployment d ON d.id = s.deployment_id JOIN place p ON p.id = d.place_id,
     generate_series('2026-01-05T00:00Z'::timestamptz, '2026-01-11T23:00Z', '1 hour') at
"""


@pytest.fixture
def analyst(database_url: str, postgres_server: Postgres) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with connect(database_url, DatabaseRole.OWNER) as owner:
        owner.execute(TOWN)
        for table in ("reading", "reading_hour"):
            owner.execute("SELECT make_partition(%s, '2026-01-05Z')", (table,))
        owner.execute(READINGS)
        owner.execute(HOURS)
        owner.execute(DAYS)
    name = conninfo_to_dict(database_url)["dbname"]
    with psycopg.connect(postgres_server.url(SUPERUSER, str(name)), autocommit=True) as connection:
        connection.execute("SET ROLE hereabouts_analyst")
        yield connection


HOURS = """
INSERT INTO reading_hour (datastream_id, hour, count, sum, mean, min, max, first, last, total)
SELECT r.datastream_id, r.time, 1, r.value, r.value, r.value, r.value, r.value, r.value,
       CASE s.kind WHEN 'delta' THEN r.value END
FROM reading r JOIN datastream s ON s.id = r.datastream_id
"""

DAYS = """
INSERT INTO reading_day (datastream_id, day, count, sum, mean, min, max, first, last, total)
SELECT datastream_id, (hour AT TIME ZONE 'Europe/London')::date, count(*), sum(sum), avg(mean), min(min), max(max),
       min(first), min(last), sum(total)
FROM reading_hour GROUP BY 1, 2
"""


def test_there_are_ten() -> None:
    assert len(QUESTIONS) == 10


def test_each_has_an_answer(analyst: psycopg.Connection[tuple[object, ...]]) -> None:
    for question in QUESTIONS:
        assert analyst.execute(question.encode()).fetchall(), question
