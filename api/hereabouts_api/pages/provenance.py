"""The page of one reading: where it came from, in sentences that a person can check."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import number, quantity_of, unit_of
from hereabouts_api.parameters import DatastreamId, Instant, instant_of
from hereabouts_api.provenance.models import ConversionItem, ProvenanceView
from hereabouts_api.provenance.view import view_provenance
from hereabouts_platform.rules.wording import first_name, say_time
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

CLOCKS = {
    "device": "the device's own clock",
    "gateway": "the clock of the gateway that heard it",
    "network": "the network's clock",
    "platform": "its arrival here, for it states no time itself",
}


@router.get("/readings/{datastream}/{time}", response_class=HTMLResponse)
def provenance_page(
    datastream: DatastreamId,
    time: Instant,
    caller: Annotated[Caller, needs(Action.READ, Resource.READINGS)],
) -> str:
    """Where one reading came from."""
    view = view_provenance(caller, datastream, instant_of(time))
    return render(
        "provenance.html",
        signed_in=caller.principal,
        view=view,
        title=quantity_of(view.quantity, view.channel),
        said=f"{number(view.value, view.unit)}{unit_of(view.unit)}",
        came=_say_origin(view),
        read=_say_conversion(view.conversion) if view.conversion else None,
        clock=CLOCKS.get(view.message.time_source or "", "") if view.message else "",
    )


def _say_origin(view: ProvenanceView) -> str:
    """How the reading came, in a sentence or two."""
    if view.message is not None:
        sure = "" if view.certain else " Other messages of the device came with it; this is the likeliest."
        arrived = say_time(view.message.received_at)
        return f"It came in a message of {first_name(view.title)} {view.device} that arrived {arrived}.{sure}"
    if view.imported is not None:
        file = view.imported
        lines = f", between lines {file.first_line:,} and {file.last_line:,}" if file.first_line else ""
        by = f" by {file.by}" if file.by else ""
        return f"It was imported{by} from the file {file.file}{lines}, on {say_time(file.at)}."
    return "Its message is no longer kept: raw messages expire with age. The reading itself stands."


def _say_conversion(found: ConversionItem) -> str:
    """What was done to the field until it was this value."""
    reader = f"{found.decoder} " if found.decoder else "The import "
    if found.derived is not None:
        depth = found.derived.constants.get("bin_depth_mm")
        return (
            f"{reader}worked it out from the distance to the surface, {found.derived.value:,.10g} mm, in a bin that is "
            f"{depth} mm deep: {found.derived.formula}."
        )
    if found.field is None:
        return f"{reader}read it; which field it was cannot be told any more."
    where = f", found as {found.raw!r} at {found.found_at}" if found.found_at else ", read from the frame's bytes"
    scale = f", times {found.scale:,.10g}" if found.scale not in (None, 1.0) else ""
    stated, kept = unit_of(found.unit or "").strip(), unit_of(found.to_unit).strip()
    unit = f", from {stated} to {kept}" if stated != kept else f", in {kept}" if kept else ""
    return f"{reader}read it as the field {found.field}{where}{scale}{unit}."
