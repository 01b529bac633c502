"""What the job `health` found of each device, kept so that lists are cheap."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from hereabouts_platform.rules.device_health import Condition, DeviceFacts
from hereabouts_platform.store.batch_entry import as_columns
from hereabouts_platform.store.connection import Connection
from hereabouts_platform.store.queries import load
from hereabouts_schemas.times import format_time

SQL = load("device_facts")

_COLUMNS = 18


def save_conditions(
    connection: Connection, found: Sequence[tuple[DeviceFacts, Condition]], assessed_at: datetime
) -> None:
    """Write down what was found of devices, in order of id, in place of what stood there."""
    rows = [_row(facts, condition, assessed_at) for facts, condition in found]
    connection.execute(SQL["save"], as_columns(rows, _COLUMNS))


def forget_others(connection: Connection, assessed_at: datetime) -> int:
    """Forget devices that the run of `assessed_at` did not write down; returns how many."""
    return connection.execute(SQL["forget"], (assessed_at,)).rowcount


def _row(facts: DeviceFacts, condition: Condition, assessed_at: datetime) -> tuple[Any, ...]:
    loss, battery, read = condition.loss, condition.battery, facts.battery
    return (
        facts.device_id,
        assessed_at,
        condition.interval.seconds,
        condition.interval.gaps,
        round(condition.allowed.live.total_seconds()),
        round(condition.allowed.late.total_seconds()),
        loss.expected if loss else None,
        loss.lost if loss else None,
        read.quantity if read else None,
        read.value if read else None,
        read.at if read else None,
        battery.percent,
        battery.state.value,
        Jsonb([_stuck(course.quantity, course.channel, course.first_at) for course in condition.stuck]),
        facts.clock_source,
        condition.clock.ahead_s,
        facts.clock_bad,
        len(facts.arrivals_s),
    )


def _stuck(quantity: str, channel: str, since: datetime | None) -> dict[str, str | None]:
    return {"quantity": quantity, "channel": channel, "since": format_time(since) if since else None}
