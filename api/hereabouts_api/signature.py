"""Standard Webhooks: whether a body was signed, not long ago, by somebody who has the source's secret.

Signed is `{webhook-id}.{webhook-timestamp}.{body}` with HMAC-SHA256; `webhook-signature` holds `v1,<base64>`, several
with blanks between while a secret is exchanged. Source: standard-webhooks specification 1.0.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hereabouts_api.problems import NotSignedIn

HEADERS = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature"})
CLOCKS_APART = timedelta(minutes=5)


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> None:
    """Pass when one of the signatures is right under one of the secrets.

    A body that was caught on its way and sent again passes for five minutes: its messages are known by their keys, and
    are duplicates.

    Raises:
        NotSignedIn: none is right, or the stated time is more than five minutes from `now`.
    """
    number, stated = headers["webhook-id"], headers["webhook-timestamp"]
    if not (stated.isascii() and stated.isdigit()) or abs(int(stated[:15]) - now.timestamp()) > CLOCKS_APART.seconds:
        raise NotSignedIn("webhook-timestamp is not within five minutes of our time.")
    signed = b"%s.%s.%s" % (number.encode("latin-1"), stated.encode(), body)
    given = [one.removeprefix("v1,") for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    for secret in secrets:
        right = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256))
        if any(hmac.compare_digest(right, one.encode("latin-1")) for one in given):
            return
    raise NotSignedIn("webhook-signature is not that of this body under a secret of this source.")
