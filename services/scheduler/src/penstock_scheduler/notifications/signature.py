"""The signature by which a receiver knows that a notification is ours, and is neither altered nor old.

It follows the convention of Standard Webhooks (https://www.standardwebhooks.com), for which there are libraries in most
languages: HMAC with SHA-256 over ``<id>.<timestamp>.<body>``, in base64, after the version ``v1``.
"""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for: after ``whsec_`` it is written in base64, else it is the text itself.

    Raises:
        ValueError: nothing follows ``whsec_``, which would sign nothing, or what does is not base64.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"what follows {_PREFIX} is not base64") from error
    if not key:
        raise ValueError(f"nothing follows {_PREFIX}: write the key behind it")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of ``Webhook-Signature``; ``timestamp`` is in seconds since the epoch."""
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
