"""Both embedded brokers: what ingest relies on, and the facts about each that the documentation states."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from structlog.testing import capture_logs

from hereabouts_deploy.embedded.account import choose_account
from hereabouts_deploy.embedded.amqtt_launcher import Amqtt
from hereabouts_deploy.embedded.broker import Broker, facts_of
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.home import folder_for
from hereabouts_deploy.embedded.mqtt_probe import Answer, Login, probe

DEADLINE_S = 20


@dataclass
class Listener:
    """A subscriber with a kept session that acknowledges only what it is told to."""

    broker: Broker
    logs_in: bool = True
    acknowledges: bool = True
    client_id: str = "listener"
    topic_filter: str = "a/#"
    protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311
    received: list[mqtt.MQTTMessage] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ready = threading.Event()
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self.client_id, clean_session=False, protocol=self.protocol,
            manual_ack=True, reconnect_on_failure=False,
        )  # fmt: skip
        if self.logs_in:
            self.client.username_pw_set(self.broker.login.username, self.broker.login.password)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message

    def connect(self) -> "Listener":
        self.client.connect("127.0.0.1", self.broker.port)
        self.client.loop_start()
        assert self.ready.wait(DEADLINE_S)
        return self

    def leave(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def vanish(self) -> None:
        """Go without a word, as a killed process does."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert isinstance(sock, socket.socket)
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.received]

    def _on_connect(self, client: mqtt.Client, _data: object, _flags: object, code: object, _props: object) -> None:
        self.codes.append(str(code))
        if code == 0:
            client.subscribe(self.topic_filter, qos=1)
        else:
            self.ready.set()

    def _on_subscribe(self, _c: object, _d: object, _mid: int, codes: list[object], _props: object) -> None:
        self.codes += [str(code) for code in codes]
        self.ready.set()

    def _on_message(self, client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self.received.append(message)
        if self.acknowledges:
            client.ack(message.mid, message.qos)


def publish(broker: Broker, payloads: list[bytes], *, qos: int = 1, topic: str = "a/b", retain: bool = False) -> None:
    """Publish as an anonymous client and wait until the broker has acknowledged everything."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(100)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    for sent in [client.publish(topic, payload, qos=qos, retain=retain) for payload in payloads]:
        sent.wait_for_publish(DEADLINE_S)
        assert sent.is_published()
    client.disconnect()
    client.loop_stop()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def numbered(count: int, start: int = 0) -> list[bytes]:
    return [str(n).encode() for n in range(start, start + count)]


def test_a_session_with_login_keeps_what_arrives_meanwhile(broker: Broker) -> None:
    Listener(broker).connect().leave()
    publish(broker, numbered(1500))  # more than the 1000 that brokers usually keep
    again = Listener(broker).connect()
    until(lambda: len(again.received) >= 1500)
    again.leave()
    assert again.payloads() == numbered(1500)
    assert not any(message.retain for message in again.received)


def test_what_a_killed_subscriber_had_not_acknowledged_comes_again(broker: Broker) -> None:
    first = Listener(broker, acknowledges=False).connect()
    publish(broker, numbered(200))
    until(lambda: len(first.received) == 200)
    first.vanish()
    publish(broker, numbered(100, 200))
    again = Listener(broker).connect()
    until(lambda: len(set(again.payloads())) == 300)
    again.leave()
    assert sorted(set(again.payloads()), key=int) == numbered(300)


def test_a_subscriber_may_take_longer_than_amqtts_five_seconds(broker: Broker) -> None:
    slow = Listener(broker, acknowledges=False).connect()
    publish(broker, numbered(3))
    until(lambda: len(slow.received) == 3)
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 6)
    slow.vanish()
    again = Listener(broker).connect()
    until(lambda: len(again.received) == 3)
    again.leave()
    assert again.payloads() == numbered(3)


def test_more_than_the_window_is_in_flight_without_loss(broker: Broker) -> None:
    listener = Listener(broker, acknowledges=False).connect()
    publish(broker, numbered(4500))
    until(lambda: len(listener.received) == 4000)
    listener.acknowledges = True
    for message in list(listener.received):
        listener.client.ack(message.mid, message.qos)
    until(lambda: len(listener.received) == 4500)
    listener.leave()
    assert listener.payloads() == numbered(4500)


def test_a_message_sent_with_qos_0_waits_too(broker: Broker) -> None:
    Listener(broker).connect().leave()
    publish(broker, numbered(5), qos=0)
    again = Listener(broker).connect()
    until(lambda: len(again.received) == 5)
    again.leave()


def test_qos_2_is_taken(broker: Broker) -> None:
    listener = Listener(broker).connect()
    publish(broker, numbered(5), qos=2)
    until(lambda: len(listener.received) == 5)
    listener.leave()


def test_five_megabytes_pass(broker: Broker) -> None:
    listener = Listener(broker).connect()
    large = os.urandom(5_000_000)
    publish(broker, [large])
    until(lambda: len(listener.received) == 1)
    listener.leave()
    assert listener.received[0].payload == large


def test_overlapping_filters_bring_a_message_once(broker: Broker) -> None:
    listener = Listener(broker).connect()
    listener.ready.clear()
    listener.client.subscribe([("a/+", 1), ("+/b", 1)])
    assert listener.ready.wait(DEADLINE_S)
    publish(broker, numbered(3))
    publish(broker, [b"end"], topic="a/end")
    until(lambda: b"end" in listener.payloads())
    listener.leave()
    assert listener.payloads() == [*numbered(3), b"end"]


def test_a_retained_message_reaches_a_new_subscriber_marked_as_such(broker: Broker) -> None:
    publish(broker, [b"kept"], retain=True)
    listener = Listener(broker).connect()
    until(lambda: len(listener.received) == 1)
    listener.leave()
    assert listener.received[0].retain


def test_sessions_survive_a_clean_stop(broker: Broker) -> None:
    Listener(broker).connect().leave()
    publish(broker, numbered(20))
    broker.stop()
    assert broker.pid is None
    broker.start()
    again = Listener(broker).connect()
    until(lambda: len(again.received) == 20)
    again.leave()
    assert again.payloads() == numbered(20)


def test_a_kill_loses_nothing_that_was_saved_and_the_port_stays(broker: Broker) -> None:
    Listener(broker).connect().leave()
    publish(broker, numbered(20))
    saved_before = _saved_at(broker)
    broker.save()
    until(lambda: _saved_at(broker) > saved_before)
    port = broker.port
    _kill(broker)
    broker.start()
    assert broker.port == port
    publish(broker, numbered(5, 20))  # before the subscriber is back: its subscription was saved too
    again = Listener(broker).connect()
    until(lambda: len(again.received) >= 25)
    again.leave()
    assert again.payloads() == numbered(25)


def test_a_leftover_of_a_killed_parent_is_ended_at_the_next_start(broker: Broker) -> None:
    left = broker.process  # type: ignore[attr-defined]
    if facts_of(broker).kind is BrokerKind.AMQTT:
        left.stdin.close()  # what the death of `up` does to it
        left.wait(DEADLINE_S)
    broker.start()
    assert left.wait(DEADLINE_S) is not None
    assert broker.pid not in (None, left.pid)
    assert probe(broker.port, broker.login) is Answer.ACCEPTED


def test_a_wrong_password_is_refused_and_disturbs_nobody(broker: Broker) -> None:
    listener = Listener(broker).connect()
    wrong = Login(username=broker.login.username, password="wrong")
    assert probe(broker.port, wrong) is Answer.REFUSED
    publish(broker, numbered(1))
    until(lambda: len(listener.received) == 1)
    listener.leave()


def test_nothing_listens_beyond_loopback(broker: Broker) -> None:
    outside = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        route.connect(("192.0.2.1", 9))  # sends nothing; tells which of our addresses faces the world
        outside.add(route.getsockname()[0])
    for address in outside - {"127.0.0.1"}:
        with socket.socket() as client:
            client.settimeout(2)
            assert client.connect_ex((str(address), broker.port)) != 0


def test_an_anonymous_subscriber_hears_nothing(broker: Broker) -> None:
    curious = Listener(broker, logs_in=False, client_id="curious").connect()
    ours = Listener(broker).connect()
    publish(broker, numbered(3))
    until(lambda: len(ours.received) == 3)
    ours.leave()
    curious.leave()
    assert curious.received == []


def test_amqtt_keeps_no_session_for_an_anonymous_client(brokers: Callable[[BrokerKind], Broker]) -> None:
    broker = brokers(BrokerKind.AMQTT)
    Listener(broker, logs_in=False).connect().leave()
    publish(broker, numbered(50))
    again = Listener(broker, logs_in=False).connect()
    publish(broker, [b"end"])
    again.leave()
    assert again.received == []


def test_amqtt_refuses_mqtt_5(brokers: Callable[[BrokerKind], Broker]) -> None:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5, reconnect_on_failure=False)
    refused: list[str] = []
    client.on_connect = lambda _c, _d, _f, code, _p: refused.append(str(code))
    client.connect("127.0.0.1", brokers(BrokerKind.AMQTT).port)
    client.loop_start()
    until(lambda: bool(refused))
    client.loop_stop()
    assert refused == ["Unsupported protocol version"]


def test_amqtt_grants_a_shared_subscription_and_never_serves_it(brokers: Callable[[BrokerKind], Broker]) -> None:
    broker = brokers(BrokerKind.AMQTT)
    shared = Listener(broker, client_id="shared", topic_filter="$share/group/a/#").connect()
    plain = Listener(broker).connect()
    publish(broker, numbered(10))
    until(lambda: len(plain.received) == 10)
    shared.leave()
    plain.leave()
    assert shared.codes[-1] == "Granted QoS 1"
    assert shared.received == []


@pytest.mark.parametrize("kind", [BrokerKind.AMQTT])
def test_amqtt_ends_when_its_parent_does(brokers: Callable[[BrokerKind], Broker], kind: BrokerKind) -> None:
    broker = brokers(kind)
    broker.process.stdin.close()  # type: ignore[attr-defined]
    assert broker.wait() == 0


@pytest.fixture
def open_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An interpreter that every account may run; the one that runs the tests may lie below a closed home."""
    with TemporaryDirectory() as name:
        folder, version = Path(name), f"python{sys.version_info.major}.{sys.version_info.minor}"
        folder.chmod(0o755)
        base = Path(sys.base_prefix)
        # Debian's own links sitecustomize.py to /etc/python3.13, which a Python inside a root of its own has not.
        left_out = shutil.ignore_patterns(
            "site-packages", "test", "idlelib", "config-*", "__pycache__", "sitecustomize.py"
        )
        shutil.copytree(base / "lib" / version, folder / "lib" / version, ignore=left_out)
        for library in (base / "lib").glob("libpython*.so*"):
            shutil.copy(library, folder / "lib")
        (folder / "bin").mkdir()
        shutil.copy((base / "bin" / version).resolve(), folder / "bin" / "python")
        monkeypatch.setattr(sys, "executable", str(folder / "bin" / "python"))
        monkeypatch.setenv("PYTHONHOME", str(folder))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if Path(path).is_dir()))
        monkeypatch.setenv("LD_LIBRARY_PATH", str(folder / "lib"))
        yield


