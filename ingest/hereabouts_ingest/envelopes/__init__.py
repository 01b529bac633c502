"""Envelopes: what each network wraps round a device's values. One module a network, each a pure `read(message)`."""

from collections.abc import Callable

from hereabouts_ingest.envelopes import chirpstack, homelink, mapped, open_meteo, plain, senml, things_stack
from hereabouts_ingest.envelopes.json_body import EnvelopeError
from hereabouts_schemas.message import Message, Uplink
from hereabouts_schemas.outcome import Ignored

__all__ = ["ENVELOPES", "EnvelopeError"]

ENVELOPES: dict[str, Callable[[Message], Uplink | Ignored]] = {
    "things_stack": things_stack.read,
    "chirpstack": chirpstack.read,
    "homelink": homelink.read,
    "senml": senml.read,
    "plain": plain.read,
    "mapped": mapped.read,
    "open_meteo": open_meteo.read,
}
