"""secrets.json: the passwords of the embedded servers and the administrator's key, made once."""

import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from hereabouts_deploy.embedded.postgres import SUPERUSER
from hereabouts_deploy.private_file import write_private
from hereabouts_platform.access.keys import new_key
from hereabouts_platform.store.connection import DatabaseRole
from hereabouts_schemas.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class Secrets:
    """What only this data folder knows.

    Attributes:
        database: password by role of the embedded PostgreSQL, its superuser included.
        mqtt: ingest's password at the embedded broker.
        admin_key: the administrator's API key.
    """

    database: dict[str, str] = field(repr=False)
    mqtt: str = field(repr=False)
    admin_key: str = field(repr=False)


def secrets_of(path: Path) -> Secrets:
    """Read the secrets, made and written when there are none.

    Raises:
        ConfigError: the file is not what was written.
    """
    if not path.exists():
        write_private(path, orjson.dumps(asdict(_make()), option=orjson.OPT_INDENT_2) + b"\n")
    try:
        return Secrets(**orjson.loads(path.read_bytes()))
    except (OSError, TypeError, ValueError) as error:
        raise ConfigError(f"{path} cannot be read as the secrets of a data folder: {error}") from error


def _make() -> Secrets:
    roles = (SUPERUSER, *DatabaseRole)
    return Secrets(
        database={str(role): secrets.token_urlsafe(24) for role in roles},
        mqtt=secrets.token_urlsafe(24),
        admin_key=new_key(),
    )
