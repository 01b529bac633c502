"""Running scripts: the parent's side, with the guarded process behind it.

One bad message never costs another one anything: the process is made anew where it was killed, and the next frame is
decoded as if nothing had happened.
"""

from collections.abc import Mapping
from datetime import datetime

import orjson

from hereabouts_ingest.profiles import DecodeError, ScriptKilled
from hereabouts_ingest.scripts.folder import Script
from hereabouts_ingest.scripts.limits import CPU_S, HEAP_BYTES, KILLS_IN_A_ROW, PAUSE_S, RESULT_BYTES, WALL_S
from hereabouts_ingest.scripts.process import Gone, GuardedProcess, TooLong
from hereabouts_ingest.scripts.strikes import Strikes
from hereabouts_schemas.errors import InputError

_LONGEST = 400
_WHY_KILLED = {
    "time": f"it took more than {CPU_S * 1000:.0f} ms of processor time",
    "memory": f"it wanted more than {HEAP_BYTES // 2**20} MiB of memory",
    "stack": "its functions or its fields lie too deep within each other",
    "output": f"it returned more than {RESULT_BYTES // 1024} kB",
}


class ScriptRunner:
    """Runs scripts in a process of its own, which it starts when there is something to run. Used by one thread."""

    def __init__(self) -> None:
        self._process: GuardedProcess | None = None
        self._strikes = Strikes()

    @property
    def pid(self) -> int | None:
        """Number of the guarded process; None while there is none."""
        return None if self._process is None else self._process.pid

    def decode(self, script: Script, frame: bytes, f_port: int | None, at: datetime) -> Mapping[str, object]:
        """Decode a frame that the device sent at `at`: the script's object of fields.

        Raises:
            DecodeError: the script says why not, or fails, or returns no object.
            ScriptKilled: it went beyond a limit, or has done so too often just before.
        """
        if self._strikes.is_out(script.digest):
            raise ScriptKilled(
                f"The script of {script.spec.id} was stopped {KILLS_IN_A_ROW} times in a row, so this frame was not "
                f"tried; it is tried again within {PAUSE_S:.0f} s."
            )
        given: dict[str, object] = {"bytes": list(frame), "at": round(at.timestamp() * 1000)}
        if f_port is not None:
            given["fPort"] = f_port
        answer = self._judged(script, orjson.dumps(given).decode())
        data = answer.get("data")
        if not isinstance(data, dict):
            raise DecodeError(f"The script of {script.spec.id} says: {_said(answer)}")
        return data

    def check(self, script: Script) -> str:
        """Load a script without a frame: the name of the function that decodes.

        Raises:
            InputError: it cannot be loaded.
            ScriptKilled: loading it goes beyond a limit.
        """
        answer = self._judged(script, None)
        data = answer.get("data")
        if not isinstance(data, dict):
            folder = script.spec.id.replace("-", "_")
            cure = "Use the maker's script for The Things Stack or ChirpStack as it is published."
            raise InputError(f"{folder}/decoder.js", _said(answer), cure)
        return str(data["entry"])

    def close(self) -> None:
        """End the guarded process."""
        if self._process is not None:
            self._process.end()
            self._process = None

    def _judged(self, script: Script, given: str | None) -> dict[str, object]:
        """The answer to one request, kills counted."""
        try:
            answer = self._asked(script, given)
        except TooLong:
            self._process = None
            raise self._killed(script, f"it did not answer within {WALL_S:g} s") from None
        if "killed" in answer:
            raise self._killed(script, _WHY_KILLED[str(answer["killed"])])
        self._strikes.answered(script.digest)
        return answer

    def _asked(self, script: Script, given: str | None) -> dict[str, object]:
        """Ask, and once more in a new process if the first one ended: that may have had nothing to do with us."""
        why = ""
        for _ in range(2):
            try:
                if self._process is None:
                    self._process = GuardedProcess()
                return _understood(self._process.ask(self._request(self._process, script, given), WALL_S))
            except Gone as gone:
                why = str(gone)
                self.close()
        raise self._killed(script, f"the process that runs it failed twice ({why})")

    def _request(self, process: GuardedProcess, script: Script, given: str | None) -> bytes:
        request: dict[str, object] = {"script": script.digest, "given": given}
        if script.digest not in process.known:
            request["source"] = script.source
            process.known.add(script.digest)
        return orjson.dumps(request)

    def _killed(self, script: Script, why: str) -> ScriptKilled:
        self._strikes.killed(script.digest)
        return ScriptKilled(f"The script of {script.spec.id} was stopped: {why}.")


def _said(answer: Mapping[str, object]) -> str:
    text = " ".join(str(answer.get("error", answer.get("broken", "nothing"))).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _understood(body: bytes) -> dict[str, object]:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"error": "it returned text that is not Unicode, or fields too deep within each other"}
    return answer if isinstance(answer, dict) else {"error": "it returned no object"}
