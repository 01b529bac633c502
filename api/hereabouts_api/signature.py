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
MOST_ID_CHARACTERS = 256
_SIGNATURE_CHARACTERS = 44  # of 32 bytes in base64


def check_headers(headers: Mapping[str, str], now: datetime) -> None:
    """Pass when the headers could be those of a signed request, before a byte of its body is read.

    Raises:
        NotSignedIn: the stated time is more than five minutes from `now`, or there is no id or no signature of ours.
    """
    stated = headers["webhook-timestamp"]
    if not (stated.isascii() and stated.isdigit()) or abs(int(stated[:15]) - now.timestamp()) > CLOCKS_APART.seconds:
        raise NotSignedIn("webhook-timestamp is not within five minutes of our time.")
    if not 0 < len(headers["webhook-id"]) <= MOST_ID_CHARACTERS:
        raise NotSignedIn(f"webhook-id is not there, or longer than {MOST_ID_CHARACTERS} characters.")
    if not _given(headers):
        raise NotSignedIn("webhook-signature holds no signature `v1,` with 32 bytes in base64.")


def check_signature(headers: Mapping[str, str], body: bytes, secrets: Sequence[bytes], now: datetime) -> None:
    """Pass when one of the signatures is right under one of the secrets, and stated not long ago.

    Raises:
        NotSignedIn: none is right, or `check_headers` says no.
    """
    check_headers(headers, now)
    number, stated = headers["webhook-id"], headers["webhook-timestamp"]
    signed = b"%s.%s.%s" % (number.encode("latin-1"), stated.encode(), body)
    given = _given(headers)
    for secret in secrets:
        right = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256))
        if any(hmac.compare_digest(right, one.encode("latin-1")) for one in given):
            return
    raise NotSignedIn("webhook-signature is not that of this body under a secret of this source.")


def digest_of(headers: Mapping[str, str], body: bytes) -> bytes:
    """What a signed request is known again by, 32 bytes: its id and its body, whenever it was signed.

    The id alone would not do: a sender that gives one id to two messages must not lose the second.
    """
    number = headers["webhook-id"].encode("latin-1")
    return hashlib.sha256(b"%d.%s.%s" % (len(number), number, body)).digest()


def _given(headers: Mapping[str, str]) -> list[str]:
    given = [one.removeprefix("v1,") for one in headers["webhook-signature"].split() if one.startswith("v1,")]
    return [one for one in given if len(one) == _SIGNATURE_CHARACTERS]
