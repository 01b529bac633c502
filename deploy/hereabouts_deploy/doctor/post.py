"""E-mails: whether they can be sent, and whether they are."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import psycopg

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_deploy.environment import PREFIX
from hereabouts_deploy.outside import sent_by
from hereabouts_deploy.settings import Settings
from hereabouts_platform.store.access import principal_named
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.notices import Counts, counts
from hereabouts_schemas.errors import ConfigError

OVER = timedelta(days=7)
WAITS_LONG = timedelta(hours=1)


def check_post(settings: Settings, url: str) -> Iterator[Check]:
    """How e-mails go, by the settings here and by what the database says; nothing where it cannot be asked."""
    try:
        way = sent_by(settings)
    except ConfigError as error:
        yield Check(name="mail", state=State.BROKEN, message=str(error))
        return
    now = datetime.now(UTC)
    try:
        with connect(url, DatabaseRole.OWNER, application="hereabouts doctor") as connection:
            principal = principal_named(connection, "system:command")
            with acting(connection, principal.id):
                found = counts(connection, now - OVER)
    except (psycopg.Error, ConfigError):
        return  # that is a check of its own
    detail = asdict(found) | {"oldest_waiting": found.oldest_waiting and found.oldest_waiting.isoformat()}
    yield Check(name="mail", state=_state(way, found, now), message=_say(way, found), detail=detail)


def _state(way: str | None, found: Counts, now: datetime) -> State:
    if way is None:
        return State.WARNING if found.people else State.OK
    is_late = found.oldest_waiting is not None and now - found.oldest_waiting > WAITS_LONG
    return State.WARNING if found.failed or is_late else State.OK


def _say(way: str | None, found: Counts) -> str:
    if way is None:
        nothing = f"No way to send e-mails is set up here ({PREFIX}SMTP_HOST or {PREFIX}NOTIFY_API_KEY): none are sent"
        return f"{nothing}, though {_people(found.people)}." if found.people else f"{nothing}."
    said = f"E-mails go by {way}; {_people(found.people)}. In 7 days {found.sent:,} went and {found.failed:,} did not"
    waiting = f"; {found.waiting:,} wait." if found.waiting else "."
    return f"{said}{waiting}{f' Last trouble: {found.trouble}' if found.trouble else ''}"


def _people(count: int) -> str:
    return f"{count:,} {'person asks' if count == 1 else 'people ask'} for them"
