"""What a message may say that comes from somebody who is not trusted with every device: a webhook's sender.

MQTT needs none of this: who may publish on a source's topics is the broker's access list.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from hereabouts_ingest.interpret import interpret, names_in
from hereabouts_ingest.profiles import DeviceProfile
from hereabouts_platform.store.device_sources import Speakers
from hereabouts_schemas.device import Device
from hereabouts_schemas.message import Delivery, Message, SetAside
from hereabouts_schemas.outcome import Reason

Scope = Collection[int]
"""Numbers of the sources whose devices a sender may speak for."""


def interpret_within(
    message: Message,
    scope: Scope,
    speakers: Speakers,
    devices: Mapping[str, Device],
    profiles: Mapping[str, DeviceProfile],
) -> Delivery:
    """Understand a message as if the devices of sources beyond `scope` were not registered. Never raises.

    A device that nobody speaks for yet is anybody's. One of another's goes the way of one that nobody knows, step by
    step, so that neither the answer nor how long it took tells them apart; only the quarantine does.

    Args:
        speakers: who speaks for the devices that the message names.
    """
    own = {
        name: devices[name]
        for name in names_in(message)
        if name in devices and (name not in speakers or not speakers[name].isdisjoint(scope))
    }
    delivery = interpret(message, own, profiles)
    verdict, device = delivery.verdict, delivery.device_id
    if isinstance(verdict, SetAside) and verdict.reason is Reason.UNKNOWN_DEVICE and device in devices:
        detail = f"Another source speaks for the device {device}; this message came by webhook."
        aside = SetAside(reason=Reason.FOREIGN_DEVICE, detail=detail)
        # nothing that a stranger says of a device may count as a sign of it: not its clock, not its counter
        return replace(delivery, verdict=aside, observed_at=None, clock_bad=False, f_port=None, f_cnt=None, heard=False)
    return delivery
