"""The people of the made-up town: who looks after its homes, how these are let, who sends its crews."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.files import write_rows
from hereabouts_deploy.demo.fleet import CREWS
from hereabouts_deploy.demo.quarters import PATCHES, VINTAGE
from hereabouts_deploy.private_file import write_private
from hereabouts_platform.access.keys import ensure_principal, issue_key
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Principal, PrincipalKind, Role

OFFICERS = {"Ada Pym": "DEMO-P1", "Ravi Shah": "DEMO-P2"}  # each of one patch
MANAGER = "Jo Marsh"
DISPATCHER = "Di Patch"
TEAM = "Damp and mould team"
PATCH_COLUMNS = ("patch", "name", "team", "area")
TENANCY_COLUMNS = ("home", "from", "kind", "household", "vulnerable")
LICENCES, VULNERABLE = 0.04, 0.12  # of homes: let by licence, which is outside the law's clocks; whose weight is yes


def write_patches(folder: Path) -> None:
    """Write patches.csv: each half of the town."""
    rows = [(code, name, TEAM, f"{code}@{VINTAGE}") for code, name in PATCHES.items()]
    write_rows(folder / "patches.csv", PATCH_COLUMNS, rows)


def write_tenancies(seed: int, homes: Sequence[str], origin: datetime, folder: Path) -> None:
    """Write tenancies.csv: one a home, begun between one and twelve years before `origin`."""
    rng = stream(seed, "tenancies")
    years, kind, weight = rng.uniform(1, 12, len(homes)), rng.random(len(homes)), rng.random(len(homes))
    rows = [
        (
            home,
            f"{origin - timedelta(days=365.25 * years[n]):%Y-%m-%d}",
            "licence" if kind[n] < LICENCES else "social_lease",
            f"DEMO-{n + 1:05}",
            "yes" if weight[n] < VULNERABLE else "no",
        )
        for n, home in enumerate(homes)
    ]
    write_rows(folder / "tenancies.csv", TENANCY_COLUMNS, rows)


def add_officers(connection: Connection, by: Principal) -> None:
    """Add the officers of the patches and their manager; who is there already stays."""
    with acting(connection, by.id):
        for name, patch in OFFICERS.items():
            ensure_principal(connection, by, name, PrincipalKind.PERSON, Role.HOUSING_OFFICER, patches=(patch,))
        ensure_principal(connection, by, MANAGER, PrincipalKind.PERSON, Role.HOUSING_MANAGER)


def add_waste_people(connection: Connection, by: Principal, path: Path) -> None:
    """Add the dispatcher and a tablet a crew; write their keys to `path`, by the dispatcher's name and by crew."""
    person = PrincipalKind.PERSON
    with acting(connection, by.id):
        people = {DISPATCHER: ensure_principal(connection, by, DISPATCHER, person, Role.WASTE_MANAGER)}
        for crew in CREWS:
            people[crew.id] = ensure_principal(connection, by, crew.tablet, person, Role.WASTE_CREW, crews=(crew.id,))
        keys = {name: issue_key(connection, by, one, "demo") for name, one in people.items()}
    write_private(path, orjson.dumps(keys))


def waste_keys(path: Path) -> Mapping[str, str]:
    """The keys that `add_waste_people` wrote."""
    found: dict[str, str] = orjson.loads(path.read_bytes())
    return found
