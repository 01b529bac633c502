"""run.json: what a running system says of itself, for commands and scripts beside it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import orjson

from hereabouts_deploy.private_file import write_private
from hereabouts_schemas.errors import SystemNotFound

PARTS = ("up", "postgres", "broker", "ingest", "jobs", "api")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFile:
    """Where a system is.

    Attributes:
        http, mqtt: addresses of the pages and of the broker.
        database_url: the owner's.
        admin_key: an administrator's API key.
        pids: process numbers by name, in the order of `PARTS`.
    """

    http: str
    mqtt: str
    database_url: str = field(repr=False)
    admin_key: str = field(repr=False)
    pids: Mapping[str, int]

    def with_pids(self, pids: Mapping[str, int]) -> "RunFile":
        """The same with these numbers on top of those known."""
        known = {**self.pids, **pids}
        return replace(self, pids={name: known[name] for name in PARTS if name in known})

    def write(self, path: Path) -> None:
        """Write it, readable by its owner alone, whole or not at all."""
        write_private(path, orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")


def read_run_file(path: Path) -> RunFile:
    """Read what a system wrote.

    Raises:
        SystemNotFound: it is not there, may not be read, or is not a run.json.
    """
    try:
        return RunFile(**orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        raise SystemNotFound(f"No system runs on {path.parent}: there is no {path.name}.") from None
    except PermissionError:
        raise SystemNotFound(f"{path} may be read only by the account that started the system.") from None
    except (TypeError, ValueError) as error:
        raise SystemNotFound(f"{path} is not what `hereabouts up` writes: {error}") from error
