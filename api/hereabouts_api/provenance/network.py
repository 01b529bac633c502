"""What the networks known here say of a transmission: gateways, signal, spreading factor. Anything else is left out.

The bodies come from outside and may have any shape, so nothing is taken for granted and nothing is refused: a part that
is not as documented is simply not told.
"""

from collections.abc import Mapping

from hereabouts_api.provenance.models import GatewayItem, NetworkItem
from hereabouts_api.provenance.search import storable

Body = Mapping[str, object]


def network_of(envelope: str, body: object) -> NetworkItem | None:
    """The transmission as The Things Stack or ChirpStack describe it; None for every other envelope."""
    if not isinstance(body, dict):
        return None
    if envelope == "things_stack":
        return _things_stack(_object(body, "uplink_message"))
    return _chirpstack(body) if envelope == "chirpstack" else None


def _things_stack(up: Body) -> NetworkItem:
    settings = _object(up, "settings")
    lora = _object(_object(settings, "data_rate"), "lora")
    return NetworkItem(
        gateways=[
            GatewayItem(
                id=_text(_object(heard, "gateway_ids"), "gateway_id"),
                rssi=_number(heard, "rssi"),
                snr=_number(heard, "snr"),
            )
            for heard in _objects(up, "rx_metadata")
        ],
        spreading_factor=_whole(lora, "spreading_factor"),
        bandwidth_hz=_whole(lora, "bandwidth"),
        frequency_hz=_whole(settings, "frequency"),
    )


def _chirpstack(body: Body) -> NetworkItem:
    sent = _object(body, "txInfo")
    lora = _object(_object(sent, "modulation"), "lora")
    return NetworkItem(
        gateways=[
            GatewayItem(id=_text(heard, "gatewayId"), rssi=_number(heard, "rssi"), snr=_number(heard, "snr"))
            for heard in _objects(body, "rxInfo")
        ],
        spreading_factor=_whole(lora, "spreadingFactor"),
        bandwidth_hz=_whole(lora, "bandwidth"),
        frequency_hz=_whole(sent, "frequency"),
    )


def _object(body: Body, name: str) -> Body:
    found = body.get(name)
    return found if isinstance(found, dict) else {}


def _objects(body: Body, name: str) -> list[Body]:
    found = body.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(body: Body, name: str) -> str:
    found = body.get(name)
    return storable(found) if isinstance(found, str) else "unknown"


def _number(body: Body, name: str) -> float | None:
    found = body.get(name)
    return float(found) if isinstance(found, int | float) and abs(found) < 1e6 else None


def _whole(body: Body, name: str) -> int | None:
    """A whole number; The Things Stack writes large ones as text."""
    found = body.get(name)
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 16:
        return int(found)
    return found if type(found) is int else None
