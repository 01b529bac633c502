"""The processes of a system that `up` runs."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.run_file import RunFile
from hereabouts_deploy.web_probe import answers_ready


def check_processes(run: RunFile) -> Iterator[Check]:
    """Whether everything that run.json names lives, and whether the API serves."""
    missing = [name for name, pid in run.pids.items() if not _lives(pid)]
    if missing:
        message = f"Not running just now: {', '.join(missing)}. `up` starts them again; see the logs if it stays so."
        yield Check(name="processes", state=State.BROKEN, message=message, detail={"missing": missing})
    else:
        yield Check(name="processes", state=State.OK, message=f"All run: {', '.join(run.pids)}.")
    port = urlsplit(run.http).port
    if port is not None and answers_ready(port):
        yield Check(name="api", state=State.OK, message=f"Ready at {run.http}.")
    else:
        yield Check(name="api", state=State.BROKEN, message=f"{run.http}/health/ready does not answer 200.")


def _lives(pid: int) -> bool:
    """Asked, and nothing done to it: a number used again would hide a death until `up` acts, a moment later."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
