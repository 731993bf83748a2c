"""Signing a request as the description says; the kinds are a closed set."""

import base64
import hmac
from dataclasses import dataclass
from urllib.parse import urlencode

from alphastrike.adapters.openapi.description import Auth
from alphastrike.adapters.openapi.plan import NativeRequest
from alphastrike.adapters.openapi.templates import filled
from alphastrike.transport.credentials import Credentials


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request ready to send: `target` is the path with its query."""

    method: str
    target: str
    headers: dict[str, str]
    body: str


def signed(auth: Auth, key: Credentials | None, request: NativeRequest, timestamp_ms: int) -> SignedRequest:
    """The request with whatever the description adds to a private one; a public one is only encoded."""
    headers = {"Content-Type": request.content_type} if request.content_type else {}
    query = list(request.query)
    if request.is_private and auth.kind != "none" and key is not None:
        values = {
            "key": key.api_key.get_secret_value(),
            "passphrase": key.passphrase.get_secret_value(),
            "timestamp_ms": str(timestamp_ms),
        }
        early = {name: text for name, text in auth.query.items() if "{signature}" not in text}
        query += [(name, filled(text, values)) for name, text in early.items()]
        if auth.kind == "hmac":
            values["signature"] = _signature(auth, key, request, query, timestamp_ms)
        query += [(name, filled(text, values)) for name, text in auth.query.items() if name not in early]
        headers |= {name: filled(text, values) for name, text in auth.headers.items()}
    encoded = urlencode(query)
    return SignedRequest(
        request.method, request.path + (f"?{encoded}" if encoded else ""), headers, request.body
    )


def _signature(
    auth: Auth, key: Credentials, request: NativeRequest, query: list[tuple[str, str]], timestamp_ms: int
) -> str:
    encoded = urlencode(query)
    payload = filled(
        auth.payload,
        {
            "timestamp_ms": str(timestamp_ms),
            "METHOD": request.method,
            "path": request.path,
            "query": encoded,
            "?query": f"?{encoded}" if encoded else "",
            "body": request.body,
            "key": key.api_key.get_secret_value(),
        },
    )
    digest = hmac.digest(key.api_secret.get_secret_value().encode(), payload.encode(), auth.digest)
    return base64.b64encode(digest).decode() if auth.encoding == "base64" else digest.hex()
