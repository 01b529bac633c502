"""The one place that decides who may do what. Every route, page, job and command asks here."""

from hereabouts_schemas.access import Action, Principal, Resource, Role
from hereabouts_schemas.errors import NotAllowed


def may(principal: Principal, action: Action, resource: Resource) -> bool:
    """Whether `principal` may do `action` to `resource`.

    An administrator may do everything; a reader may read everything but who has access; without a role, nothing.
    """
    if Role.ADMINISTRATOR in principal.roles:
        return True
    return Role.READER in principal.roles and action is Action.READ and resource is not Resource.ACCESS


def require(principal: Principal, action: Action, resource: Resource) -> None:
    """Pass when `may()` says yes.

    Raises:
        NotAllowed: it says no.
    """
    if not may(principal, action, resource):
        raise NotAllowed(f"{principal.name} may not {action} {resource}.")
