"""The embedded amqtt as a process of its own: `python -m hereabouts_deploy.embedded.amqtt_broker FILE`.

FILE holds `port`, `username`, `password` and `state` (where sessions are saved) as JSON. SIGTERM, or the end of
standard input when `up` has gone, is a clean stop; SIGUSR1 saves at once.
"""

import asyncio
import logging
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import orjson

from hereabouts_deploy.embedded import amqtt_state
from hereabouts_deploy.embedded.amqtt_sessions import DurableBroker
from hereabouts_deploy.embedded.mqtt_probe import Login
from hereabouts_deploy.supervise.parent import call_when_parent_ends

AUTOSAVE_S = 30
CLOSE_S = 5


async def serve(port: int, login: Login, state: Path) -> None:
    """Run the broker until told to stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    broker = DurableBroker(port, login, lambda broker: amqtt_state.load(broker, state))
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, amqtt_state.save, broker, state)
    call_when_parent_ends(partial(loop.call_soon_threadsafe, stop.set))
    await broker.start()
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AUTOSAVE_S)
        broker.is_closing = stop.is_set()  # from here nothing more is acknowledged, so nothing is missing from the file
        amqtt_state.save(broker, state)
    with suppress(TimeoutError):
        await asyncio.wait_for(broker.shutdown(), CLOSE_S)


def main() -> None:
    """Read the file named on the command line and serve."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    config = orjson.loads(Path(sys.argv[1]).read_bytes())
    login = Login(username=config["username"], password=config["password"])
    asyncio.run(serve(config["port"], login, Path(config["state"])))


if __name__ == "__main__":
    main()
