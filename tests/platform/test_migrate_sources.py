"""Migration 0007 widens what sources read, and leaves alone what an operator has chosen."""

import psycopg
import pytest

from hereabouts_deploy.embedded.postgres import SUPERUSER, Postgres
from hereabouts_platform.store import migrate as module
from hereabouts_platform.store.migrate import migrate, migrations_for


def test_a_filter_that_an_operator_changed_stays(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, topic, expected in (
        ("stock", None, "application/+/device/+/event/+"),
        ("chosen", "application/7/device/+/event/up", "application/7/device/+/event/up"),
    ):
        with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE sources_{name} OWNER hereabouts_owner")
        url = postgres_server.url(database=f"sources_{name}")
        with monkeypatch.context() as earlier:
            earlier.setattr(
                module, "migrations_for", lambda engine: [m for m in migrations_for(engine) if m.number < 6]
            )
            earlier.setattr(module, "equip", lambda _: None)  # this release's views, of which there were none
            migrate(url)
        with psycopg.connect(url, autocommit=True) as owner:
            if topic is not None:
                owner.execute("UPDATE source SET topic_filter = %s WHERE name = 'chirpstack'", (topic,))
            owner.execute("INSERT INTO source (name, topic_filter, envelope) VALUES ('senml', 'mine/#', 'plain')")
        migrate(url)
        with psycopg.connect(url) as owner:
            found = dict(owner.execute("SELECT name, topic_filter FROM source").fetchall())
        assert found["chirpstack"] == expected
        assert found["senml"] == "mine/#"
        assert found["homelink_alerts"] == "+/alert/#"
        with psycopg.connect(postgres_server.url(SUPERUSER, "postgres"), autocommit=True) as server:
            server.execute(f"DROP DATABASE sources_{name} WITH (FORCE)")
