"""Losses: what a source could not keep or never got, and what backfill brought back."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import At, Cursor
from hereabouts_api.models import Item, Listing
from hereabouts_api.parameters import ListParameters, Text, interval_of
from hereabouts_platform.store.loss_report import brought_back, lost, lost_hours, source_number
from hereabouts_platform.store.readings import Interval
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound

router = APIRouter(prefix="/v1", tags=["accounting"])

SourceName = Annotated[Text, Path(description="A source's name.", examples=["things_stack"])]


class LossKind(StrEnum):
    """What kind of loss, or suspicion of one."""

    SPOOL_FULL = "spool_full"
    SESSION_LOST = "session_lost"
    F_CNT_GAP = "f_cnt_gap"


class Cause(StrEnum):
    """Why something was fetched again."""

    COMMAND = "command"
    ABSENCE = "absence"
    F_CNT_GAP = "f_cnt_gap"


_UNIT = {
    LossKind.SPOOL_FULL: "messages",
    LossKind.SESSION_LOST: "sessions",
    LossKind.F_CNT_GAP: "frames",
}


class LossTotal(Item):
    """One kind of loss over the whole time asked for."""

    kind: LossKind = Field(
        description="spool_full: messages refused because the disk's share was full, counted. session_lost: times that "
        "the broker had forgotten our session; how many messages it held cannot be known. f_cnt_gap: frames that "
        "devices counted and nobody has delivered until now, an estimate: radio loses some that no network has."
    )
    count: int
    unit: str = Field(description="What is counted: messages, sessions or frames.", examples=["frames"])
    exact: bool = Field(description="Whether this was counted; else it is an estimate.")
    hours: int = Field(description="In how many hours.")
    first_hour: AwareDatetime
    last_hour: AwareDatetime


class LossHour(Item):
    """One kind of loss in one hour, UTC."""

    hour: AwareDatetime
    kind: LossKind
    count: int


class BroughtBack(Item):
    """What was fetched again for one cause, over spans that reach into the time asked for."""

    cause: Cause = Field(
        description="command: a person asked; absence: nobody had listened; f_cnt_gap: frames missing."
    )
    requests: int
    open: int = Field(description="Of them, waiting or under way.")
    failed: int = Field(description="Of them, given up.")
    found: int = Field(description="Messages the network had; found = stored + duplicate + quarantined + ignored.")
    stored: int = Field(description="Messages that we had not.")
    duplicate: int
    quarantined: int
    ignored: int


class LossListing(Listing[LossHour]):
    """Losses hour by hour, newest first, with totals."""

    source: str
    totals: list[LossTotal]
    brought_back: list[BroughtBack]


class LossParameters(ListParameters):
    """Over which time."""

    datetime: str | None = Field(
        None,
        max_length=200,
        description="`a/b`: hours that begin from `a` up to but not including `b`, RFC 3339; `..` is an open end.",
        examples=["2026-03-01T00:00:00Z/2026-03-08T00:00:00Z"],
    )

    def interval(self) -> Interval:
        """The time asked for; everything when none is."""
        return interval_of(self.datetime) if self.datetime is not None else Interval()


@router.get(
    "/sources/{name}/losses",
    operation_id="listSourceLosses",
    summary="Losses of a source",
    response_model=LossListing,
)
def read_losses(
    name: SourceName,
    caller: Annotated[Caller, needs(Action.READ, Resource.SOURCES)],
    asked: Annotated[LossParameters, Query()],
) -> LossListing:
    """What a source could not keep, or never got as far as can be told; and what backfill brought back of it.

    Of what backfill brought back no home or device is named: how much, and why it was fetched.
    """
    source_id = source_number(caller.connection, name)
    if source_id is None:
        raise NotFound(f"There is no source {name[:200]!r}.")
    interval = asked.interval()
    cursor = Cursor(f"losses {name}", tuple[At, LossKind])
    behind = cursor.read(asked.cursor)
    before = (behind[0], behind[1].value) if behind else None
    rows = lost_hours(caller.connection, source_id, interval, before=before, most=asked.limit + 1)
    shown = rows[: asked.limit]
    following = cursor.write((shown[-1]["hour"], LossKind(shown[-1]["kind"]))) if len(rows) > asked.limit else None
    totals = [
        {**row, "unit": _UNIT[row["kind"]], "exact": row["kind"] != LossKind.F_CNT_GAP}
        for row in lost(caller.connection, source_id, interval)
    ]
    return LossListing.model_validate(
        {
            "source": name,
            "totals": totals,
            "brought_back": brought_back(caller.connection, source_id, interval),
            "items": shown,
            "next": following,
        }
    )
