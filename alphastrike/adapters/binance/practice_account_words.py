"""Positions and balances in Binance's words, for the simulator's side of the wire; pure."""

from typing import Any

from alphastrike.adapters.binance.practice_words import text
from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition


def position_words(position: UnifiedPosition, now_ms: int) -> dict[str, Any]:
    """A row of `positionRisk`: fields of its second and third version."""
    isolated = position.margin_mode is MarginMode.ISOLATED
    notional = position.quantity * position.mark_price
    margin = text(position.isolated_margin)
    return {
        "symbol": position.symbol,
        "positionSide": "BOTH",
        "positionAmt": text(position.quantity),
        "entryPrice": text(position.entry_price),
        "breakEvenPrice": text(position.entry_price),
        "markPrice": text(position.mark_price),
        "unRealizedProfit": text(position.unrealized_pnl),
        "unrealizedProfit": text(position.unrealized_pnl),
        "liquidationPrice": text(position.liquidation_price),
        "leverage": str(position.leverage),
        "maxNotionalValue": "1000000000",
        "marginType": "isolated" if isolated else "cross",
        "isolatedMargin": margin,
        "isolatedWallet": margin,
        "isolated": isolated,
        "isAutoAddMargin": "false",
        "notional": text(notional),
        "marginAsset": "USDT",
        "initialMargin": text(abs(notional) / position.leverage),
        "positionInitialMargin": text(abs(notional) / position.leverage),
        "openOrderInitialMargin": "0",
        "maintMargin": text(abs(notional) / 250),
        "bidNotional": "0",
        "askNotional": "0",
        "adl": 0,
        "updateTime": now_ms,
    }


def balance_words(balance: UnifiedBalance, now_ms: int) -> dict[str, Any]:
    """A row of `balance`, and of the assets of `account`."""
    wallet, available = text(balance.wallet), text(balance.available)
    return {
        "accountAlias": "practice",
        "asset": balance.asset,
        "balance": wallet,
        "walletBalance": wallet,
        "crossWalletBalance": wallet,
        "crossUnPnl": text(balance.unrealized_pnl),
        "unrealizedProfit": text(balance.unrealized_pnl),
        "marginBalance": text(balance.wallet + balance.unrealized_pnl),
        "availableBalance": available,
        "maxWithdrawAmount": available,
        "maintMargin": "0",
        "initialMargin": text(balance.wallet + balance.unrealized_pnl - balance.available),
        "positionInitialMargin": "0",
        "openOrderInitialMargin": "0",
        "marginAvailable": True,
        "updateTime": now_ms,
    }
