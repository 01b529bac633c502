"""What the embedded amqtt keeps on disk: kept sessions, their subscriptions, and what waits in them."""

import base64
import os
from pathlib import Path
from typing import Any

import orjson
from amqtt.session import ApplicationMessage

from hereabouts_deploy.embedded.amqtt_sessions import DurableBroker


def save(broker: DurableBroker, path: Path) -> None:
    """Write every kept session: whole and on disk, or not at all."""
    sessions = [
        {
            "client_id": session.client_id,
            "subscriptions": subscriptions,
            "waiting": [
                [message.topic, message.qos, base64.b64encode(message.data).decode(), message.retain]
                for message in (*session.inflight_out.values(), *_queued(session))
            ],
        }
        for session, subscriptions in broker.kept_sessions()
    ]
    unfinished = path.with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(orjson.dumps(sessions))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def load(broker: DurableBroker, path: Path) -> None:
    """Bring back what `save` wrote, if it ever did."""
    if not path.exists():
        return
    for saved in orjson.loads(path.read_bytes()):
        waiting = [
            ApplicationMessage(None, topic, qos, base64.b64decode(data), retain)
            for topic, qos, data, retain in saved["waiting"]
        ]
        broker.restore(saved["client_id"], saved["subscriptions"], waiting)


def _queued(session: Any) -> list[ApplicationMessage]:
    """Look into the queue without taking anything out."""
    return list(session.retained_messages._queue)
