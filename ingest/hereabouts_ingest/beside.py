"""What an uplink brings beside the values that its device's profile reads: events, late records, a table of its own."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from hereabouts_ingest.clocks import is_credible
from hereabouts_ingest.device_events import events
from hereabouts_ingest.extract import Found, extract
from hereabouts_ingest.storable import as_text, storable
from hereabouts_schemas.device import Device
from hereabouts_schemas.message import DeviceEvent, Record, Refused, Source, UplinkEvent
from hereabouts_schemas.outcome import Reason
from hereabouts_schemas.profile import FieldSpec, Profile
from hereabouts_schemas.times import say_time

MOST_CODE, MOST_DETAIL = 100, 500


def device_events(
    told: Sequence[UplinkEvent], device: Device, at: datetime, received_at: datetime
) -> tuple[tuple[DeviceEvent, ...], tuple[Refused, ...]]:
    """The device's events, and those refused because their own time cannot be believed.

    Args:
        told: as the message tells them.
        device: whose they are.
        at: the frame's time, for events without one of their own.
        received_at: when the message arrived.
    """
    believed, refused = [], []
    for event in told:
        time = event.at or at
        code, detail = storable(event.code, MOST_CODE), storable(event.detail, MOST_DETAIL)
        if event.at is not None and not is_credible(time, received_at):
            refused.append(
                Refused(
                    reason=Reason.CLOCK,
                    field=code,
                    raw=as_text(event.detail),
                    detail=f"The event says {say_time(time)}, the message arrived on {say_time(received_at)}. A time "
                    "more than 5 minutes ahead or 35 days behind is not believed.",
                    time=time,
                )
            )
        else:
            believed.append(DeviceEvent(device_id=device.id, time=time, code=code, detail=detail))
    return tuple(believed), tuple(refused)


def reported(spec: Profile, decoded: Mapping[str, object]) -> tuple[UplinkEvent, ...]:
    """What a decoded object reports by the profile's table of events; of the frame's own time."""
    return tuple(UplinkEvent(code=event.code, detail=event.detail) for event in events(spec, decoded))


def from_records(spec: Profile, records: Iterable[Record]) -> list[Found]:
    """The values of records, each with the time of its record."""
    return [found._replace(at=record.at) for record in records for found in extract(spec, record.fields)]


@lru_cache(maxsize=256)
def profile_of(table: tuple[FieldSpec, ...]) -> Profile:
    """A table in the form in which `extract` takes one."""
    digest = hashlib.blake2b(repr(table).encode(), digest_size=8).hexdigest()
    return Profile(id=f"table {digest}", title="", maker="", version="", interval_s=1, has_decoder=False, fields=table)


def read_by(source: Source) -> str:
    """What stands as the decoder of values read by an envelope's own table: its name, and which mapping it was."""
    return source.envelope if source.mapping is None else f"{source.envelope}/{_version(source.mapping)}"


@lru_cache(maxsize=256)
def _version(mapping: str) -> str:
    return hashlib.sha256(mapping.encode()).hexdigest()[:8]
