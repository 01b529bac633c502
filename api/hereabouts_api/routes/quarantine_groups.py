"""What waits in quarantine, by device and reason."""

from typing import Annotated

from fastapi import APIRouter, Query

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor, Number
from hereabouts_api.routes.sources import QuarantineParameters
from hereabouts_api.source_models import QuarantineGroupListing
from hereabouts_platform.rules.quarantine_words import replay_command, words_of
from hereabouts_platform.store.quarantine_groups import list_groups
from hereabouts_platform.store.sources import QuarantineFilter
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.device import device_id

router = APIRouter(prefix="/v1", tags=["accounting"])

CURSOR = Cursor("quarantine groups", tuple[At, Number])


@router.get(
    "/quarantine/groups",
    operation_id="listQuarantineGroups",
    summary="Quarantine by device and reason",
    response_model=QuarantineGroupListing,
)
def read_groups(
    caller: Annotated[Caller, needs(Action.READ, Resource.QUARANTINE)],
    asked: Annotated[QuarantineParameters, Query()],
) -> QuarantineGroupListing:
    """What waits, grouped by source, device, reason and kind, with what to do about it; heard last first."""
    wanted = QuarantineFilter(
        reason=asked.reason,
        kind=asked.kind,
        source=asked.source,
        device=device_id(asked.device) if asked.device is not None else None,
    )
    rows = list_groups(caller.connection, wanted, behind=CURSOR.read(asked.cursor), most=asked.limit + 1)
    shown = rows[: asked.limit]
    following = CURSOR.write((shown[-1]["last_at"], shown[-1]["id"])) if len(rows) > asked.limit else None
    items = [
        {
            **{name: row[name] for name in row if name not in ("id", "topic")},
            "cure": words_of(row["reason"]).cure,
            "replay": replay_command(row["reason"], row["device"]),
        }
        for row in shown
    ]
    caller.saw(Resource.QUARANTINE, "groups", (row["home"] for row in shown))
    return QuarantineGroupListing.model_validate({"items": items, "next": following})
