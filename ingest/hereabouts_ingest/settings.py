"""What one ingest worker needs to know."""

from dataclasses import dataclass, field
from pathlib import Path

from hereabouts_ingest.backfill.settings import Pace, ThingsStack


@dataclass(frozen=True, kw_only=True, slots=True)
class IngestSettings:
    """Where the database and the broker are, and which numbered slot this worker fills.

    Attributes:
        database_url: for the role `hereabouts_ingest` or a member of it.
        spool_dir: where messages of quality 0 wait while the store is away; a folder a slot is made in it.
        spool_bytes: what they may take there.
        slot: number of this worker; its MQTT client id is made from it and never changes.
        shared: whether other workers share its feeds (`$share`).
        drain: take what the broker holds for this slot, subscribe to nothing more, forget the session, end.
        receive_maximum: how many messages may be in flight without an acknowledgement; wider than a batch, so that
            the next batch arrives while this one commits.
        scripts_dir: folder of vendors' decoder scripts; one that is not there holds none.
        things_stack: applications whose messages can be fetched again when they were missed.
        pace: how gently that is done.
    """

    database_url: str = field(repr=False)
    mqtt_host: str
    mqtt_port: int
    spool_dir: Path
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    use_tls: bool = False
    spool_bytes: int = 2**30
    slot: int = 0
    shared: bool = False
    drain: bool = False
    receive_maximum: int = 8000
    scripts_dir: Path | None = None
    things_stack: tuple[ThingsStack, ...] = ()
    pace: Pace = field(default_factory=Pace)

    @property
    def client_id(self) -> str:
        """The fixed client id that the broker keeps this worker's session under."""
        return f"hereabouts-ingest-{self.slot}"
