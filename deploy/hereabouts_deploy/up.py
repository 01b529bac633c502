"""The whole system in one process tree, for `up` and `demo`: database, broker, ingest, jobs, API."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.embedded import mosquitto
from hereabouts_deploy.embedded.broker import Broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.ports import LOOPBACK, choose_port
from hereabouts_deploy.mqtt_address import MqttAddress, parse_mqtt_url
from hereabouts_deploy.parts import Ground, ground_of, login_address
from hereabouts_deploy.prepare import bring_up_to_date, have_administrator, is_prepared
from hereabouts_deploy.run_file import RunFile
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.stop_signal import stop_on_signal
from hereabouts_deploy.supervise.child import Child
from hereabouts_deploy.supervise.service import Service
from hereabouts_deploy.supervise.supervisor import Supervisor
from hereabouts_deploy.web_probe import answers_ready
from hereabouts_deploy.workers import ingest_settings
from hereabouts_ingest.sharing import require_sharing
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import BrokerUnavailable, ConfigError, HereaboutsError

READY_WITHIN_S = 180.0
LEFTOVER_PATIENCE_S = 15.0  # what a killed run left behind needs a moment to notice, to end and to free its port
MOST_ENDS = 3

Say = Callable[[str], None]
UrlOf = Callable[[DatabaseRole], str]


@contextmanager
def running_system(settings: Settings, say: Say) -> Iterator["RunningSystem"]:
    """Start everything, wait until all of it is ready, give it to the caller, stop it at the end.

    Args:
        settings: data folder and ports; a database or broker of one's own in place of an embedded one.
        say: told what happens, in sentences.

    Raises:
        ConfigError: another `up` holds the data folder, a port is taken, an address is not loopback ...
        HereaboutsError: something did not become ready; the message names its log.
    """
    _refuse_the_world(settings)
    data_dir = DataDir(path=settings.data_dir)
    data_dir.make()
    lock = data_dir.hold()
    try:
        with stop_on_signal() as stop:
            system = RunningSystem(ground_of(settings, data_dir), say, stop)
            try:
                system.start()
                yield system
            finally:
                system.close()
    finally:
        os.close(lock)


class RunningSystem:
    """One system: its parts, and what run.json says of it.

    Attributes:
        run: addresses, the owner's database address, the administrator's key, process numbers.
        administrator: whose key that is.
        stop: set by SIGTERM, SIGINT and SIGHUP: the system is asked to stop.
    """

    run: RunFile
    administrator: Principal

    def __init__(self, ground: Ground, say: Say, stop: threading.Event) -> None:
        self.stop = stop
        self._ground = ground
        self._say = say
        self._supervisor = Supervisor(self._on_restart)
        self._run_file_lock = threading.Lock()
        self._is_ready = False

    def wait(self) -> None:
        """Return when the system is asked to stop."""
        self.stop.wait()

    def start(self) -> None:
        """Start the parts one after the other, wait until all are ready, write run.json."""
        settings, secrets = self._ground.settings, self._ground.secrets
        mosquitto.end_leftovers(self._ground.home)
        http_port = self._port("http_port")
        url_of = self._start_database()
        owner_url = url_of(DatabaseRole.OWNER)
        broker, feed = self._start_broker()
        if settings.ingest_workers > 1:
            require_sharing(ingest_settings(settings, owner_url, feed))
        children = self._processes(url_of, feed, http_port)
        if not is_prepared(owner_url):
            self._prepare(owner_url)
            self._start_processes(children)
        else:  # a second start: the processes load while this release's profiles are compared
            self._start_processes(children)
            self._prepare(owner_url)
        self._wait_until_ready(children, http_port)
        if broker is not None:
            broker.save()  # ingest's session exists now, and from here survives kill -9 of the broker
        self.run = RunFile(
            http=f"http://{LOOPBACK}:{http_port}",
            mqtt=f"mqtt://{LOOPBACK}:{broker.port}" if broker else str(settings.mqtt_url),
            database_url=owner_url,
            admin_key=secrets.admin_key,
            pids={"up": os.getpid()},
        )
        self._is_ready = True
        self._write_run_file()

    def close(self) -> None:
        """Stop everything, last started first, and take run.json away."""
        self.stop.set()
        with self._run_file_lock:
            self._is_ready = False
            self._ground.data_dir.run_file.unlink(missing_ok=True)
        self._supervisor.stop()

    def _port(self, name: str) -> int:
        settings = self._ground.settings
        wanted: int = getattr(settings, name)
        killed = self._ground.data_dir.run_file.exists()
        patience_s = LEFTOVER_PATIENCE_S if killed else 0.0
        port = choose_port(wanted, insist=settings.given(name), patience_s=patience_s, setting=name)
        if wanted not in (0, port):
            self._say(f"Port {wanted} is taken; using {port}.")
        return port

    def _start_database(self) -> UrlOf:
        own = self._ground.settings.database_url
        if own is not None:
            return lambda _role: own
        self._say("Starting the database.")
        postgres = self._ground.postgres()
        self._supervisor.start(postgres)
        return postgres.url

    def _prepare(self, owner_url: str) -> None:
        self._give_up_if_stopped()
        applied = bring_up_to_date(owner_url, self._ground.settings.scripts)
        if applied:
            steps = "1 step" if len(applied) == 1 else f"{len(applied)} steps"
            self._say(f"Made the tables, in {steps} up to {applied[-1].number:04}.")
        self.administrator = have_administrator(owner_url, self._ground.secrets.admin_key)
        self._give_up_if_stopped()

    def _start_broker(self) -> tuple[Broker | None, MqttAddress]:
        settings = self._ground.settings
        if settings.mqtt_url is not None:
            return None, parse_mqtt_url(settings.mqtt_url)
        port = self._port("mqtt_port")
        broker = self._ground.broker(settings.embedded_broker, port)
        try:
            self._supervisor.start(broker)
        except BrokerUnavailable as error:
            if settings.embedded_broker is not BrokerKind.AUTO:
                raise
            self._say(f"{error} Using the built-in broker instead.")
            broker = self._ground.broker(BrokerKind.AMQTT, port)
            self._supervisor.start(broker)
        return broker, login_address(broker)

    def _processes(self, url_of: UrlOf, feed: MqttAddress, http_port: int) -> list[Child]:
        """The slowest to load first."""
        return [
            self._ground.api(url_of(DatabaseRole.API), http_port),
            *self._ground.ingest(url_of(DatabaseRole.INGEST), feed),
            self._ground.jobs(url_of(DatabaseRole.JOBS), http_port),
        ]

    def _start_processes(self, children: list[Child]) -> None:
        self._say("Starting ingest, jobs and the API.")
        for child in children:
            self._supervisor.start(child)

    def _wait_until_ready(self, children: list[Child], http_port: int) -> None:
        waiting = {child.name: child for child in children}
        deadline = time.monotonic() + READY_WITHIN_S
        while waiting:
            self._give_up_if_stopped()
            for name, child in list(waiting.items()):
                if child.ready.is_set() or (name == "api" and answers_ready(http_port)):
                    del waiting[name]
                elif self._supervisor.ends_of(child) >= MOST_ENDS or time.monotonic() > deadline:
                    raise HereaboutsError(_never_ready(child))
            self.stop.wait(0.05)

    def _give_up_if_stopped(self) -> None:
        if self.stop.is_set():
            raise HereaboutsError("Stopped before everything was ready.")

    def _on_restart(self, _service: Service) -> None:
        self._write_run_file()

    def _write_run_file(self) -> None:
        with self._run_file_lock:
            if self._is_ready:
                self.run = self.run.with_pids(self._supervisor.pids())
                self.run.write(self._ground.data_dir.run_file)


def _refuse_the_world(settings: Settings) -> None:
    if settings.http_host not in (LOOPBACK, "localhost"):
        raise ConfigError(
            f"`up` serves this machine alone, on {LOOPBACK}; HEREABOUTS_HTTP_HOST is {settings.http_host}. To serve "
            "others, run `hereabouts migrate`, `ingest`, `jobs` and `api` behind a proxy that does TLS."
        )


def _never_ready(child: Child) -> str:
    last = child.log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
    return "\n".join([f"{child.name} did not become ready. The last lines of {child.log}:", *last])
