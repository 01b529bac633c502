"""The doors through which the town's crews work: commands of `hereabouts`, and the API with the key of a tablet."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog

from hereabouts_deploy.environment import PREFIX, without_settings

log = structlog.get_logger(__name__)

TIMEOUT_S = 20.0
LOOK_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Doors:
    """A running system from outside.

    Attributes:
        data_dir: on which it runs.
        http: where its API is.
        keys: of the tablets, by crew, and the dispatcher's, by name.
        stop: set when a command under way is to be given up.
    """

    data_dir: Path
    http: str
    keys: Mapping[str, str] = field(repr=False)
    stop: threading.Event

    def command(self, *arguments: str) -> bool:
        """Run a command to its end; whether it did what it was asked for."""
        command = [sys.executable, "-m", "hereabouts_deploy", *arguments]
        environment = without_settings() | {f"{PREFIX}DATA_DIR": str(self.data_dir)}
        with subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=environment
        ) as process:
            while process.poll() is None:
                if self.stop.wait(LOOK_S):
                    process.terminate()
                    break
        log.info("demo_command", command=" ".join(arguments), code=process.returncode)
        return process.returncode == 0

    def get(self, who: str, path: str) -> Any:
        """JSON of one address.

        Raises:
            httpx.HTTPError: it was not to be had.
        """
        answer = httpx.get(self.http + path, headers=self._headers(who), timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def each(self, who: str, path: str) -> Iterator[Any]:
        """The items of a list, page by page; `path` has a question mark. Raises as `get`."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(who, path + cursor)
            yield from page["items"]
            cursor = None if page["next"] is None else f"&{httpx.QueryParams(cursor=page['next'])}"

    def post(self, who: str, path: str, body: object = None) -> Any:
        """The answer to what is handed in. Raises as `get`."""
        answer = httpx.post(self.http + path, json=body, headers=self._headers(who), timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.json()

    def _headers(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[who]}"}
