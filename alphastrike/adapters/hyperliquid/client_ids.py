"""Client order ids as the venue carries them: 128 bits in hexadecimal, its `cloid`."""

from hashlib import blake2b

_BYTES = 16


def to_cloid(client_order_id: str) -> str:
    """The cloid of a client order id, the same for ever.

    Up to 16 characters of ASCII are written as they are and can be read back by anyone; a cloid
    stands for itself; anything else is hashed.
    """
    if _is_cloid(client_order_id):
        return client_order_id
    raw = client_order_id.encode()
    if not (0 < len(raw) <= _BYTES and _is_plain(raw)):
        raw = blake2b(raw, digest_size=_BYTES).digest()
    return "0x" + raw.ljust(_BYTES, b"\0").hex()


class ClientIds:
    """Names of the orders of this process by cloid, so that a hashed id is known when it comes back."""

    def __init__(self) -> None:
        """Know none yet."""
        self._by_cloid: dict[str, str] = {}

    def cloid(self, client_order_id: str) -> str:
        """The cloid of a client order id, remembered."""
        cloid = to_cloid(client_order_id)
        self._by_cloid[cloid] = client_order_id
        return cloid

    def name(self, cloid: str | None) -> str:
        """The client order id behind a cloid; the cloid itself when it is a stranger's; "" for None."""
        if not cloid:
            return ""
        return self._by_cloid.get(cloid) or _read(cloid)


def _read(cloid: str) -> str:
    try:
        raw = bytes.fromhex(cloid.removeprefix("0x")).rstrip(b"\0")
    except ValueError:
        return cloid
    if raw and _is_plain(raw) and to_cloid(raw.decode("ascii")) == cloid:
        return raw.decode("ascii")
    return cloid


def _is_cloid(text: str) -> bool:
    digits = text.removeprefix("0x")
    return text.startswith("0x") and len(digits) == 2 * _BYTES and set(digits) <= set("0123456789abcdef")


def _is_plain(raw: bytes) -> bool:
    return all(0x20 < byte < 0x7F for byte in raw)
