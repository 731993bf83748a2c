"""Keys that tell what stands under them, however they are spelled."""

import re
from functools import lru_cache

_NO_LETTER = re.compile(r"[^a-z0-9]+")
_WHOLE = frozenset((
    "pass", "pw", "passcode", "auth", "authorization", "proxyauthorization", "cookie", "setcookie",
    "bearer", "credentials", "password", "passwd", "pwd", "passphrase", "secret", "token", "signature",
    "sign", "sig", "hmac", "mnemonic", "seedphrase", "recoveryphrase", "apisign", "accesskey",
    "accesskeyid", "accesskeysecret", "secretkey", "xapikey", "xbmkey", "xbmsign", "xbmmemo", "jwt",
))  # fmt: skip
_ENDINGS = (
    "apikey", "apisecret", "apipassphrase", "apisign", "apisignature", "accesssign", "accesskey",
    "accesstoken", "secretkey", "secretaccesskey", "accesskeyid", "privatekey", "passphrase",
    "password", "clientsecret", "authtoken", "bearertoken", "sessiontoken", "refreshtoken", "idtoken",
    "bottoken", "apitoken", "securitytoken", "listenkey", "signature", "authorization", "mnemonic",
    "seedphrase", "webhooksecret", "bapisign", "secret",
)  # fmt: skip
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*_(?:KEY|TOKEN|PASS|PW|SECRET)")
_ACCOUNTS = (
    "accountid", "accountno", "accountnumber", "uid", "userid", "memberid", "subaccount", "subaccountid",
    "accountalias", "walletaddress", "vaultaddress", "accountaddress", "agentaddress",
)  # fmt: skip


_DIGESTS = ("digest", "sha256", "hash", "fingerprint", "checksum", "replayconfig", "outcomeversion")
_SHORTEST = 32
_HEX = re.compile(r"(?:sha256:)?[0-9a-f]{32,128}")


def is_digest(key: str, value: object) -> bool:
    """Whether the key says that these hexadecimal digits are a digest, which a private key looks like."""
    if not isinstance(value, str) or len(value) < _SHORTEST or not _HEX.fullmatch(value):
        return False
    return names_digest(key)


@lru_cache(maxsize=4_096)
def names_digest(key: str) -> bool:
    """Whether the key is a digest's name."""
    return _NO_LETTER.sub("", key[:200].lower()).endswith(_DIGESTS)


@lru_cache(maxsize=4_096)
def kind_of(key: str) -> str | None:
    """`secret` or `account` for a key that tells, None for one that does not."""
    plain = _NO_LETTER.sub("", key[:200].lower())
    if plain in _WHOLE or plain.endswith(_ENDINGS) or _ENVIRONMENT.fullmatch(key):
        return "secret"
    if plain in _ACCOUNTS or plain.endswith(("accountid", "accountaddress", "walletaddress")):
        return "account"
    return None
