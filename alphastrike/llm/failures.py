"""How an advisor says that it has no answer."""

from collections.abc import Mapping
from typing import Any

from alphastrike.domain.interventions import ProposedCall


class AdvisorFailed(Exception):
    """No usable answer. `cause` is one word of ours; `calls` are what was said, for the record.

    `facts` are what is known of the conversation: model, digest, tokens.
    """

    def __init__(self, cause: str, detail: str = "", calls: tuple[ProposedCall, ...] = ()) -> None:
        """Name the cause."""
        super().__init__(f"{cause}: {detail}" if detail else cause)
        self.cause = cause
        self.detail = detail
        self.calls = calls
        self.facts: Mapping[str, Any] = {}
