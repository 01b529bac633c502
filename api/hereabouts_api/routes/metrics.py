"""Numbers for Prometheus, of the whole system rather than of this process.

They are read from the store, so that several processes and restarts tell one truth. Labels name sources, jobs, reasons
and hazards, never a device, a place or a person.
"""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Query, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from hereabouts_api.access import Caller, needs
from hereabouts_api.parameters import NoParameters
from hereabouts_platform.jobs.registry import JOBS
from hereabouts_platform.store.metrics import Vitals, read_vitals
from hereabouts_schemas.access import Action, Resource
from hereabouts_schemas.outcome import Outcome

router = APIRouter(include_in_schema=False)

OUTCOMES = (Outcome.STORED, Outcome.DUPLICATE, Outcome.QUARANTINED, Outcome.IGNORED)


@router.get("/metrics")
def read_metrics(
    caller: Annotated[Caller, needs(Action.READ, Resource.SOURCES)], _: Annotated[NoParameters, Query()]
) -> Response:
    """All of them, in Prometheus' text format.

    A key is asked for on loopback too: behind a proxy everybody comes from there.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(read_vitals(caller.connection, [job.name for job in JOBS])))
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Numbers(Collector):
    """One reading of the store as Prometheus has it."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        """Every metric with its values."""
        yield InfoMetricFamily("hereabouts", "This release.", value={"version": version("hereabouts")})
        yield from _messages(self._vitals)
        yield from _waiting(self._vitals)
        yield from _jobs(self._vitals)
        yield from _health(self._vitals)


def _messages(vitals: Vitals) -> Iterator[Metric]:
    received = CounterMetricFamily("hereabouts_messages_received", "Messages that came in.", labels=["source"])
    outcomes = CounterMetricFamily(
        "hereabouts_messages", "Messages by what was first decided on them.", labels=["source", "outcome"]
    )
    values = CounterMetricFamily(
        "hereabouts_values", "Values that became readings, and that were refused.", labels=["source", "result"]
    )
    for source, came, *counts, stored, refused in vitals.messages:
        received.add_metric([source], came)
        for outcome, count in zip(OUTCOMES, counts, strict=True):
            outcomes.add_metric([source, outcome.value], count)
        values.add_metric([source, "stored"], stored)
        values.add_metric([source, "refused"], refused)
    yield from (received, outcomes, values)
    differing = GaugeMetricFamily(
        "hereabouts_unaccounted_messages", "Messages of hours whose numbers do not agree.", labels=["source"]
    )
    for source, count in vitals.unaccounted:
        differing.add_metric([source], count or 0)
    yield differing


def _waiting(vitals: Vitals) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "hereabouts_posts_waiting", "Messages from webhooks that ingest has not taken.", vitals.posts_waiting
    )
    yield GaugeMetricFamily(
        "hereabouts_posts_oldest_seconds", "How long the oldest of them has waited.", vitals.oldest_post_s
    )
    quarantine = GaugeMetricFamily(
        "hereabouts_quarantine_rows", "What lies in quarantine.", labels=["source", "kind", "reason"]
    )
    for source, kind, reason, count in vitals.quarantine:
        quarantine.add_metric([source, kind, reason], count)
    yield quarantine


def _jobs(vitals: Vitals) -> Iterator[Metric]:
    done = GaugeMetricFamily(
        "hereabouts_job_last_done_timestamp_seconds", "When a job last finished its work.", labels=["job"]
    )
    failed = CounterMetricFamily("hereabouts_job_failures", "Runs of a job that failed.", labels=["job"])
    interval = GaugeMetricFamily("hereabouts_job_interval_seconds", "How often a job should run.", labels=["job"])
    for name, finished_at, failures in vitals.jobs:
        if finished_at is not None:
            done.add_metric([name], finished_at)
        failed.add_metric([name], failures)
    for job in JOBS:
        interval.add_metric([job.name], job.interval.total_seconds())
    yield from (done, failed, interval)


def _health(vitals: Vitals) -> Iterator[Metric]:
    alerts = GaugeMetricFamily("hereabouts_alerts_open", "Open alerts.", labels=["subject_kind", "hazard", "level"])
    for kind, hazard, level, count in vitals.alerts:
        alerts.add_metric([kind, hazard, level], count)
    yield alerts
    if vitals.newest_reading_at is not None:
        yield GaugeMetricFamily(
            "hereabouts_newest_reading_timestamp_seconds",
            "When the newest reading was taken.",
            vitals.newest_reading_at,
        )
