"""The one place that decides who may do what. Every route, page, job and command asks here."""

from collections.abc import Collection

from hereabouts_schemas.access import Action, Principal, Resource, Role
from hereabouts_schemas.errors import NotAllowed

FOR_ANALYSTS = (Resource.AREAS, Resource.DESCRIPTION)
FOR_HOUSING = (
    *(Resource.PLACES, Resource.READINGS, Resource.AREAS, Resource.ALERTS, Resource.CASES),
    Resource.DESCRIPTION,
)
FOR_DISPATCHERS = (
    *(Resource.PLACES, Resource.READINGS, Resource.ALERTS, Resource.ROUNDS, Resource.FLEET),
    Resource.DESCRIPTION,
)


def may(principal: Principal, action: Action, resource: Resource) -> bool:
    """Whether `principal` may do `action` to `resource`.

    An administrator may do everything; a reader may read everything but who has access; an analyst may read areas with
    their figures and the API's description, and nothing of a single home; a feeder may hand in messages and read what
    became of them (of which sources, `may_feed` says). A housing officer may read homes and work cases, a housing
    manager review them besides; of which homes, the store knows by the patches of their scope. A waste manager may
    read what rounds are made of, keep the fleet, report, and say what crews do; a waste crew may read rounds and report
    on them, of which crews the store knows by its scope. Without a role, nothing.
    """
    if Role.ADMINISTRATOR in principal.roles:
        return True
    if Role.FEEDER in principal.roles and resource is Resource.UPLINKS:
        return action in (Action.READ, Action.WRITE)
    if principal.roles & {Role.HOUSING_OFFICER, Role.HOUSING_MANAGER} and _may_in_housing(principal, action, resource):
        return True
    if principal.roles & {Role.WASTE_MANAGER, Role.WASTE_CREW} and _may_in_waste(principal, action, resource):
        return True
    if Role.ANALYST in principal.roles and action is Action.READ and resource in FOR_ANALYSTS:
        return True
    return Role.READER in principal.roles and action is Action.READ and resource is not Resource.ACCESS


def _may_in_housing(principal: Principal, action: Action, resource: Resource) -> bool:
    match action:
        case Action.READ:
            return resource in FOR_HOUSING
        case Action.WRITE:
            return resource is Resource.CASES
        case Action.REVIEW:
            return resource is Resource.CASES and Role.HOUSING_MANAGER in principal.roles
        case Action.ADMINISTER:
            return False


def _may_in_waste(principal: Principal, action: Action, resource: Resource) -> bool:
    is_manager = Role.WASTE_MANAGER in principal.roles
    match action:
        case Action.READ:
            return resource in (FOR_DISPATCHERS if is_manager else (Resource.ROUNDS, Resource.DESCRIPTION))
        case Action.WRITE:
            return resource is Resource.ROUNDS or (is_manager and resource is Resource.FLEET)
        case Action.ADMINISTER:
            return is_manager and resource is Resource.ROUNDS
        case Action.REVIEW:
            return False


def may_feed(principal: Principal, action: Action, source: str, fed: Collection[str]) -> bool:
    """Whether `principal` may do `action` to the messages of `source`; `fed` are the sources its scope names."""
    if Role.FEEDER in principal.roles:
        return source in fed
    return Role.ADMINISTRATOR in principal.roles and may(principal, action, Resource.UPLINKS)


def require(principal: Principal, action: Action, resource: Resource) -> None:
    """Pass when `may()` says yes.

    Raises:
        NotAllowed: it says no.
    """
    if not may(principal, action, resource):
        raise NotAllowed(f"{principal.name} may not {action} {resource}.")
