"""How Binance requests are signed. Source: the venue's general information on SIGNED endpoints."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode


def query_of(params: Mapping[str, Any]) -> str:
    """Percent-encoded UTF-8 in the given order: what is signed must be what is sent."""
    return urlencode([(name, _text(value)) for name, value in params.items() if value is not None])


def signature(secret: str, payload: str) -> str:
    """HMAC-SHA256 in lower-case hex of query string and body, joined."""
    return hmac.new(secret.encode(), payload.encode(), hashlib.sha256).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