@pytest.fixture
def closed_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An interpreter that only we may run."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in sys.path if Path(path).is_dir()))
    python = closed / "python"
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))


def _owner(broker: Broker) -> int:
    shown = subprocess.run(["/bin/ps", "-o", "uid=", "-p", str(broker.pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout)


@pytest.mark.usefixtures("open_python")
def test_amqtt_runs_as_the_servers_account_and_has_the_sessions_of_before(
    brokers: Callable[[BrokerKind], Broker], tmp_path: Path
) -> None:
    before = [{"client_id": "listener", "subscriptions": {"a/#": 1}, "waiting": [["a/b", 1, "MA==", False]]}]
    (tmp_path / "amqtt-sessions.json").write_bytes(orjson.dumps(before))  # as it lay while amqtt ran as root
    broker = brokers(BrokerKind.AMQTT)
    account = choose_account(None)
    assert _owner(broker) == (account.uid if account else os.geteuid())
    publish(broker, numbered(1, 1))
    broker.stop()
    broker.start()
    again = Listener(broker).connect()
    until(lambda: len(again.received) == 2)
    again.leave()
    assert again.payloads() == numbered(2)


@pytest.mark.usefixtures("closed_python")
def test_amqtt_says_so_when_its_account_may_not_read_python_and_keeps_what_it_saved(
    brokers: Callable[[BrokerKind], Broker], home: Path
) -> None:
    account = choose_account(None)
    if account is not None:
        before = [{"client_id": "listener", "subscriptions": {"a/#": 1}, "waiting": [["a/b", 1, "MA==", False]]}]
        saved = folder_for(home.resolve(), "broker", account) / "amqtt-sessions.json"
        saved.write_bytes(orjson.dumps(before))
        os.chown(saved, account.uid, account.gid)
    with capture_logs() as logs:
        broker = brokers(BrokerKind.AMQTT)
    assert _owner(broker) == os.geteuid()
    assert [line["action"] for line in logs] == (["broker_runs_as_root"] if account else [])
    listener = Listener(broker).connect()
    until(lambda: len(listener.received) == (1 if account else 0))
    listener.leave()
    broker.stop()
    assert isinstance(broker, Amqtt)
    assert broker.sessions.stat().st_uid == os.geteuid()


def _saved_at(broker: Broker) -> float:
    path = broker.sessions if isinstance(broker, Amqtt) else broker.home / "broker" / "mosquitto.db"  # type: ignore[attr-defined]
    return path.stat().st_mtime if path.exists() else 0.0


def _kill(broker: Broker) -> None:
    assert broker.pid is not None
    os.kill(broker.pid, signal.SIGKILL)
    broker.wait()
