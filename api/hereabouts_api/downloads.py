"""Downloads of whole series: streamed on a connection of their own, ended when nobody reads them any more."""

import threading
from collections.abc import AsyncIterator, Generator
from contextlib import closing
from datetime import timedelta

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import StreamingResponse

from hereabouts_api.access import Caller
from hereabouts_platform.exports.export import SeriesExport, plan_series, series
from hereabouts_platform.exports.forms import Form
from hereabouts_platform.store.access import limit_statements
from hereabouts_platform.store.connection import DatabaseRole, acting, connect
from hereabouts_platform.store.exports import Grain, Selection
from hereabouts_schemas.access import Principal
from hereabouts_schemas.errors import StoreUnavailable

AT_ONCE = 4  # a process; a slow reader holds a connection for as long as it reads
LONGEST = timedelta(hours=1)  # then the server gives the query up, and the download breaks off


class _UnderWay:
    """How many downloads are being read. Counted from their first byte: one that never begins holds no place."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.count -= 1


_under_way = _UnderWay()


def download(request: Request, caller: Caller, wanted: Selection, grain: Grain, form: Form) -> StreamingResponse:
    """The answer that streams a file. Audited before its first byte, with what was asked and the homes in it.

    Raises:
        NotFound: there is no such datastream.
        StoreUnavailable: as many downloads as this process allows are under way.
    """
    query = {**request.path_params, **request.query_params}
    planned = plan_series(caller.connection, caller.principal, wanted, grain=grain, form=form, query=query)
    if _under_way.count >= AT_ONCE:
        raise StoreUnavailable(f"{AT_ONCE} downloads are under way here: try again when one has ended.")
    pieces = _pieces(request.app.state.settings.database_url, caller.principal, planned)
    headers = {"Content-Disposition": f'attachment; filename="{grain}.{form}"'}
    return StreamingResponse(_flow(pieces), headers=headers, media_type=form.media_type)


def _pieces(url: str, principal: Principal, planned: SeriesExport) -> Generator[bytes]:
    with (
        _under_way,
        connect(url, DatabaseRole.API, application="hereabouts export") as connection,
        acting(connection, principal.id),
    ):
        limit_statements(connection, LONGEST)
        with closing(series(connection, planned)) as pieces:
            yield from pieces


async def _flow(pieces: Generator[bytes]) -> AsyncIterator[bytes]:
    """The pieces, each made in a thread. A reader that goes away ends the query, at the latest after this piece."""
    try:
        while (piece := await run_sync(next, pieces, None)) is not None:
            if piece:
                yield piece
    finally:
        with anyio.CancelScope(shield=True):
            await run_sync(pieces.close)
