"""`hereabouts ...` within the test's own process: its exit code and its words, without the seconds of a start.

It goes through `hereabouts_deploy.main.run`, as the installed command does. What only a process of its own can show
(that it starts, what a terminal or a kill does to it) is tested with one: at least once for each group of commands.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest.mock import patch

from hereabouts_deploy.main import run


def command_here(
    *arguments: str, environment: Mapping[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it with `environment` beside what is set, in `folder`, with nobody at the keyboard."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _place(environment, folder):
        code = _code_of(["hereabouts", *arguments])
    return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def _place(environment: Mapping[str, str], folder: Path | None) -> Iterator[None]:
    nobody = patch.object(sys, "stdin", io.StringIO())
    with nobody, patch.dict(os.environ, environment), contextlib.chdir(folder or Path.cwd()):
        yield


def _code_of(line: list[str]) -> int:
    """A process ends with 0 or with what it was left with; whatever else is raised fails the test."""
    with patch.object(sys, "argv", line):
        try:
            run()
        except SystemExit as end:
            return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
