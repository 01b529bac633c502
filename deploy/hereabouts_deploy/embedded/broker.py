"""The embedded MQTT broker: a mosquitto of this machine, otherwise amqtt. Both are used through one interface."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hereabouts_deploy.embedded import mosquitto
from hereabouts_deploy.embedded.account import Account
from hereabouts_deploy.embedded.amqtt_launcher import Amqtt
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.mosquitto import Mosquitto
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_schemas.errors import ConfigError


class Broker(Protocol):
    """What `up` needs of a broker. Started again, it listens on the same port and still has its kept sessions."""

    name: str
    port: int
    login: Login

    @property
    def pid(self) -> int | None: ...
    def start(self) -> None: ...
    def wait(self) -> int: ...
    def stop(self) -> None: ...
    def save(self) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokerFacts:
    """What `doctor` says of an embedded broker. `queue_bytes` is None where only memory bounds the queue."""

    kind: BrokerKind
    queue_bytes: int | None


def make_broker(
    kind: BrokerKind, *, data_dir: Path, home: Path, account: Account | None, log: Path, port: int, login: Login
) -> Broker:
    """The broker asked for, not yet started.

    Raises:
        ConfigError: mosquitto was asked for by name and is not on this machine.
    """
    binary = None if kind is BrokerKind.AMQTT else mosquitto.find_mosquitto()
    if binary is not None:
        return Mosquitto(binary=binary, home=home, account=account, log=log, port=port, login=login)
    if kind is BrokerKind.MOSQUITTO:
        raise ConfigError("HEREABOUTS_EMBEDDED_BROKER is mosquitto, and there is none on this machine.")
    return Amqtt(folder=data_dir, home=home, account=account, log=log, port=port, login=login)


def facts_of(broker: Broker) -> BrokerFacts:
    """Which broker it is, and how much it lets wait for one client."""
    return _facts(is_mosquitto=isinstance(broker, Mosquitto))


def facts_of_process(pid: int, home: Path) -> BrokerFacts:
    """The same of a broker that another process of ours runs on `home`."""
    return _facts(is_mosquitto=mosquitto.is_ours(pid, home))


def _facts(*, is_mosquitto: bool) -> BrokerFacts:
    if is_mosquitto:
        return BrokerFacts(kind=BrokerKind.MOSQUITTO, queue_bytes=mosquitto.QUEUE_BYTES)
    return BrokerFacts(kind=BrokerKind.AMQTT, queue_bytes=None)
