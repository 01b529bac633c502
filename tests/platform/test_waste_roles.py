"""What dispatchers and crews may do, in the policy and in the database; and forecasts as they are kept."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from made_plan import made_plan, published, put_places

from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.access.policy import may
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.bin_state import (
    BinForecast,
    Reach,
    bin_states,
    forecasts_of,
    group_states,
    save_bin_states,
    save_group_states,
)
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.plans import keep_draft, publish, read_plan
from hereabouts_schemas.access import Action, Principal, PrincipalKind, Resource, Role
from hereabouts_schemas.errors import InputError, NotAllowed

MANAGER = {
    *((Action.READ, each) for each in (Resource.PLACES, Resource.READINGS, Resource.ALERTS, Resource.DESCRIPTION)),
    *((each, Resource.ROUNDS) for each in (Action.READ, Action.WRITE, Action.ADMINISTER)),
    *((each, Resource.FLEET) for each in (Action.READ, Action.WRITE)),
}
CREW = {(Action.READ, Resource.ROUNDS), (Action.WRITE, Resource.ROUNDS), (Action.READ, Resource.DESCRIPTION)}


@pytest.mark.parametrize(("role", "granted"), [(Role.WASTE_MANAGER, MANAGER), (Role.WASTE_CREW, CREW)])
def test_the_policy_of_field_work(role: Role, granted: set[tuple[Action, Resource]]) -> None:
    somebody = Principal(id=1, name="Di", kind=PrincipalKind.PERSON, roles=frozenset({role}))
    allowed = {(action, what) for action in Action for what in Resource if may(somebody, action, what)}
    assert allowed == granted


def test_a_crew_is_of_crews_that_are_there(town) -> None:
    put_places(town.owner)
    by = principal_named(town.owner, "system:command")

    def crew(*crews: str, role: Role = Role.WASTE_CREW) -> Principal:
        return ensure_principal(town.owner, by, "Tablet", PrincipalKind.PERSON, role, crews=crews)

    with acting(town.owner, by.id):
        for crews, role in (((), Role.WASTE_CREW), (("green",), Role.WASTE_CREW), (("red",), Role.READER)):
            with pytest.raises(InputError, match="--crew"):
                crew(*crews, role=role)
        made = crew("red")
        crew("blue")
    scope = "SELECT scope -> 'crews' FROM principal_role WHERE principal_id = %s"
    assert town.owner.execute(scope, (made.id,)).fetchone() == (["blue"],)


def test_the_database_holds_crews_to_their_sheet_and_reports_to_what_was_said(town) -> None:
    put_places(town.owner)
    by = principal_named(town.owner, "system:command")
    today = datetime.now(UTC).date()
    with acting(town.owner, by.id):
        red = ensure_principal(town.owner, by, "Tablet", PrincipalKind.PERSON, Role.WASTE_CREW, crews=["red"])
        with pytest.raises(NotAllowed):
            keep_draft(town.owner, red, published(made_plan(today)), "yard")
        for day in (today, today - timedelta(days=9)):
            publish(town.owner, by, keep_draft(town.owner, by, published(made_plan(day)), "yard").id, lambda _: [])
        with pytest.raises(InputError, match="place: 'nowhere'"):
            keep_draft(town.owner, by, published(made_plan(today, on_van="nowhere")), "yard")
    told = (
        "INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id)"
        " SELECT id, place_id, 'emptied', now(), key FROM visit WHERE key = %s"
    )
    with connect(town.url, DatabaseRole.API) as api:
        assert api.execute("SELECT count(*) FROM visit").fetchone() == (0,)
        with acting(api, red.id):
            assert api.execute("SELECT key, day FROM visit ORDER BY key").fetchall() == [("b1", today), ("b2", today)]
            assert api.execute(told, ("b1",)).rowcount == 1
            assert api.execute(told, ("h1",)).rowcount == 0
        for wrong in (
            "UPDATE visit_outcome SET kind = 'blocked'",
            "INSERT INTO visit_outcome (visit_id, place_id, kind, at, client_id, principal_id)"
            " SELECT id, place_id, 'emptied', now(), 'x', 1 FROM visit",
            "INSERT INTO round_plan (day) VALUES ('2026-01-01')",
            "SELECT published FROM round_plan",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(api, red.id):
                api.execute(wrong)  # type: ignore[call-overload]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        town.owner.execute("DELETE FROM visit_outcome")


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(InputError, match="not the JSON of a plan"):
        read_plan(b'{"rounds": 7}')
    assert read_plan(published(made_plan(date(2026, 3, 3)))) == made_plan(date(2026, 3, 3))


def test_forecasts_are_kept_as_they_stand(town) -> None:
    put_places(town.owner)
    at = datetime(2026, 3, 3, tzinfo=UTC)
    with connect(town.url, DatabaseRole.JOBS) as jobs, acting(jobs, 1):
        save_bin_states(jobs, [BinForecast(place="b1", state={"level": 40}, made_at=at)])
        later = at + timedelta(days=2)
        save_bin_states(
            jobs,
            [
                BinForecast(
                    place="b1", state={"level": 50}, level_p50=50, reaches=(Reach(limit=100, p90_at=later),), made_at=at
                )
            ],
        )
        save_group_states(jobs, {"park": {"total": 1.5}}, at)
        assert bin_states(jobs) == {"b1": {"level": 50}}
        assert group_states(jobs) == {"park": {"total": 1.5}}
        assert forecasts_of(jobs, ["b1", "b2"]) == {"b1": (50.0, None, None, later, at)}
