"""Secrets known by their own shape, wherever they stand.

`needle` is a text that must be there before the pattern is tried; it is searched for in lower case.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """One spelling of a secret; group 1, where there is one, is kept in front of the marker."""

    needle: str
    pattern: re.Pattern[str]
    kind: str = "secret"


def _shape(needle: str, pattern: str, kind: str = "secret") -> Shape:
    return Shape(needle, re.compile(pattern), kind)


_NOT_IN = r"(?<![A-Za-z0-9])"

SHAPES: tuple[Shape, ...] = (
    _shape(
        "-----begin", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|\Z)"
    ),
    _shape("eyj", _NOT_IN + r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"),
    _shape("://", r"(\w://)[^\s/@:'\"]+:[^\s/@'\"]+(?=@)"),
    # Models and clouds.
    _shape("sk-", _NOT_IN + r"sk-(?=[A-Za-z0-9_-]*[0-9])[A-Za-z0-9_-]{18,}"),
    _shape("aiza", _NOT_IN + r"AIza[0-9A-Za-z_-]{30,}"),
    _shape("ya29.", _NOT_IN + r"ya29\.[0-9A-Za-z_-]{20,}"),
    _shape("gocspx-", _NOT_IN + r"GOCSPX-[0-9A-Za-z_-]{20,}"),
    _shape("hf_", _NOT_IN + r"hf_[A-Za-z0-9]{20,}"),
    _shape("gsk_", _NOT_IN + r"gsk_[A-Za-z0-9]{20,}"),
    _shape("xai-", _NOT_IN + r"xai-[A-Za-z0-9]{20,}"),
    _shape("pplx-", _NOT_IN + r"pplx-[A-Za-z0-9]{20,}"),
    _shape("nvapi-", _NOT_IN + r"nvapi-[A-Za-z0-9_-]{20,}"),
    _shape("r8_", _NOT_IN + r"r8_[A-Za-z0-9]{20,}"),
    _shape("dop_v1_", _NOT_IN + r"dop_v1_[a-f0-9]{40,}"),
    _shape("lsv2_", _NOT_IN + r"lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}"),
    _shape("tvly-", _NOT_IN + r"tvly-[A-Za-z0-9-]{16,}"),
    *(
        _shape(head.lower(), _NOT_IN + head + r"[A-Z0-9]{16}(?![A-Za-z0-9])")
        for head in ("AKIA", "ASIA", "AGPA", "AIDA", "AROA", "ABIA", "ACCA")
    ),
    # Places of work.
    _shape("gh", _NOT_IN + r"gh[pousr]_[A-Za-z0-9]{20,}"),
    _shape("github_pat_", _NOT_IN + r"github_pat_[A-Za-z0-9_]{20,}"),
    _shape("glpat-", _NOT_IN + r"glpat-[A-Za-z0-9_-]{16,}"),
    _shape("xox", _NOT_IN + r"xox[abeprs]-[A-Za-z0-9-]{10,}"),
    _shape("hooks.slack.com", r"(hooks\.slack\.com/services/)[A-Za-z0-9/]{20,}"),
    _shape("/webhooks/", r"(/api/webhooks/)\d+/[A-Za-z0-9_-]{20,}"),
    _shape("npm_", _NOT_IN + r"npm_[A-Za-z0-9]{30,}"),
    _shape("pypi-", _NOT_IN + r"pypi-[A-Za-z0-9_-]{40,}"),
    _shape("sg.", _NOT_IN + r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _shape("_live_", _NOT_IN + r"(?:sk|rk|pk)_live_[A-Za-z0-9]{10,}"),
    _shape("_test_", _NOT_IN + r"(?:sk|rk|pk)_test_[A-Za-z0-9]{10,}"),
    _shape("whsec_", _NOT_IN + r"whsec_[A-Za-z0-9+/=]{16,}"),
    _shape(":aa", r"(?<!\d)\d{8,10}:AA[A-Za-z0-9_-]{30,}"),  # a Telegram bot
    # Wallets and signatures.
    _shape("0x", _NOT_IN + r"0x[0-9a-fA-F]{128,132}(?![0-9a-zA-Z])", "signature"),
    _shape("0x", _NOT_IN + r"0x[0-9a-fA-F]{64}(?![0-9a-zA-Z])"),
    _shape("0x", _NOT_IN + r"0x[0-9a-fA-F]{40}(?![0-9a-zA-Z])", "account"),
    _shape("prv", _NOT_IN + r"[xyz]prv[1-9A-HJ-NP-Za-km-z]{100,112}"),
    _shape("/ws/", r"(/(?:ws|stream)/)[A-Za-z0-9]{40,}"),
)
