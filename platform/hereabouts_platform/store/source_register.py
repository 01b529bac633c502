"""The register of sources: which feeds there are, and how they are added and changed, with an audit row each."""

import hashlib
import re
from dataclasses import asdict, dataclass, replace

from psycopg.rows import class_row

from hereabouts_platform.access.policy import require
from hereabouts_platform.store import access
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.access import Action, Principal, Resource
from hereabouts_schemas.errors import InputError, NotFound

SQL = load("sources")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_MOST_FILTER = 1000
FILES = "file"  # the envelope of what is imported from files; no feed


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisteredSource:
    """A source as the register has it. `topic_filter` is None only of imports from files."""

    name: str
    envelope: str
    topic_filter: str | None
    enabled: bool = True
    mapping: str | None = None


def each_source(connection: Connection) -> list[RegisteredSource]:
    """Every source, in the order in which they were added."""
    return connection.cursor(row_factory=class_row(RegisteredSource)).execute(SQL["each_source"]).fetchall()


def find_source(connection: Connection, name: str) -> RegisteredSource:
    """The source of that name.

    Raises:
        NotFound: there is none.
    """
    for source in each_source(connection):
        if source.name == name:
            return source
    raise NotFound(f"There is no source {name!r}; `hereabouts source list` shows them.")


def add_source(connection: Connection, by: Principal, source: RegisteredSource) -> None:
    """Add a source. Call inside `acting(connection, by.id)`.

    Raises:
        NotAllowed: `by` may not administer sources.
        InputError: the name or the topic filter cannot be used, or is taken.
    """
    require(by, Action.ADMINISTER, Resource.SOURCES)
    if not _NAME.fullmatch(source.name):
        raise InputError("NAME", source.name, "Write small letters, digits and _, a letter first; at most 40.")
    _check_filter(connection, source)
    row = (source.name, source.topic_filter, source.envelope, source.mapping)
    if connection.execute(SQL["add_source"], row).rowcount == 0:
        raise InputError("NAME", source.name, "There is a source of that name; choose another, or change that one.")
    access.record(connection, by, Action.ADMINISTER, Resource.SOURCES, {"added": _told(source)})


def change_source(connection: Connection, by: Principal, wanted: RegisteredSource) -> bool:
    """Make the source of that name as wanted; False when it is so already. Call inside `acting(connection, by.id)`.

    Raises:
        NotAllowed: `by` may not administer sources.
        NotFound: there is no source of that name.
        InputError: the topic filter cannot be used or is taken, or the source is the one of imports.
    """
    require(by, Action.ADMINISTER, Resource.SOURCES)
    stood = find_source(connection, wanted.name)
    if stood.envelope == FILES:
        raise InputError("NAME", wanted.name, "That is where imports from files are counted; it is no feed.")
    if stood == wanted:
        return False
    _check_filter(connection, wanted)
    row = (wanted.topic_filter, wanted.envelope, wanted.mapping, wanted.enabled, wanted.name)
    connection.execute(SQL["change_source"], row)
    access.record(connection, by, Action.ADMINISTER, Resource.SOURCES, {"changed": _told(wanted), "from": _told(stood)})
    return True


def switch_source(connection: Connection, by: Principal, name: str, *, enabled: bool) -> bool:
    """Enable or disable a source; False when it is so already. Raises as `change_source`."""
    return change_source(connection, by, replace(find_source(connection, name), enabled=enabled))


def _check_filter(connection: Connection, source: RegisteredSource) -> None:
    topic_filter = source.topic_filter or ""
    levels = topic_filter.split("/")
    misplaced = any(("#" in level or "+" in level) and len(level) > 1 for level in levels) or "#" in levels[:-1]
    if not topic_filter or misplaced or len(topic_filter) > _MOST_FILTER or not topic_filter.isprintable():
        raise InputError(
            "--topic",
            topic_filter,
            "Write an MQTT filter: + stands for a whole level, # for all that follow at the end.",
        )
    if topic_filter.startswith("$"):
        raise InputError("--topic", topic_filter, "Topics that begin with $ belong to the broker.")
    if not source.enabled:
        return
    for other in each_source(connection):
        if other.enabled and other.name != source.name and other.topic_filter == topic_filter:
            raise InputError("--topic", topic_filter, f"The source {other.name} takes these topics already.")


def _told(source: RegisteredSource) -> dict[str, object]:
    """A source as the audit keeps it: of a mapping, which it was."""
    mapping = source.mapping
    digest = None if mapping is None else hashlib.sha256(mapping.encode()).hexdigest()
    return asdict(source) | {"mapping": digest}
