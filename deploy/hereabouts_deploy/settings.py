"""Settings: from the command line, the environment, `.env`, `hereabouts.toml`, then what is built in; the first wins.

`.env` and `hereabouts.toml` are looked for in the current folder. A setting that holds a secret can also be given as
the name of a file that holds it: `HEREABOUTS_DATABASE_URL_FILE`.
"""

import difflib
import json
import os
import tomllib
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import psycopg
from platformdirs import user_data_path
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from hereabouts_deploy.embedded.broker_kind import BrokerKind
from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.landlord_settings import LandlordSettings
from hereabouts_deploy.mqtt_address import parse_mqtt_url
from hereabouts_deploy.supervise.parent import SUPERVISED
from hereabouts_deploy.weather_settings import WeatherSettings
from hereabouts_ingest.backfill.settings import check_id, check_server
from hereabouts_platform.cases.clocks.awareness import AwarenessPolicy
from hereabouts_platform.cases.clocks.book_file import nations
from hereabouts_platform.jobs.outside import DIGEST_AT
from hereabouts_platform.notify.mail import is_address
from hereabouts_platform.notify.ways import OFFICIAL as NOTIFY_URL
from hereabouts_platform.notify.ways import Tls, parse_key
from hereabouts_platform.rules.retention import check_keeps
from hereabouts_platform.store.case_clocks import CasePolicy
from hereabouts_schemas.alert import Level
from hereabouts_schemas.errors import ConfigError, InputError

TOML = Path("hereabouts.toml")
SECRETS = ("database_url", "mqtt_url", "things_stack_key", "smtp_password", "notify_api_key", "weather_key")
NEVER_SHOWN = (*SECRETS, "things_stack")  # somebody may have put a key where it does not belong
BUILT_IN = "default"
THINGS_STACK_SERVER = "https://eu1.cloud.thethings.network"
THINGS_STACK_SOURCE = "things_stack"

Port = Annotated[int, Field(ge=0, le=65535)]


def _broker_address(url: str | None) -> str | None:
    if url is not None:
        parse_mqtt_url(url)
    return url


def _database_address(url: str | None) -> str | None:
    try:
        conninfo_to_dict(url or "")
    except psycopg.ProgrammingError as error:
        raise ValueError("An address of a database looks like postgresql://name:password@host:5432/database") from error
    return url


def _sender(text: str | None) -> str | None:
    if text is not None and not is_address(parseaddr(text)[1]):
        raise ValueError("Write an address, or Name <address>")
    return text


def _notify_key(key: str | None) -> str | None:
    if key is not None:
        parse_key(key)
    return key


