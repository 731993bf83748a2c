"""Whom the account mirror tells what it learns."""

from collections.abc import Sequence
from typing import Protocol

from alphastrike.domain.account import UnifiedBalance, UnifiedPosition
from alphastrike.domain.orders import UnifiedFill, UnifiedOrderResult


class AccountListener(Protocol):
    """Whoever is told what the mirror learns, as it learns it."""

    def order_changed(self, order: UnifiedOrderResult) -> None:
        """An order of ours is not what it was."""
        ...

    def filled(self, fill: UnifiedFill) -> None:
        """The stream told of an execution, of whosever order."""
        ...

    def account_read(self, positions: Sequence[UnifiedPosition], balances: Sequence[UnifiedBalance]) -> None:
        """The venue was asked for the account, and nothing was streamed meanwhile."""
        ...


class Nobody:
    """Nobody listens."""

    def order_changed(self, order: UnifiedOrderResult) -> None:
        """Nothing."""

    def filled(self, fill: UnifiedFill) -> None:
        """Nothing."""

    def account_read(self, positions: Sequence[UnifiedPosition], balances: Sequence[UnifiedBalance]) -> None:
        """Nothing."""
