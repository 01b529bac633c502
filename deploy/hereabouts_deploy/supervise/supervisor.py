"""Starts services in order, starts again those that end, stops them in reverse order."""

import signal
import threading
import time
from collections.abc import Callable

import structlog

from hereabouts_deploy.supervise.backoff import STEADY_S, delay_s
from hereabouts_deploy.supervise.service import Service

log = structlog.get_logger(__name__)


class Supervisor:
    """Keeps services alive, each in a thread of its own.

    Args:
        on_restart: called after a service was started again; it may run in several threads at once.
    """

    def __init__(self, on_restart: Callable[[Service], None]) -> None:
        self._on_restart = on_restart
        self._kept: list[tuple[Service, threading.Thread]] = []
        self._stopping = threading.Event()
        self._ends: dict[str, int] = {}

    def start(self, service: Service) -> None:
        """Start a service and keep it alive from now on.

        Raises:
            HereaboutsError: it could not be started this first time; it is not kept.
        """
        try:
            service.start()
        except BaseException:
            service.stop()
            raise
        keeper = threading.Thread(target=self._keep, args=(service,), name=f"keep-{service.name}", daemon=True)
        self._kept.append((service, keeper))
        keeper.start()

    def ends_of(self, service: Service) -> int:
        """How often this service has ended by itself."""
        return self._ends.get(service.name, 0)

    def pids(self) -> dict[str, int]:
        """The number of every service that lives just now."""
        return {service.name: pid for service, _ in self._kept if (pid := service.pid) is not None}

    def stop(self) -> None:
        """End everything, last started first."""
        self._stopping.set()
        for service, keeper in reversed(self._kept):
            service.stop()
            keeper.join()  # a start that was under way is finished, and undone, by its keeper

    def _keep(self, service: Service) -> None:
        in_a_row, began = 0, time.monotonic()
        while not self._stopping.is_set():
            code = service.wait()
            if self._stopping.is_set():
                return
            in_a_row = 1 if time.monotonic() - began > STEADY_S else in_a_row + 1
            self._ends[service.name] = self.ends_of(service) + 1
            pause_s = delay_s(in_a_row)
            log.warning(
                "a process ended", action="child_ended", process=service.name, how=_how(code), again_in_s=pause_s
            )
            self._stopping.wait(pause_s)
            began = time.monotonic()
            self._start_again(service)

    def _start_again(self, service: Service) -> None:
        if self._stopping.is_set():
            return
        if self._starts(service):
            log.info("a process was started again", action="child_started", process=service.name, pid=service.pid)
            self._tell(service)
        if self._stopping.is_set():
            service.stop()

    def _starts(self, service: Service) -> bool:
        """Start a service; whatever goes wrong is logged and tried again.

        An exception that left here would end the keeper's thread, and the service would stay down while all looks well.
        """
        try:
            service.start()
        except Exception as error:
            why = {"process": service.name, "why": str(error)}
            log.warning("a process could not be started", action="child_not_started", exc_info=True, **why)
            self._undo(service)
            return False
        return True

    def _undo(self, service: Service) -> None:
        """End what a failed start left running: its keeper would wait for it, half set up, instead of trying again."""
        try:
            service.stop()
        except Exception as error:
            why = {"process": service.name, "why": str(error)}
            log.warning("a process could not be ended", action="child_not_ended", exc_info=True, **why)

    def _tell(self, service: Service) -> None:
        """Say that a service was started again; it lives, and is kept, even if that cannot be said (a full disk)."""
        try:
            self._on_restart(service)
        except Exception as error:
            why = {"process": service.name, "why": str(error)}
            log.warning("a restart could not be told", action="restart_not_told", exc_info=True, **why)


def _how(code: int) -> str:
    """What an exit code tells.

    Example:
        >>> _how(-9), _how(1)
        ('ended by SIGKILL', 'exit code 1')
    """
    return f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
