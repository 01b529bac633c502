"""Whether this process lives and can serve. Public: it tells nothing else."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from hereabouts_api.access import pool_of
from hereabouts_platform.store.migrate import is_current
from hereabouts_schemas.errors import StoreUnavailable

router = APIRouter(prefix="/health", tags=["health"])

READY_TIMEOUT_S = 5.0


class HealthReport(BaseModel):
    """How it is."""

    status: str = Field(examples=["ready"])


@router.get("/live", operation_id="live", summary="Whether the process lives")
def live() -> HealthReport:
    """Answers as long as the process does; asks nothing else."""
    return HealthReport(status="live")


@router.get("/ready", operation_id="ready", summary="Whether requests can be served")
def ready(request: Request) -> HealthReport:
    """Answers 200 when the database can be reached and every migration is applied, else 503.

    Raises:
        StoreUnavailable: a migration is missing.
    """
    with pool_of(request).connection(timeout=READY_TIMEOUT_S) as connection:
        if not is_current(connection):
            raise StoreUnavailable("The database lacks migrations of this release: run `hereabouts migrate`.")
    return HealthReport(status="ready")
