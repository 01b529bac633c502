"""How the tables fare: dead rows, statistics, indexes, slow statements. Advice: nothing of it is a fault."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from hereabouts_deploy.doctor.check import Check, State
from hereabouts_platform.store.advice import Advice, advise
from hereabouts_platform.store.connection import Connection

LONG_ENOUGH = timedelta(days=7)  # jobs of every kind have run by then


def check_tables(connection: Connection) -> Check:
    """One check with all advice, on a server that has counted for some time or has little to say."""
    found = advise(connection)
    advice = list(_sentences(found, datetime.now(UTC)))
    detail = asdict(found) | {"counted_since": found.counted_since.isoformat()}
    detail["bloated"] = [(*row[:3], row[3] and row[3].isoformat()) for row in found.bloated]
    if advice:
        return Check(name="tables", state=State.WARNING, message=" ".join(advice), detail=detail)
    more = (
        "" if found.slowest is not None else " Slow statements are not counted here: pg_stat_statements is not there."
    )
    return Check(
        name="tables", state=State.OK, message=f"Vacuum, statistics and indexes are in order.{more}", detail=detail
    )


def _sentences(found: Advice, now: datetime) -> Iterator[str]:
    for table, rows, dead, vacuumed in found.bloated:
        last = "never" if vacuumed is None else f"{vacuumed:%d %B %Y}"
        words = f"{table} has {dead:,} dead rows beside {rows:,} (last vacuumed: {last})"
        yield f"{words}: is autovacuum on? VACUUM {table};"
    for table, rows in found.never_analyzed:
        yield f"{table} has {rows:,} rows and no statistics: ANALYZE {table};"
    if now - found.counted_since >= LONG_ENOUGH:
        for index, size in found.unused_indexes:
            yield f"The index {index} ({size // 2**20} MB) was not used in a week or longer."
        for table, rows, scans in found.read_whole:
            yield f"{table} ({rows:,} rows) was read from end to end {scans:,} times: is an index missing?"
    for statement, calls, mean_ms in found.slowest or []:
        yield f"Slow, {mean_ms:,.0f} ms on average in {calls:,} calls: {statement}"
