"""Signatures over actions, as the venue checks them.

An action is packed with MessagePack, joined with its nonce, its vault and its expiry, and hashed with
keccak-256. The hash is the `connectionId` of a typed message (EIP-712) `Agent(source,
connectionId)` in the domain Exchange/1/1337, whose source says the network: "a" main, "b" test.
That message is what the wallet signs. The wallet library is imported when a key is first used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from alphastrike.adapters.hyperliquid.packing import pack
from alphastrike.domain.errors import ConfigError

if TYPE_CHECKING:
    from eth_account.messages import SignableMessage
    from eth_account.signers.local import LocalAccount

_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_AGENT_TYPE = b"Agent(string source,bytes32 connectionId)"
_WORD = 32
_RECOVERY_IDS = (0, 1, 27, 28)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is signed beside the action. Times are milliseconds; addresses are 0x and 40 digits."""

    nonce: int
    is_mainnet: bool
    vault_address: str | None = None
    expires_after: int | None = None


class Wallet:
    """A key that signs. Its text is in no representation and no message."""

    def __init__(self, private_key: str) -> None:
        """`ConfigError` unless it is 64 hexadecimal digits, 0x allowed, of a valid key."""
        from eth_account import Account  # noqa: PLC0415

        try:
            self._account: LocalAccount = Account.from_key(private_key)
        except Exception:  # noqa: BLE001 the library's own text may hold the key
            raise ConfigError(
                "private_key: observed something else, allowed 64 hexadecimal digits of a key, with or "
                "without 0x; it is read from the environment or the credentials file"
            ) from None
        self.address: str = self._account.address.lower()

    def __repr__(self) -> str:
        """The address alone."""
        return f"Wallet({self.address})"

    def sign(self, action: Mapping[str, Any], envelope: Envelope) -> dict[str, Any]:
        """A signature as the venue reads it; r and s always have all their 64 digits."""
        signed = self._account.sign_message(_message(action, envelope))
        return {"r": f"0x{signed.r:064x}", "s": f"0x{signed.s:064x}", "v": signed.v}


def connection_id(action: Mapping[str, Any], envelope: Envelope) -> bytes:
    """Hash of an action and what is signed beside it."""
    vault, expiry = envelope.vault_address, envelope.expires_after
    parts = [pack(action), envelope.nonce.to_bytes(8, "big")]
    parts.append(b"\0" if vault is None else b"\1" + bytes.fromhex(vault.removeprefix("0x")))
    if expiry is not None:
        parts.append(b"\0" + expiry.to_bytes(8, "big"))
    return _keccak(b"".join(parts))


def recover_signer(action: Mapping[str, Any], envelope: Envelope, signature: Mapping[str, Any]) -> str | None:
    """The address (lower case) whose key made a signature; a random one when anything was changed.

    None when it is no signature at all, or the action nothing that can be signed.
    """
    try:
        message = _message(action, envelope)
    except (ValueError, OverflowError):
        return None
    return _recovered(message, signature)


def recover_user(
    action: Mapping[str, Any],
    signature: Mapping[str, Any],
    kind: str,
    fields: tuple[tuple[str, str], ...],
) -> str | None:
    """The address that signed an action only an account's own key may sign, such as approving an agent.

    It is a typed message by itself, of these fields (name, type), in a domain of the chain it names.
    """
    from eth_account.messages import encode_typed_data  # noqa: PLC0415

    domain = {
        "name": "HyperliquidSignTransaction",
        "version": "1",
        "chainId": int(action["signatureChainId"], 16),
        "verifyingContract": "0x" + "0" * 40,
    }
    types = {f"HyperliquidTransaction:{kind}": [{"name": name, "type": of} for name, of in fields]}
    values = {name: action[name] for name, _ in fields}
    return _recovered(encode_typed_data(domain, types, values), signature)


def _recovered(message: "SignableMessage", signature: Mapping[str, Any]) -> str | None:
    """The address (lower case) that signed a typed message, None when that is no signature."""
    from eth_account import Account  # noqa: PLC0415
    from eth_keys.exceptions import BadSignature  # noqa: PLC0415
    from eth_utils.exceptions import ValidationError  # noqa: PLC0415

    try:
        vrs = (int(signature["v"]), int(signature["r"], 16), int(signature["s"], 16))
        if vrs[0] not in _RECOVERY_IDS:
            return None
        address: str = Account.recover_message(message, vrs=vrs)
    except (BadSignature, ValidationError, ValueError, TypeError, KeyError, OverflowError):
        return None
    return address.lower()


class Nonces:
    """Rising nonces of one signer. The venue wants them unique and near its clock, in milliseconds."""

    def __init__(self) -> None:
        """None drawn yet."""
        self._last = 0

    def draw(self, now_ms: int) -> int:
        """The venue's present millisecond, or one more than the last nonce when that is later."""
        self._last = max(now_ms, self._last + 1)
        return self._last


def _message(action: Mapping[str, Any], envelope: Envelope) -> "SignableMessage":
    from eth_account.messages import SignableMessage  # noqa: PLC0415

    source = b"a" if envelope.is_mainnet else b"b"
    body = _keccak(_keccak(_AGENT_TYPE) + _keccak(source) + connection_id(action, envelope))
    return SignableMessage(version=b"\1", header=_exchange_domain(), body=body)


@cache
def _exchange_domain() -> bytes:
    """Hash of the signing domain: its name, version 1, chain 1337 and no contract."""
    parts = (_keccak(_DOMAIN_TYPE), _keccak(b"Exchange"), _keccak(b"1"), (1337).to_bytes(_WORD, "big"))
    return _keccak(b"".join(parts) + bytes(_WORD))


def _keccak(data: bytes) -> bytes:
    from eth_utils.crypto import keccak  # noqa: PLC0415

    return bytes(keccak(data))
