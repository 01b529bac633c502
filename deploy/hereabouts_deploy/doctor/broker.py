"""The broker: whether it takes our login, and how long it can hold the feed while ingest is away."""

from collections.abc import Mapping

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.doctor.mqtt import BrokerStatus, NoBroker, broker_status, kept_for_an_absent_client
from hereabouts_deploy.embedded.broker import BrokerFacts
from hereabouts_deploy.mqtt_address import MqttAddress

USUAL_LIMIT = 1000  # what mosquitto, EMQX, HiveMQ and VerneMQ keep for an absent client unless told otherwise
MOST_MEASURED = 50_000


def check_embedded(address: MqttAddress, facts: BrokerFacts) -> Check:
    """The broker that `up` runs: its kind and its limit are ours to know."""
    detail = {"kind": facts.kind, "queue_bytes": facts.queue_bytes}
    limit = (
        "what waits while ingest is away is bounded by memory alone"
        if facts.queue_bytes is None
        else f"up to {facts.queue_bytes // 1024**2} MiB wait while ingest is away, whatever their number"
    )
    try:
        status = broker_status(address)
    except NoBroker as error:
        return Check(name="broker", state=State.BROKEN, message=f"The embedded broker: {error}", detail=detail)
    return _with_losses(f"Embedded {facts.kind}; {limit}.", State.OK, status, detail)


def check_own(address: MqttAddress, busiest_hour: int, *, measure: bool) -> Check:
    """A broker of one's own: reachable, and its queue no shorter than an hour of the feed, as far as can be known.

    MQTT has no question for that limit. `measure` finds it out: messages of our own, as many as the fullest hour
    brought, are published for a session that is away, and counted when it comes back.
    """
    where = f"Broker at {address.host}:{address.port}"
    count = min(max(busiest_hour, 100), MOST_MEASURED)
    try:
        status = broker_status(address)
        kept = kept_for_an_absent_client(address, count) if measure else None
    except NoBroker as error:
        return Check(name="broker", state=State.BROKEN, message=f"{where}: {error}")
    detail = {"kind": "own", "busiest_hour": busiest_hour, "kept": kept, "version": status.version}
    state, said = _unmeasured(busiest_hour) if kept is None else _measured(kept, count, busiest_hour)
    return _with_losses(f"{where}: {said}", state, status, detail)


def _measured(kept: int, count: int, hour: int) -> tuple[State, str]:
    if kept >= count:
        return State.OK, f"it kept all {count} messages for a client that was away."
    return State.WARNING, f"it kept {kept} of {count} messages for a client that was away. {_cure(hour)}"


def _unmeasured(hour: int) -> tuple[State, str]:
    said = (
        "MQTT gives no way to read how much it keeps for a client that is away. Brokers usually keep "
        f"{USUAL_LIMIT} messages; the fullest hour of the last 7 days brought {hour}."
    )
    if hour <= USUAL_LIMIT:
        return State.OK, said
    return State.WARNING, f"{said} {_cure(hour)} `hereabouts doctor --measure-queue` finds out what it keeps."


def _cure(hour: int) -> str:
    return (
        f"Let it keep at least {hour} (mosquitto: max_queued_messages 0 and a max_queued_bytes), or messages are lost "
        "when ingest is away for an hour."
    )


def _with_losses(message: str, state: State, status: BrokerStatus, detail: Mapping[str, object]) -> Check:
    facts = {**detail, "dropped": status.dropped}
    if status.dropped:
        message = f"{message} It has dropped {status.dropped} messages since it started."
        return Check(name="broker", state=State.WARNING, message=message, detail=facts)
    return Check(name="broker", state=state, message=message, detail=facts)
