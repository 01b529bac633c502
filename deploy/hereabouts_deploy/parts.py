"""The parts of an all-in-one system, each ready to be started."""

import json
from dataclasses import dataclass
from pathlib import Path

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.embedded.account import Account, choose_account
from hereabouts_deploy.embedded.broker import Broker, make_broker
from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.embedded.home import server_home
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.embedded.ports import LOOPBACK
from hereabouts_deploy.embedded.postgres import Postgres
from hereabouts_deploy.mqtt_address import MqttAddress
from hereabouts_deploy.outside import told_to_jobs
from hereabouts_deploy.secrets_file import Secrets, secrets_of
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.supervise.child import Child, child
from hereabouts_deploy.workers import workers

MQTT_USER = "ingest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What the parts stand on: settings, data folder, secrets, and where and as whom the servers run."""

    settings: Settings
    data_dir: DataDir
    secrets: Secrets
    account: Account | None
    home: Path

    def postgres(self) -> Postgres:
        """The embedded database."""
        return Postgres(
            home=self.home,
            log=self.data_dir.log("postgres"),
            passwords=self.secrets.database,
            account=self.account,
        )

    def broker(self, kind: BrokerKind, port: int) -> Broker:
        """The embedded broker."""
        return make_broker(
            kind,
            data_dir=self.data_dir.path,
            home=self.home,
            account=self.account,
            log=self.data_dir.log("broker"),
            port=port,
            login=Login(username=MQTT_USER, password=self.secrets.mqtt),
        )

    def ingest(self, database_url: str, feed: MqttAddress) -> list[Child]:
        """The processes that turn messages into readings."""
        return workers(self.settings, self.data_dir, database_url=database_url, mqtt_url=feed.url)

    def jobs(self, database_url: str, port: int) -> Child:
        """The process that assesses homes, tells people, and lets go of what was kept long enough, at its times."""
        return self._child(
            "jobs",
            database_url=database_url,
            data_dir=str(self.data_dir.path),  # where the maps of roads lie
            public_url=self._pages(port),
            retention=json.dumps(self.settings.retention),
            **told_to_jobs(self.settings),
        )

    def api(self, database_url: str, port: int) -> Child:
        """The process that serves API and pages."""
        return self._child(
            "api",
            database_url=database_url,
            http_host=LOOPBACK,
            http_port=str(port),
            public_url=self._pages(port),
            allowed_hosts=",".join(self.settings.allowed_hosts),
        )

    def _pages(self, port: int) -> str:
        """Where people reach the pages."""
        return self.settings.public_url or f"http://{LOOPBACK}:{port}"

    def _child(self, command: str, **settings: str) -> Child:
        """`hereabouts <command>` with these settings."""
        return child(command, self.data_dir.log(command), **settings)


def ground_of(settings: Settings, data_dir: DataDir) -> Ground:
    """Choose the account, make the folders and the secrets.

    Raises:
        ConfigError: the account or the folders cannot be used.
    """
    account = choose_account(settings.run_as)
    home = server_home(data_dir.path, account)
    secrets = secrets_of(data_dir.secrets_file)
    return Ground(settings=settings, data_dir=data_dir, secrets=secrets, account=account, home=home)


def login_address(broker: Broker) -> MqttAddress:
    """Where and as whom ingest connects to an embedded broker."""
    login = broker.login
    return MqttAddress(host=LOOPBACK, port=broker.port, username=login.username, password=login.password)