class ThingsStackEntry(BaseModel):
    """An application of The Things Stack whose stored messages can be fetched again: `[[things_stack]]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    application: Annotated[str, AfterValidator(lambda text: check_id(f"application of {PREFIX}THINGS_STACK", text))]
    server: Annotated[str, AfterValidator(lambda text: check_server(f"server of {PREFIX}THINGS_STACK", text))] = (
        THINGS_STACK_SERVER
    )
    source: str = THINGS_STACK_SOURCE
    key_file: Path | None = None


class Settings(LandlordSettings, WeatherSettings, BaseSettings):
    """What every command reads.

    Raises:
        InputError: a value cannot be used; the message names the setting.
        ConfigError: hereabouts.toml cannot be read, or a secret is given twice in one place.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore"
    )

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("hereabouts"),
        description="Folder of an all-in-one system: database, broker, logs, run.json.",
    )
    database_url: Annotated[str | None, AfterValidator(_database_address)] = Field(
        default=None, repr=False, description="A PostgreSQL of your own, in place of the embedded one."
    )
    database_url_file: Path | None = Field(default=None, description="File that holds DATABASE_URL.")
    mqtt_url: Annotated[str | None, AfterValidator(_broker_address)] = Field(
        default=None,
        repr=False,
        description="An MQTT broker of your own, in place of the embedded one: mqtt:// or mqtts://name:password@host:port.",
    )
    mqtt_url_file: Path | None = Field(default=None, description="File that holds MQTT_URL.")
    http_host: str = Field(
        default="127.0.0.1", description="Address that `hereabouts api` listens on; `up` takes loopback only."
    )
    http_port: Port = Field(default=8000, description="Port of the pages and the API; 0 chooses a free one.")
    mqtt_port: Port = Field(default=1883, description="Port of the embedded broker; 0 chooses a free one.")
    public_url: str | None = Field(
        default=None, description="Where people reach the pages, when that is not the address listened on."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Further host names that requests may name, with commas between."
    )
    webhook_secrets_file: Path | None = Field(
        default=None, description="TOML file with the secrets that sign webhooks, by source: name = 'whsec_...'."
    )
    run_as: str | None = Field(
        default=None, description="Started as root: the account that the embedded servers run as (postgres, nobody)."
    )
    embedded_broker: BrokerKind = Field(
        default=BrokerKind.AUTO, description="mosquitto, amqtt, or auto: mosquitto where the machine has one."
    )
    scripts_dir: Path | None = Field(
        default=None, description="Folder of vendors' decoder scripts; default: `scripts` in the data folder."
    )
    ingest_slot: int = Field(
        default=0, ge=0, le=99, description="Number of this ingest worker, or of the first of several."
    )
    ingest_workers: int = Field(
        default=1, ge=1, le=100, description="How many ingest workers share the feeds on this machine."
    )
    ingest_share: bool = Field(
        default=False, description="Workers on other machines share the feeds too; each machine needs slots of its own."
    )
    spool_bytes: int = Field(
        default=2**30,
        ge=0,
        description="What messages of quality 0 may take on the disk, per worker, while the database is away.",
    )

    things_stack: Annotated[tuple[ThingsStackEntry, ...], NoDecode] = Field(
        default=(),
        description="Applications of The Things Stack whose stored messages are fetched when they were missed: a JSON "
        "list of objects with application, server, source, key_file; in hereabouts.toml as [[things_stack]].",
    )
    things_stack_key: str | None = Field(
        default=None, repr=False, description="API key of the applications that name no key_file of their own."
    )
    things_stack_key_file: Path | None = Field(default=None, description="File that holds THINGS_STACK_KEY.")
    retention: Annotated[dict[str, str], NoDecode, AfterValidator(check_keeps)] = Field(
        default={},
        validate_default=True,
        description="How long each class of data is kept: a JSON object of classes with 400 days, 25 months, 6 years "
        "or forever; in hereabouts.toml as the table [retention].",
    )

    nation: str = Field(default="england", description="Whose law the clocks of cases go by: england or scotland.")
    awareness_policy: AwarenessPolicy = Field(
        default=AwarenessPolicy.ALERT_RAISED,
        description="What counts as becoming aware of a hazard: alert_raised, or human_triage (when somebody looked, "
        "at the latest a working day after the alert).",
    )
    case_level: Level = Field(
        default=Level.ACT,
        description="From which level on an alert on a home becomes a case by itself: watch, act or urgent.",
    )
    smtp_host: str | None = Field(default=None, description="Mail server that sends the e-mails people asked for.")
    smtp_port: Port = Field(default=587, description="Port of the mail server.")
    smtp_tls: Tls = Field(
        default=Tls.STARTTLS, description="starttls, tls (from the first byte), or none: a relay on this machine."
    )
    smtp_user: str | None = Field(default=None, description="Name at the mail server, where it asks for one.")
    smtp_password: str | None = Field(default=None, repr=False, description="Password at the mail server.")
    smtp_password_file: Path | None = Field(default=None, description="File that holds SMTP_PASSWORD.")
    mail_from: Annotated[str | None, AfterValidator(_sender)] = Field(
        default=None, description="Who e-mails by SMTP come from: an address, or Name <address>."
    )
    notify_api_key: Annotated[str | None, AfterValidator(_notify_key)] = Field(
        default=None, repr=False, description="API key of GOV.UK Notify, which then sends the e-mails."
    )
    notify_api_key_file: Path | None = Field(default=None, description="File that holds NOTIFY_API_KEY.")
    notify_template: UUID | None = Field(
        default=None, description="Id of the template at GOV.UK Notify, with the placeholders subject and body."
    )
    notify_url: str = Field(default=NOTIFY_URL, description="Where GOV.UK Notify answers.")
    digest_at: time = Field(
        default=DIGEST_AT, description="When the digest of a working day is made, on the clocks of Europe/London."
    )

    choose_run_days: bool = Field(
        default=True,
        description="Whether the job `plan` sends nobody out on a day that is not worth a run; false: crews "
        "go out on each day on which they work, wherever a bin is worth its way.",
    )

    weather_key_file: Path | None = Field(default=None, description="File that holds WEATHER_KEY.")

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise _explained(error) from None  # the cause would show the value, which may be a secret

    @property
    def case_policy(self) -> CasePolicy:
        """What the settings say of cases."""
        return CasePolicy(
            nation=self.nation, awareness=self.awareness_policy, least=self.case_level, landlord=self.landlord
        )

    @field_validator("nation")
    @classmethod
    def _check_nation(cls, value: str) -> str:
        if value not in nations():
            raise ValueError(f"Rules come along for {' and '.join(nations())}")
        return value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("things_stack", mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            raise ValueError('Write a JSON list, like [{"application": "council-sensors"}]') from error

    @field_validator("retention", mode="before")
    @classmethod
    def _parse_retention(cls, value: object) -> object:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            raise ValueError('Write a JSON object, like {"home_readings": "25 months"}') from error

    @field_validator("data_dir", "scripts_dir")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        *_others: PydanticBaseSettingsSource,
        **_named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The layers, strongest first."""
        return (init_settings, *_layers(settings_cls).values())

    @property
    def scripts(self) -> Path:
        """Folder of vendors' decoder scripts; it need not be there."""
        return self.scripts_dir or self.data_dir / "scripts"

    def given(self, name: str) -> bool:
        """Whether somebody set `name`, in whatever way."""
        return name in self.model_fields_set


class _WithSecretFiles(PydanticBaseSettingsSource):
    """A layer in which `<secret>_file` stands for the content of that file."""

    def __init__(self, settings_cls: type[BaseSettings], layer: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._layer = layer

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._layer.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        values = dict(self._layer())
        for name in SECRETS:
            file = values.pop(f"{name}_file", None)
            if file is None:
                continue
            if values.get(name) is not None:
                raise ConfigError(f"{_setting(name)} and {_setting(name)}_FILE are both set; keep one.")
            values[name] = _read_secret(name, Path(file))
        return values


def origins() -> dict[str, str]:
    """Where each setting that somebody set comes from: `environment`, `.env` or `hereabouts.toml`."""
    found: dict[str, str] = {}
    for label, layer in reversed(_layers(Settings).items()):
        found |= dict.fromkeys(layer(), label)
    return {name: label for name, label in found.items() if name in Settings.model_fields}


def unknown_settings() -> list[str]:
    """Environment variables that begin like ours and are none of ours, each with the one that was perhaps meant."""
    known = [_setting(name) for name in Settings.model_fields]
    strangers = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in (*known, SUPERVISED))
    return [_with_guess(name, known) for name in strangers]


def _layers(settings_cls: type[BaseSettings]) -> dict[str, PydanticBaseSettingsSource]:
    _check_toml()
    plain = {
        "environment": EnvSettingsSource(settings_cls),
        ".env": DotEnvSettingsSource(settings_cls),
        str(TOML): TomlConfigSettingsSource(settings_cls, TOML),
    }
    return {label: _WithSecretFiles(settings_cls, layer) for label, layer in plain.items()}


def _check_toml() -> None:
    if not TOML.exists():
        return
    try:
        names = tomllib.loads(TOML.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{TOML} cannot be read: {error}") from error
    known = list(Settings.model_fields)
    strangers = [_with_guess(name, known) for name in names if name not in known]
    if strangers:
        raise ConfigError(f"{TOML} sets what is no setting: {', '.join(strangers)}.")


def _with_guess(name: str, known: list[str]) -> str:
    guess = difflib.get_close_matches(name, known, n=1)
    return f"{name} (did you mean {guess[0]}?)" if guess else name


def _read_secret(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"{_setting(name)}_FILE names {file}, which cannot be read: {error}") from error


def _setting(name: str) -> str:
    return PREFIX + name.upper()


def _explained(error: ValidationError) -> InputError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    value = "(not shown)" if name in NEVER_SHOWN else first.get("input")
    return InputError(_setting(name), value, f"{first['msg'].removeprefix('Value error, ')}.")
