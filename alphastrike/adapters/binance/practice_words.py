"""Unified values in Binance's words, for the simulator's side of the wire; pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from alphastrike.domain.account import MarginMode, UnifiedBalance, UnifiedPosition
from alphastrike.domain.instruments import UnifiedInstrument
from alphastrike.domain.ledger import tier_rows
from alphastrike.domain.market import UnifiedCandle
from alphastrike.domain.orders import OrderState, OrderType, Side, TimeInForce, UnifiedFill
from alphastrike.domain.practice import PracticeOrder

STATUS = {
    OrderState.PENDING: "NEW",
    OrderState.WORKING: "NEW",
    OrderState.PARTIALLY_FILLED: "PARTIALLY_FILLED",
    OrderState.FILLED: "FILLED",
    OrderState.CANCELED: "CANCELED",
    OrderState.REJECTED: "REJECTED",
    OrderState.EXPIRED: "EXPIRED",
    OrderState.UNKNOWN: "NEW",
}


def text(value: Decimal | float | None) -> str:
    """Digits without an exponent; "0" for none."""
    if value is None:
        return "0"
    return format(value if isinstance(value, Decimal) else Decimal(repr(value)), "f")


def is_conditional(order: PracticeOrder) -> bool:
    """Whether it lives on the algo endpoint."""
    return order.order.order_type > OrderType.LIMIT


def symbol_words(instrument: UnifiedInstrument, *, is_trading: bool) -> dict[str, Any]:
    """A row of `exchangeInfo`."""
    base = instrument.symbol.removesuffix(instrument.quote_asset)
    first = instrument.margin_tiers[0]
    tick, step = text(instrument.tick_size), text(instrument.quantity_step)
    return {
        "symbol": instrument.symbol,
        "pair": instrument.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": 4133404800000,
        "onboardDate": 1569398400000,
        "status": "TRADING" if is_trading else "SETTLING",
        "maintMarginPercent": text(first.maintenance_margin_rate * 100),
        "requiredMarginPercent": text(Decimal(100) / first.max_leverage),
        "baseAsset": base,
        "quoteAsset": instrument.quote_asset,
        "marginAsset": instrument.quote_asset,
        "pricePrecision": max(0, -int(instrument.tick_size.as_tuple().exponent)),
        "quantityPrecision": max(0, -int(instrument.quantity_step.as_tuple().exponent)),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "triggerProtect": "0.05",
        "liquidationFee": text(instrument.liquidation_fee_rate),
        "marketTakeBound": "0.05",
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": tick, "maxPrice": "10000000", "tickSize": tick},
            {"filterType": "LOT_SIZE", "minQty": step, "maxQty": "1000000", "stepSize": step},
            {"filterType": "MARKET_LOT_SIZE", "minQty": step, "maxQty": "1000000", "stepSize": step},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": text(instrument.min_notional)},
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": "1.5",
                "multiplierDown": "0.5",
                "multiplierDecimal": "4",
            },
        ],
        "orderTypes": [
            "LIMIT",
            "MARKET",
            "STOP",
            "STOP_MARKET",
            "TAKE_PROFIT",
            "TAKE_PROFIT_MARKET",
            "TRAILING_STOP_MARKET",
        ],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX", "GTD"],
    }


def bracket_words(instrument: UnifiedInstrument) -> dict[str, Any]:
    """A row of `leverageBracket`."""
    rows = tier_rows(instrument)
    floors = [row[0] for row in rows] + [1e12]
    return {
        "symbol": instrument.symbol,
        "notionalCoef": 1.0,
        "brackets": [
            {
                "bracket": number,
                "initialLeverage": int(leverage),
                "notionalCap": floors[number],
                "notionalFloor": floor,
                "maintMarginRatio": rate,
                "cum": deduction,
            }
            for number, (floor, rate, deduction, leverage) in enumerate(rows, 1)
        ],
    }


def order_words(order: PracticeOrder) -> dict[str, Any]:
    """An order as `order` and `openOrders` word it."""
    asked, result = order.order, order.result
    kind = "MARKET" if is_conditional(order) else asked.order_type.name
    average = result.average_price or Decimal(0)
    return {
        "orderId": int(result.order_id),
        "symbol": asked.symbol,
        "status": STATUS[result.state],
        "clientOrderId": asked.client_order_id,
        "price": text(asked.price),
        "avgPrice": text(average),
        "origQty": text(asked.quantity),
        "executedQty": text(result.filled_quantity),
        "cumQty": text(result.filled_quantity),
        "cumQuote": text(average * result.filled_quantity),
        "timeInForce": asked.time_in_force.name,
        "type": kind,
        "origType": asked.order_type.name,
        "reduceOnly": asked.reduce_only,
        "closePosition": False,
        "side": asked.side.name,
        "positionSide": "BOTH",
        "stopPrice": text(asked.trigger_price),
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }


def algo_status(order: PracticeOrder) -> str:
    """A conditional order's status."""
    if order.is_triggered:
        return "FINISHED" if order.result.state is OrderState.FILLED else "TRIGGERED"
    return STATUS[order.result.state]


def algo_words(order: PracticeOrder) -> dict[str, Any]:
    """A conditional order as `algoOrder` and `openAlgoOrders` word it."""
    asked = order.order
    return {
        "algoId": int(order.result.order_id),
        "clientAlgoId": asked.client_order_id,
        "algoType": "CONDITIONAL",
        "orderType": asked.order_type.name,
        "symbol": asked.symbol,
        "side": asked.side.name,
        "positionSide": "BOTH",
        "timeInForce": TimeInForce.GTC.name,
        "quantity": text(asked.quantity),
        "algoStatus": algo_status(order),
        "actualOrderId": order.result.order_id if order.is_triggered else "",
        "actualPrice": text(order.result.average_price),
        "triggerPrice": text(asked.trigger_price),
        "price": "0",
        "icebergQuantity": None,
        "workingType": "CONTRACT_PRICE",
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": asked.reduce_only,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "createTime": order.created_ms,
        "updateTime": order.updated_ms,
        "triggerTime": order.updated_ms if order.is_triggered else 0,
        "goodTillDate": 0,
    }


def fill_words(fill: UnifiedFill) -> dict[str, Any]:
    """A row of `userTrades`."""
    return {
        "buyer": fill.side is Side.BUY,
        "commission": text(fill.fee),
        "commissionAsset": "USDT",
        "id": int(fill.fill_id),
        "maker": fill.is_maker,
        "orderId": int(fill.order_id),
        "price": text(fill.price),
        "qty": text(fill.quantity),
        "quoteQty": text(fill.price * fill.quantity),
        "realizedPnl": "0",
        "side": fill.side.name,
        "positionSide": "BOTH",
        "symbol": fill.symbol,
        "time": fill.event_time_ms,
    }


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


def candle_row(candle: UnifiedCandle) -> list[Any]:
    """A row of `klines`."""
    quote = text(round(candle.volume * candle.close, 4))
    bought = candle.taker_buy_volume or 0.0
    return [
        candle.open_time_ms,
        text(candle.open),
        text(candle.high),
        text(candle.low),
        text(candle.close),
        text(candle.volume),
        candle.close_time_ms,
        quote,
        1,
        text(bought),
        text(round(bought * candle.close, 4)),
        "0",
    ]


def refused(code: int, message: str) -> Mapping[str, Any]:
    """The venue's error body."""
    return {"code": code, "msg": message}
