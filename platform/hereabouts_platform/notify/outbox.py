"""The outbox emptied: each notice taken, sent, and marked, in short transactions around the sending.

An attempt is on record before it is made. Where the process ends between handing over and marking, the notice is tried
again at its next time: by GOV.UK Notify it goes once all the same, by SMTP it may go twice, known by its Message-ID.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from hereabouts_platform.access.policy import require
from hereabouts_platform.notify.mail import Mail, MailDelayed, MailRefused, Send
from hereabouts_platform.rules.notices import next_attempt
from hereabouts_platform.store import notices as store
from hereabouts_platform.store.connection import Connection, acting
from hereabouts_schemas.access import Action, Principal, Resource

log = structlog.get_logger(__name__)

MOST = 200  # in one run; the rest is due at the next
DELAYS_IN_A_ROW = 3  # then it is not these e-mails, it is the server


@dataclass(kw_only=True, slots=True)
class Posted:
    """What a run did, and how many attempts in a row have not gone."""

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    in_a_row: int = 0


def post_due(connection: Connection, principal: Principal, send: Send, now: datetime) -> Posted:
    """Send what is due at `now`, the longest due first, and stop where the server takes nothing.

    Args:
        connection: role jobs, in no transaction; one run at a time.
    """
    require(principal, Action.WRITE, Resource.NOTICES)
    posted = Posted()
    for notice_id, attempts in store.due(connection, now, MOST):
        _post(connection, principal, send, posted, notice_id=notice_id, attempts=attempts, now=now)
        if posted.in_a_row >= DELAYS_IN_A_ROW:
            break
    return posted


def _post(
    connection: Connection,
    principal: Principal,
    send: Send,
    posted: Posted,
    *,
    notice_id: int,
    attempts: int,
    now: datetime,
) -> None:
    with acting(connection, principal.id):
        taken = store.take(connection, notice_id, next_attempt(attempts + 1, now))
    if taken is None:
        return
    try:
        _send(send, taken, again=attempts > 0)
    except MailRefused as refused:
        posted.failed += 1
        log.warning("notice_failed", notice=notice_id)
        with acting(connection, principal.id):
            store.set_failed(connection, notice_id, str(refused))
    except MailDelayed as delayed:
        posted.delayed += 1
        posted.in_a_row += 1
        with acting(connection, principal.id):
            store.set_delayed(connection, notice_id, str(delayed))
    else:
        posted.sent += 1
        posted.in_a_row = 0
        with acting(connection, principal.id):
            store.set_sent(connection, notice_id)


def _send(send: Send, taken: store.Taken, *, again: bool) -> None:
    if taken.address is None:
        raise MailRefused(store.NOT_WANTED)
    send(Mail(to=taken.address, subject=taken.subject, body=taken.body, reference=taken.reference, again=again))
