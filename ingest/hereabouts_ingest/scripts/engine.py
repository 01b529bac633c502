"""One frame through one script, in a fresh context of QuickJS-ng. Runs in the guarded process alone.

Globals would leak from one message to the next in a context that is used twice (many makers' scripts forget `var`). So
every message has its own; what the messages of a script share is its text, compiled once: constant code, no state.
"""

import json
import time
from pathlib import Path

from hereabouts_ingest.scripts.limits import CPU_S, HEAP_BYTES, RESULT_BYTES, STACK_BYTES
from hereabouts_ingest.scripts.quickjs import Context, Thrown, Value

_PRELUDE = Path(__file__).with_name("prelude.js").read_bytes()

# Looked up behind the script's own text, where names declared with const and let are in sight too.
_LOOK_UP = b"""
;typeof decodeUplink === 'function' ? ['decodeUplink', decodeUplink]
 : typeof Decode === 'function' ? ['Decode', Decode]
 : typeof Decoder === 'function' ? ['Decoder', Decoder] : null"""


class Script:
    """A vendor's script in the guarded process: its text, and what the engine made of it."""

    def __init__(self, source: str) -> None:
        self.text = source.encode() + _LOOK_UP
        self.code = _compiled(self.text)


class Engine:
    """Runs scripts, each message in a context of its own."""

    def __init__(self) -> None:
        self._prelude = _compiled(_PRELUDE)
        self._next: _Run | None = None

    def prepare(self) -> None:
        """Make the next context: done while nobody waits, it costs a message nothing."""
        if self._next is None:
            self._next = _Run(self._prelude)

    def run(self, script: Script, given: str | None) -> bytes:
        """The answer of `prelude.js` as JSON: never raises, whatever the script does."""
        self.prepare()
        run, self._next = self._next, None
        assert run is not None  # noqa: S101 - just prepared
        try:
            return run.answer(script, given)
        finally:
            run.close()


class _Run:
    """A context with the prelude in it, for one message."""

    def __init__(self, prelude: bytes | None) -> None:
        self._until: float | None = None
        self._was_ended = False
        self._context = Context(HEAP_BYTES, STACK_BYTES, self._is_over)
        functions = self._context.evaluate(_PRELUDE) if prelude is None else self._context.run(prelude)
        self._begin, self._finish, self._broken = (
            self._context.member(functions, name) for name in (b"begin", b"finish", b"broken")
        )

    def answer(self, script: Script, given: str | None) -> bytes:
        self._until = time.process_time() + CPU_S
        try:
            said = self._context.bytes_of(self._said(script, given))
        except Thrown:
            said = None  # a limit: everything else the prelude catches
        if self._was_ended:
            return killed("time")
        if said is None:
            return killed("memory")
        return said if len(said) <= RESULT_BYTES + 1024 else killed("output")

    def close(self) -> None:
        self._context.close()

    def _said(self, script: Script, given: str | None) -> Value:
        context = self._context
        context.call(self._begin, context.text(b"null" if given is None else given.encode()))
        try:
            found = context.evaluate(script.text) if script.code is None else context.run(script.code)
        except Thrown as thrown:
            return context.call(self._broken, thrown.value)
        return context.call(self._finish, found, context.text(str(RESULT_BYTES).encode()))

    def _is_over(self) -> bool:
        self._was_ended = self._was_ended or (self._until is not None and time.process_time() > self._until)
        return self._was_ended


def killed(limit: str) -> bytes:
    """The answer where a limit ended the script: memory, stack, time or output."""
    return json.dumps({"killed": limit}).encode()


def _compiled(text: bytes) -> bytes | None:
    """A text as the engine's code; None where it is no script, which each message will say, and where."""
    context = Context(HEAP_BYTES, STACK_BYTES, lambda: False)
    try:
        return context.compile(text)
    except Thrown:
        return None
    finally:
        context.close()
