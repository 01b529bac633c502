"""What the supervisor keeps alive."""

from typing import Protocol


class Service(Protocol):
    """A process with a name. `start` raises a HereaboutsError when it cannot be had just now."""

    name: str

    @property
    def pid(self) -> int | None:
        """Its number while it lives."""

    def start(self) -> None:
        """Have it running; blocks as long as that takes."""

    def wait(self) -> int:
        """Block until it ends; its exit code (negative: the signal that ended it)."""

    def stop(self) -> None:
        """End it, cleanly if it can be; nothing when it does not run."""
