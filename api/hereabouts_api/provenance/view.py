"""One reading's origin: found in the store, its message chosen and taken apart as far as this caller may see it."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hereabouts_api.access import Caller
from hereabouts_api.provenance.models import Kept, ProvenanceView
from hereabouts_api.provenance.network import network_of
from hereabouts_api.provenance.search import Found, Sought, find_field, storable, worth
from hereabouts_api.withheld import WITHHELD
from hereabouts_platform.access.policy import may
from hereabouts_platform.store.provenance import (
    Origin,
    Row,
    Uplinked,
    field_table,
    find_origin,
    find_stream,
    value_beside,
)
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.errors import NotFound
from hereabouts_schemas.profile import FieldSpec
from hereabouts_schemas.times import format_time

FILL_FORMULA = "100 * (1 - distance / bin_depth_mm)"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Candidate:
    """A message that may have brought the reading, its body as JSON, and the field found in it."""

    uplink: Uplinked
    body: object
    table: tuple[FieldSpec, ...] | None
    found: Found | None


def view_provenance(caller: Caller, datastream: int, time: datetime) -> ProvenanceView:
    """Where the reading of that instant came from; a home's goes to the audit.

    Raises:
        NotFound: there is no such datastream or reading.
    """
    stream = find_stream(caller.connection, datastream)
    if stream is None:
        raise NotFound(f"There is no datastream {datastream}.")
    caller.saw(Resource.READINGS, "provenance", [stream["home"]])
    origin = find_origin(caller.connection, datastream, time)
    if origin is None:
        raise NotFound(f"The datastream {datastream} has no reading at {format_time(time)}.")
    candidates = _candidates(caller, stream, origin, time)
    best = candidates[0] if candidates else None
    open_ = stream["home"] is None or may(caller.principal, Action.ADMINISTER, Resource.READINGS)
    message = _message(best, origin.batch, open_) if best else None
    own = {name: stream[name] for name in ("quantity", "channel", "unit", "device", "title", "place", "place_name")}
    return ProvenanceView.model_validate(
        {
            **own,
            "datastream": datastream,
            "time": time,
            "value": origin.value,
            "home": stream["home"],
            "kept": Kept.MESSAGE if message else Kept.IMPORT if "import" in origin.detail else Kept.EXPIRED,
            "certain": _is_certain(candidates, time),
            "message": message,
            "imported": _imported(origin) if message is None and "import" in origin.detail else None,
            "conversion": _conversion(caller, stream, origin, best, time, open_=open_),
            "revisions": origin.revisions,
        }
    )


def _candidates(caller: Caller, stream: Row, origin: Origin, time: datetime) -> list[_Candidate]:
    """Messages that may have brought the reading, the likeliest first; those of its own instant, if there are any."""
    own = [uplink for uplink in origin.uplinks if _at(uplink) == time]
    tables: dict[str, tuple[FieldSpec, ...] | None] = {}
    found = []
    for uplink in own or origin.uplinks:
        decoder = uplink.facts["decoder"] or ""
        if decoder not in tables:
            tables[decoder] = field_table(caller.connection, decoder)
        if uplink.message is not None:
            body = _json(uplink.message.payload)
            sought = Sought(channel=stream["channel"], value=origin.value, unit=stream["unit"], time=time)
            field = _field(body, _rows_for(tables[decoder] or (), stream), sought)
            found.append(_Candidate(uplink=uplink, body=body, table=tables[decoder], found=field))
    return sorted(found, key=lambda one: worth(one.found) if one.found else (False, False, False), reverse=True)


def _is_certain(candidates: Sequence[_Candidate], time: datetime) -> bool:
    """One message only, or only one that holds the value with its time."""
    if len(candidates) <= 1:
        return True
    proven = [
        one for one in candidates if one.found and one.found.reproduces and (one.found.dated or _at(one.uplink) == time)
    ]
    return len(proven) == 1


def _field(body: object, specs: Sequence[FieldSpec], sought: Sought) -> Found | None:
    finds = [find_field(body, spec, sought) for spec in specs]
    return max((found for found in finds if found), key=worth, default=None)


def _rows_for(table: Sequence[FieldSpec], stream: Row) -> list[FieldSpec]:
    of_quantity = [spec for spec in table if spec.quantity == stream["quantity"]]
    return [spec for spec in of_quantity if "{n}" in spec.path or spec.channel == stream["channel"]]


def _message(one: _Candidate, batch: int, open_: bool) -> Mapping[str, Any]:
    facts, raw = one.uplink.facts, one.uplink.message
    if raw is None:
        raise LookupError("a candidate has its message")
    shown = raw.payload if open_ else None
    text = raw.payload.decode() if shown is not None and one.body is not None else None
    names = ("source", "envelope", "observed_at", "time_source", "clock_bad", "f_port", "f_cnt", "index")
    return {
        **{name: facts[name] for name in names},
        "topic": storable(raw.topic),
        "received_at": raw.received_at,
        "retained": raw.retained,
        "batch": batch,
        "network": network_of(facts["envelope"], one.body),
        "payload_text": text,
        "payload_base64": b64encode(shown).decode() if shown is not None and text is None else None,
        "withheld": None if open_ else WITHHELD,
    }


def _imported(origin: Origin) -> Mapping[str, Any]:
    detail = origin.detail
    first, last = detail.get("lines") or (None, None)
    return {
        "file": detail.get("file"),
        "sha256": detail.get("sha256"),
        "first_line": first,
        "last_line": last,
        "by": detail.get("by"),
        "at": origin.received_at,
    }


def _conversion(
    caller: Caller, stream: Row, origin: Origin, best: _Candidate | None, time: datetime, *, open_: bool
) -> Mapping[str, Any] | None:
    """How the value was read. A fill level without a field of its own was worked out from a distance.

    What is no plain number may be a piece of the message, and goes with its bytes.
    """
    table = best.table or () if best else ()
    specs = _rows_for(table, stream)
    found = best.found if best else None
    derived = None
    if stream["quantity"] == "fill_level" and (found is None or not found.reproduces):
        derived = _derived(caller, stream, origin.value, time)
    if best is None and derived is None:
        return None
    spec = None if derived else found.spec if found else specs[0] if len(specs) == 1 else None
    held = found if found and not derived else None
    return {
        "decoder": best.uplink.facts["decoder"] if best else None,
        "field": spec.path if spec else None,
        "found_at": held.at if held else None,
        "raw": held.raw if held and (open_ or isinstance(held.raw, int | float)) else None,
        "unit": spec.unit if spec else None,
        "scale": spec.scale if spec else None,
        "to_unit": stream["unit"],
        "words": dict(spec.words) if spec else {},
        "sentinels": list(spec.sentinels) if spec else [],
        "absent": list(spec.absent) if spec else [],
        "derived": derived and {name: value for name, value in derived.items() if name != "reproduces"},
        "reproduces": derived["reproduces"] if derived else held.reproduces if held else None,
    }


def _derived(caller: Caller, stream: Row, level: float, time: datetime) -> Mapping[str, Any] | None:
    distance = value_beside(caller.connection, stream, "distance", time)
    depth = stream["mount"].get("bin_depth_mm")
    if distance is None:
        return None
    known = isinstance(depth, int | float) and not isinstance(depth, bool) and depth > 0
    return {
        "quantity": "distance",
        "value": distance,
        "unit": "mm",
        "formula": FILL_FORMULA,
        "constants": {"bin_depth_mm": depth},
        "reproduces": abs(100 * (1 - distance / depth) - level) < 1e-6 if known else None,
    }


def _at(uplink: Uplinked) -> datetime | None:
    at = uplink.facts["observed_at"]
    return None if at is None else datetime.fromisoformat(at)


def _json(payload: bytes) -> object:
    """The body, where the bytes are JSON in UTF-8; None where they are not."""
    try:
        found: object = json.loads(payload.decode())
    except (ValueError, RecursionError):
        return None
    return found
