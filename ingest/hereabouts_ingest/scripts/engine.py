"""One frame through one script, in a fresh context of QuickJS-ng. Runs in the guarded process alone.

Globals would leak from one message to the next in a context that is used twice (many makers' scripts forget `var`).
"""

import json
from pathlib import Path
from typing import Any

# The extension itself: the package around it starts a thread, and this process has no use for one.
from _quickjs import Context, JSException, StackOverflow

from hereabouts_ingest.scripts.limits import CPU_S, HEAP_BYTES, RESULT_BYTES, STACK_BYTES

_PRELUDE = Path(__file__).with_name("prelude.js").read_text(encoding="utf-8")


class Engine:
    """Runs scripts, each message in a context of its own."""

    def __init__(self) -> None:
        self._next: tuple[Any, Any] | None = None

    def prepare(self) -> None:
        """Make the next context: done while nobody waits, it costs a message nothing."""
        if self._next is None:
            self._next = _fresh()

    def run(self, source: str, given: str | None) -> bytes:
        """The answer of `prelude.js` as JSON: never raises, whatever the script does."""
        context, answer = self._next or _fresh()
        self._next = None
        try:
            text = answer(source, given, RESULT_BYTES)
        except StackOverflow:
            return killed("stack")
        except JSException as error:
            return killed("time" if "interrupted" in str(error) else "memory")
        except MemoryError:
            return killed("memory")
        finally:
            del answer, context
        body = text.encode("utf-8", "replace") if isinstance(text, str) else killed("memory")
        return body if len(body) <= RESULT_BYTES + 1024 else killed("output")


def killed(limit: str) -> bytes:
    """The answer where a limit ended the script: memory, stack, time or output."""
    return json.dumps({"killed": limit}).encode()


def _fresh() -> tuple[Any, Any]:
    context = Context()
    context.set_memory_limit(HEAP_BYTES)
    context.set_max_stack_size(STACK_BYTES)
    answer = context.eval(_PRELUDE)
    context.set_time_limit(CPU_S)
    return context, answer
