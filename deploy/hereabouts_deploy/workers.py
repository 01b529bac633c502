"""Ingest workers: numbered slots, each a process with a fixed name at the broker, which keeps its messages for it."""

import json
from dataclasses import replace

from hereabouts_deploy.data_dir import DataDir
from hereabouts_deploy.mqtt_address import MqttAddress
from hereabouts_deploy.settings import Settings
from hereabouts_deploy.supervise.child import Child, child
from hereabouts_deploy.things_stack import things_stack_of
from hereabouts_ingest.settings import IngestSettings


def ingest_settings(settings: Settings, database_url: str, feed: MqttAddress) -> IngestSettings:
    """What the worker of the first slot needs to know."""
    return IngestSettings(
        database_url=database_url,
        mqtt_host=feed.host,
        mqtt_port=feed.port,
        username=feed.username,
        password=feed.password,
        use_tls=feed.use_tls,
        spool_dir=settings.data_dir / "spool",
        spool_bytes=settings.spool_bytes,
        slot=settings.ingest_slot,
        shared=settings.ingest_share,
        scripts_dir=settings.scripts,
        things_stack=things_stack_of(settings),
    )


def draining(worker: IngestSettings, slot: int) -> IngestSettings:
    """The same for emptying another slot."""
    return replace(worker, slot=slot, drain=True)


def workers(settings: Settings, data_dir: DataDir, *, database_url: str, mqtt_url: str) -> list[Child]:
    """A process for each slot, called `ingest`, `ingest-1`, `ingest-2` ..."""
    first, count = settings.ingest_slot, settings.ingest_workers
    share = settings.ingest_share or count > 1
    children = []
    for slot in range(first, first + count):
        name = "ingest" if slot == first else f"ingest-{slot}"
        children.append(
            child(
                "ingest",
                data_dir.log(name),
                name=name,
                database_url=database_url,
                mqtt_url=mqtt_url,
                data_dir=str(data_dir.path),
                ingest_slot=str(slot),
                ingest_share=str(share),
                spool_bytes=str(settings.spool_bytes),
                scripts_dir=str(settings.scripts),
                things_stack=json.dumps([each.model_dump(mode="json") for each in settings.things_stack]),
                things_stack_key=settings.things_stack_key or "",
            )
        )
    return children
