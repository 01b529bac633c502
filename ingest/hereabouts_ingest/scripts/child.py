"""The guarded process: `python -I -m hereabouts_ingest.scripts.child`, spoken to over its standard input.

Each request is one JSON object: `script` (a name for the text), `source` (the text, the first time), `given` (what
`prelude.js` takes, or null). Each answer is what `prelude.js` gives back. It ends when its parent does.
"""

import contextlib
import json
import os

from hereabouts_ingest.scripts.engine import Engine, Script
from hereabouts_ingest.scripts.guard import allow_more_cpu, give_up_rights
from hereabouts_ingest.scripts.wire import framed, read_framed

WIRE = 0
READY = b'{"ready": true}'


def serve() -> None:
    """Answer requests until the parent has gone."""
    engine = Engine()
    engine.prepare()
    give_up_rights()
    scripts: dict[str, Script] = {}
    _write(READY)
    while (body := read_framed(lambda most: os.read(WIRE, most))) is not None:
        request = json.loads(body)
        allow_more_cpu()
        if "source" in request:
            scripts[request["script"]] = Script(request["source"])
        _write(engine.run(scripts[request["script"]], request["given"]))
        engine.prepare()


def _write(body: bytes) -> None:
    rest = memoryview(framed(body))
    while rest:
        rest = rest[os.write(WIRE, rest) :]


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the parent has gone
        serve()
