"""The application: built on request, never at import."""

import re
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from hereabouts_api import description, problems
from hereabouts_api.answer_bell import AnswerBell
from hereabouts_api.body_limit import BodyLimit, Limit
from hereabouts_api.guard import Guard
from hereabouts_api.intake import MOST_BYTES, Intake
from hereabouts_api.pages import cases as cases_page
from hereabouts_api.pages import datasets as datasets_page
from hereabouts_api.pages import devices as devices_page
from hereabouts_api.pages import (
    homes,
    learning,
    overview,
    place,
    provenance,
    quarantine,
    reports,
    round_sheet,
    round_version,
    rounds_again,
    sign_in,
    static,
)
from hereabouts_api.pages import jobs as jobs_page
from hereabouts_api.pages import rounds as rounds_page
from hereabouts_api.pages import savings as savings_page
from hereabouts_api.pages import sources as sources_page
from hereabouts_api.routes import (
    accounting,
    alerts,
    area_summary,
    areas,
    bins,
    case_papers,
    case_work,
    cases,
    datasets,
    deployments,
    devices,
    fleet,
    health,
    jobs,
    latest,
    losses,
    metrics,
    places,
    quarantine_groups,
    readings,
    replans,
    rounds,
    savings,
    sources,
    timeline,
    uplinks,
    visit_photos,
    visit_requests,
    visits,
)
from hereabouts_api.settings import ApiSettings
from hereabouts_platform.files.kinds import MOST_BYTES as MOST_FILE_BYTES
from hereabouts_platform.files.kinds import TOO_LARGE
from hereabouts_platform.store.connection import DatabaseRole, open_pool

LIMITS = (
    Limit(paths=re.compile(r"/v1/cases/[^/]+/files"), most=MOST_FILE_BYTES, cure=TOO_LARGE),
    # a form holds the file's name and a little more
    Limit(paths=re.compile(r"/cases/[^/]+/files"), most=MOST_FILE_BYTES + 64 * 2**10, cure=TOO_LARGE),
    Limit(paths=re.compile(r"/v1/visits/[^/]+/photos"), most=MOST_FILE_BYTES, cure=TOO_LARGE),
    Limit(paths=re.compile(r"/rounds/[^/]+/outcomes"), most=MOST_FILE_BYTES + 64 * 2**10, cure=TOO_LARGE),
    # what is beyond their own limit by little gets their own words
    Limit(paths=re.compile(r"/v1/uplinks/[^/]+"), most=MOST_BYTES + 2**20, cure=f"Send at most {MOST_BYTES:,} bytes."),
    Limit(paths=re.compile(r".*", re.DOTALL), most=64 * 2**10, cure="Send at most 64 kB at once; write less."),
)


def create_app(settings: ApiSettings) -> FastAPI:
    """The HTTP API and the pages, on connections that act as the api role.

    The pool opens with the application and closes with it. A database that cannot be reached does not stop it from
    starting: `/health/ready` and every other answer say 503 until it can.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        bell = app.state.answer_bell = AnswerBell(settings.database_url)
        with open_pool(settings.database_url, DatabaseRole.API) as app.state.pool:
            bell.start()
            yield
            bell.stop()

    app = FastAPI(
        title="Hereabouts",
        version=version("hereabouts"),
        lifespan=lifespan,
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.intake = Intake()
    app.add_middleware(BodyLimit, limits=LIMITS)
    app.add_middleware(Guard, settings=settings)
    problems.install(app)
    # readings and timeline before places: a place's id takes in every slash that is left
    lists = (readings, timeline, latest, places, areas, area_summary, alerts, devices, deployments, datasets)
    casework = (cases, case_work, case_papers)
    fieldwork = (rounds, visit_requests, bins, visits, visit_photos, fleet, replans, savings)
    traffic = (accounting, losses, sources, quarantine_groups, uplinks, jobs)
    running = (sources_page, jobs_page, devices_page, datasets_page, quarantine, provenance)
    rounds_pages = (rounds_page, rounds_again, round_version, round_sheet, savings_page)
    work_pages = (homes, reports, cases_page, learning, *rounds_pages)
    pages = (static, sign_in, overview, *running, place, *work_pages)
    for module in (health, metrics, description, *lists, *casework, *fieldwork, *traffic, *pages):
        app.include_router(module.router)
    # FastAPI would finish them at the first requests, where it silences warnings in one thread beside the others
    deque(iter_route_contexts(app.routes), maxlen=0)
    app.openapi = cache(lambda: description.describe(app))  # type: ignore[method-assign]  # takes a second
    return app
