"""Asking the API on loopback whether it is ready."""

import http.client

from hereabouts_deploy.embedded.ports import LOOPBACK


def answers_ready(port: int) -> bool:
    """Whether `/health/ready` at `port` answers 200."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
