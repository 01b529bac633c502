"""An area's summary put together: figures of homes only where they tell of no few homes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from hereabouts_api.area_summary_models import AreaSummary
from hereabouts_platform.rules.area_limits import AREA_LIMITS, NO_LIMITS
from hereabouts_platform.rules.disclosure import FEWEST, AreaKey, Verdict, rounded, rounded_count, verdict
from hereabouts_platform.store.area_figures import figures, homes_with_data, is_lagging, open_alerts
from hereabouts_platform.store.connection import Connection

FIGURES = ("mean", "p10", "p50", "p90")


def summarise(
    connection: Connection, area: Mapping[str, Any], quantities: Sequence[str], from_at: datetime, to_at: datetime
) -> AreaSummary:
    """The summary of `area` (as `AreaItem`) over [from_at, to_at), in three statements and one a quantity."""
    key = AreaKey(kind=area["kind"], code=area["code"], vintage=area["vintage"])
    items = []
    for row in figures(connection, key, quantities, from_at, to_at):
        found = Verdict.SHOWN
        if row["of_homes"]:
            found = verdict(key, homes_with_data(connection, row["quantity"], from_at, to_at))
        items.append(_figure(row, found))
    return AreaSummary.model_validate(
        {
            "area": area,
            "from": from_at,
            "to": to_at,
            "lagging": is_lagging(connection, from_at, to_at),
            "fewest": FEWEST,
            "quantities": items,
            "alerts": [_alert(row) for row in open_alerts(connection, key)],
        }
    )


def _figure(row: Mapping[str, Any], found: Verdict) -> dict[str, Any]:
    item = {"quantity": row["quantity"], "unit": row["unit"], "of": "homes" if row["of_homes"] else "other"}
    if found is not Verdict.SHOWN:
        return item | dict.fromkeys(("places", *FIGURES, "below", "above")) | {"left_out": found}
    limits = AREA_LIMITS.get(row["quantity"], NO_LIMITS)
    return item | {
        "places": rounded_count(row["places"]) if row["of_homes"] else row["places"],
        **{name: rounded(row[name]) for name in FIGURES},
        "below": _share(limits.below, row["below_share"]),
        "above": _share(limits.above, row["above_share"]),
        "left_out": None,
    }


def _share(limit: float | None, share: float) -> dict[str, float] | None:
    return None if limit is None else {"limit": limit, "share": round(share, 2)}


def _alert(row: Mapping[str, Any]) -> dict[str, Any]:
    places = rounded_count(row["places"]) if row["of_homes"] else row["places"]
    of = "homes" if row["of_homes"] else "other"
    return {"hazard": row["hazard"], "level": row["level"], "of": of, "places": places}
