"""What has been done to settle the town in a store, kept in a file: a start that was cut off goes on where it was."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

import orjson

from hereabouts_deploy.private_file import write_private
from hereabouts_schemas.errors import ConfigError
from hereabouts_schemas.times import format_time, parse_time


@dataclass(frozen=True, kw_only=True, slots=True)
class Chronicle:
    """One town: its seed, its origin, until when its history was written, and which steps are done."""

    seed: int
    origin: datetime
    made_at: datetime
    done: Sequence[str] = ()

    def with_done(self, step: str) -> "Chronicle":
        """The same with one more step done."""
        return replace(self, done=(*self.done, step))

    def write(self, path: Path) -> None:
        """Write it, whole or not at all."""
        content = asdict(self) | {"origin": format_time(self.origin), "made_at": format_time(self.made_at)}
        write_private(path, orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")


def read_chronicle(path: Path) -> Chronicle | None:
    """What was written at `path`; None where nothing was yet.

    Raises:
        ConfigError: it is not what we wrote.
    """
    try:
        found = orjson.loads(path.read_bytes())
        times = {name: parse_time(found.pop(name)) for name in ("origin", "made_at")}
        return Chronicle(seed=found["seed"], done=tuple(found["done"]), **times)
    except FileNotFoundError:
        return None
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{path} is not what `hereabouts demo` writes ({error}). Choose another --data-dir, or delete it: the town "
            "is made again then."
        ) from error
