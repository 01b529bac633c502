"""Who looks after the homes of the made-up town, and how they are let: files for the imports, and three officers."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from hereabouts_deploy.demo.chance import stream
from hereabouts_deploy.demo.quarters import PATCHES, VINTAGE
from hereabouts_platform.access.keys import ensure_principal
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Principal, PrincipalKind, Role

OFFICERS = {"Ada Pym": "DEMO-P1", "Ravi Shah": "DEMO-P2"}  # each of one patch
MANAGER = "Jo Marsh"
TEAM = "Damp and mould team"
PATCH_COLUMNS = ("patch", "name", "team", "area")
TENANCY_COLUMNS = ("home", "from", "kind", "household", "vulnerable")
LICENCES, VULNERABLE = 0.04, 0.12  # of homes: let by licence, which is outside the law's clocks; whose weight is yes


def write_patches(folder: Path) -> None:
    """Write patches.csv: each half of the town."""
    rows = [(code, name, TEAM, f"{code}@{VINTAGE}") for code, name in PATCHES.items()]
    _write(folder / "patches.csv", PATCH_COLUMNS, rows)


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
    _write(folder / "tenancies.csv", TENANCY_COLUMNS, rows)


def add_officers(connection: Connection, by: Principal) -> None:
    """Add the officers of the patches and their manager; who is there already stays."""
    with acting(connection, by.id):
        for name, patch in OFFICERS.items():
            ensure_principal(connection, by, name, PrincipalKind.PERSON, Role.HOUSING_OFFICER, patches=(patch,))
        ensure_principal(connection, by, MANAGER, PrincipalKind.PERSON, Role.HOUSING_MANAGER)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(rows)
