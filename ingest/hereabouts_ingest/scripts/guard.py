"""What the process that runs scripts gives up before it sees the first one.

An engine written in C may have faults that no language limit covers. Should a script ever break out of it, it finds a
process that can open no file or socket, start nothing, gain no rights, and holds no secret.
"""

import contextlib
import ctypes
import os
import resource
import signal
import time

from hereabouts_ingest.scripts.limits import ADDRESS_SPACE_BYTES, BACKSTOP_CPU_S

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_NOBODY = 65534

_LIMITS = (
    (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
    (resource.RLIMIT_NOFILE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),  # a core would hold what sensors in homes said
)


def give_up_rights() -> None:
    """Drop root, new rights, files, memory beyond need and further processes; where a system lacks one, the rest."""
    libc = ctypes.CDLL(None)
    _drop_root()
    with contextlib.suppress(AttributeError):  # no such call outside Linux
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    for kind, most in _LIMITS:
        _limit(kind, most)
    if hasattr(resource, "RLIMIT_NPROC"):
        _limit(resource.RLIMIT_NPROC, 0)


def allow_more_cpu() -> None:
    """Wind up the backstop for the next message; the system ends the process when it runs down."""
    soft = int(time.process_time()) + BACKSTOP_CPU_S
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or soft < hard:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _drop_root() -> None:
    if os.geteuid() != 0:
        return
    with contextlib.suppress(OSError):  # inside a container that knows one user
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)


def _limit(kind: int, most: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (most, most))
