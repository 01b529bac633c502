"""When somebody next comes to a bin: the next first shift of the depot nearest to it, of those that go out that day."""

from datetime import UTC, datetime, timedelta

from hereabouts_platform.rounds.next_rounds import next_rounds
from hereabouts_platform.store.connection import DatabaseRole, connect
from hereabouts_platform.store.waste_places import waste_places

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
FLEET = """
INSERT INTO vehicle SELECT 'v-' || depot, 'RCV', 'rcv26', '[]', '{}', 'gb_domestic', depot, depot, 0, 0, 0
    FROM unnest('{near,far}'::text[]) AS depot;
INSERT INTO crew VALUES ('early', '1,3', 'Early', 'v-near', '{1,3}', NULL, '06:00', '14:00'),
    ('all', '1,2,3', 'All', 'v-far', '{1,2,3}', NULL, '07:00', '15:00');
"""


def test_a_bin_waits_for_the_next_shift_from_the_nearest_depot_that_goes_out(town) -> None:
    town.owner.execute("SELECT set_config('hereabouts.principal', '1', false)")
    for name, kind, lat in (("near", "depot", 53.8), ("far", "depot", 54.8), ("b", "bin_slot", 53.81)):
        town.place(name, kind, lon=-1.5, lat=lat)
    town.owner.execute(FLEET)
    with connect(town.url, DatabaseRole.JOBS) as jobs:
        places = waste_places(jobs)

        def coming(now: datetime) -> tuple[str, datetime] | None:
            found = next_rounds(jobs, places, now).get("b")
            return None if found is None else (found.depot, found.at)

        assert coming(MONDAY + timedelta(hours=5)) == ("near", MONDAY + timedelta(hours=6))
        tuesday = ("far", MONDAY + timedelta(days=1, hours=7))
        assert coming(MONDAY + timedelta(hours=6)) == tuesday, "today's has begun; tomorrow only the other goes out"
        assert coming(MONDAY + timedelta(days=1, hours=8)) == ("near", MONDAY + timedelta(days=2, hours=6))
        town.owner.execute("UPDATE vehicle SET in_service_to = '2026-03-01'")
        assert coming(MONDAY) is None, "nobody comes"
