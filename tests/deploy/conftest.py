"""Fixtures for the launcher's tests: a folder for servers, and both brokers."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.broker import Broker, BrokerKind, make_broker
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.mosquitto import find_mosquitto
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.embedded.ports import free_port

KINDS = [BrokerKind.AMQTT, *([BrokerKind.MOSQUITTO] if find_mosquitto() else [])]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The embedded servers' folder of `tmp_path`; as root it may lie below /var/lib/hereabouts."""
    folder = server_home(tmp_path, choose_account(None))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def brokers(tmp_path: Path, home: Path) -> Iterator[Callable[[BrokerKind], Broker]]:
    """Makes and starts a broker of the kind asked for."""
    started = []

    def start(kind: BrokerKind) -> Broker:
        broker = make_broker(
            kind,
            data_dir=tmp_path,
            home=home,
            account=choose_account(None),
            log=tmp_path / "broker.log",
            port=free_port(),
            login=Login(username="ingest", password=secrets.token_urlsafe(12)),
        )
        broker.start()
        started.append(broker)
        return broker

    yield start
    for broker in started:
        broker.stop()


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, brokers: Callable[[BrokerKind], Broker]) -> Broker:
    """A running embedded broker, of each kind that this machine has."""
    return brokers(request.param)
