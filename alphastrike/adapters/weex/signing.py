"""How WEEX knows a caller: an HMAC over time, method, target and body, sent in headers."""

import base64
import hmac
from collections.abc import Mapping

from alphastrike.transport.credentials import Credentials

WEBSOCKET_TARGET = "/v3/ws/private"
SIGNATURE_LIFE_MS = 30_000  # the venue refuses an older (or younger) timestamp with -1046


def signature(secret: str, timestamp_ms: int, method: str, target: str, body: str = "") -> str:
    """Base64 HMAC-SHA256 of time, upper-case method, path with query, and the body as it is sent."""
    payload = f"{timestamp_ms}{method.upper()}{target}{body}"
    return base64.b64encode(hmac.digest(secret.encode(), payload.encode(), "sha256")).decode()


def request_headers(
    key: Credentials, timestamp_ms: int, method: str, target: str, body: str = ""
) -> dict[str, str]:
    """Headers of one signed request; `target` is the path with its query, as sent."""
    sign = signature(key.api_secret.get_secret_value(), timestamp_ms, method, target, body)
    headers = _headers(key, timestamp_ms, sign)
    if method.upper() in {"POST", "DELETE"}:
        headers["Content-Type"] = "application/json"
    return headers


def handshake_headers(key: Credentials, timestamp_ms: int) -> dict[str, str]:
    """Headers of the private WebSocket's handshake: there is no login message, and no method is signed."""
    sign = signature(key.api_secret.get_secret_value(), timestamp_ms, "", WEBSOCKET_TARGET)
    return _headers(key, timestamp_ms, sign)


def is_signed_by(
    key: Credentials, headers: Mapping[str, str], method: str, target: str, body: str = ""
) -> bool:
    """Whether a request carries this key's signature. Compared in constant time."""
    stamp = headers.get("ACCESS-TIMESTAMP", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return False
    expected = signature(key.api_secret.get_secret_value(), int(stamp), method, target, body)
    return hmac.compare_digest(expected, headers.get("ACCESS-SIGN", ""))


def _headers(key: Credentials, timestamp_ms: int, sign: str) -> dict[str, str]:
    return {
        "ACCESS-KEY": key.api_key.get_secret_value(),
        "ACCESS-SIGN": sign,
        "ACCESS-PASSPHRASE": key.passphrase.get_secret_value(),
        "ACCESS-TIMESTAMP": str(timestamp_ms),
        "User-Agent": "alphastrike",
    }
