"""Who acts, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum


class PrincipalKind(StrEnum):
    """A person, a service with a key, or the system itself (its jobs and commands)."""

    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


class Role(StrEnum):
    """What a principal is for."""

    ADMINISTRATOR = "administrator"
    READER = "reader"
    ANALYST = "analyst"  # sees figures of areas, never a single home
    FEEDER = "feeder"  # hands in messages of the sources it is for, and does nothing else
    HOUSING_OFFICER = "housing-officer"  # sees the homes of their patches, and works the cases there
    HOUSING_MANAGER = "housing-manager"  # the same in every patch, or in some, and reviews what others set aside
    WASTE_MANAGER = "waste-manager"  # a dispatcher: sees all rounds, sends crews, keeps vehicles and crews
    WASTE_CREW = "waste-crew"  # sees the rounds of its day, and reports on them


class Action(StrEnum):
    """What can be asked for."""

    READ = "read"
    WRITE = "write"
    REVIEW = "review"  # of what somebody else decided
    ADMINISTER = "administer"


class Resource(StrEnum):
    """What it can be asked of."""

    PLACES = "places"
    READINGS = "readings"
    AREAS = "areas"  # boundaries, and figures in which no home can be told
    ALERTS = "alerts"
    CASES = "cases"
    ROUNDS = "rounds"  # with their visits, what crews report, and requests for visits
    FLEET = "fleet"  # vehicles, crews, and how it was before
    DEVICES = "devices"
    SOURCES = "sources"
    UPLINKS = "uplinks"  # messages handed in by webhook, and what became of them
    QUARANTINE = "quarantine"
    JOBS = "jobs"
    NOTICES = "notices"  # e-mails, and who asked for them
    DATASETS = "datasets"  # other data of time and place
    ACCESS = "access"
    STORE = "store"  # all of it at once
    DESCRIPTION = "description"  # of the API itself


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Whoever acts: every request, job and command runs as exactly one."""

    id: int
    name: str
    kind: PrincipalKind
    roles: frozenset[Role]
