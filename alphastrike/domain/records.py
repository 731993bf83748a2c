"""Record layouts shared by compiled kernels, the journal and the artefacts of a run.

Quantities are whole lots (multiples of the instrument's quantity step) so that a flat position
is exactly flat. Prices, money and rates are float64 in quote currency; `symbol` is an index
into the run's sorted symbols; times are UTC milliseconds.
"""

import numpy as np

INSTRUMENT = np.dtype(
    [
        ("tick", "f8"),
        ("step", "f8"),
        ("min_lots", "i8"),
        ("min_notional", "f8"),
        ("maker_fee", "f8"),
        ("taker_fee", "f8"),
        ("liquidation_fee", "f8"),
        ("max_leverage", "f8"),
    ]
)

ACCOUNT = np.dtype(
    [
        ("wallet", "f8"),  # equity without unrealised profit
        ("realized", "f8"),
        ("fees", "f8"),  # paid > 0
        ("funding", "f8"),  # received > 0
        ("slippage", "f8"),  # cost against the reference price, > 0 is a loss
        ("equity", "f8"),
        ("equity_peak", "f8"),
        ("day", "i8"),  # UTC day number of day_start_equity
        ("day_start_equity", "f8"),
        ("deposits", "f8"),  # deposits minus withdrawals since the start
        ("turnover", "f8"),  # sum of absolute traded notional
        ("liquidations", "i8"),
        ("next_order_id", "i8"),
        ("trades", "i8"),
    ]
)

POSITION = np.dtype(
    [
        ("lots", "i8"),  # signed
        ("quantity", "f8"),  # the same in base units
        ("entry_price", "f8"),
        ("mark_price", "f8"),
        ("isolated_margin", "f8"),
        ("opened_ms", "i8"),
        # The round trip in progress, from flat to flat (or to the other side):
        ("trip_pnl", "f8"),  # realised before costs
        ("trip_fees", "f8"),
        ("trip_funding", "f8"),
        ("trip_max_lots", "i8"),
        ("trip_exit_notional", "f8"),
        ("trip_exit_lots", "i8"),
        ("trip_entry_price", "f8"),
    ]
)

ORDER = np.dtype(
    [
        ("order_id", "i8"),
        ("state", "i1"),  # domain.orders.OrderState
        ("side", "i1"),  # +1 buy, -1 sell
        ("order_type", "i1"),  # domain.orders.OrderType
        ("time_in_force", "i1"),  # domain.orders.TimeInForce
        ("reduce_only", "i1"),
        ("reason", "i1"),  # domain.outcomes.Reason
        ("phase", "i1"),  # PHASE_ARRIVING, PHASE_RESTING or PHASE_TRIGGERED, as the venue sees it
        ("lots", "i8"),
        ("filled_lots", "i8"),
        ("price", "f8"),
        ("trigger_price", "f8"),
        ("created_ms", "i8"),
    ]
)

FILL = np.dtype(
    [
        ("ts_ms", "i8"),
        ("symbol", "i4"),
        ("side", "i1"),
        ("is_maker", "i1"),
        ("is_liquidation", "i1"),
        ("reason", "i1"),
        ("lots", "i8"),
        ("price", "f8"),
        ("fee", "f8"),
        ("slippage", "f8"),  # quote, against the price before spread, slippage and impact
        ("realized", "f8"),
        ("order_id", "i8"),
        ("position_after", "i8"),  # signed lots
    ]
)

FUNDING = np.dtype(
    [
        ("ts_ms", "i8"),
        ("symbol", "i4"),
        ("rate", "f8"),
        ("mark_price", "f8"),
        ("lots", "i8"),  # signed
        ("payment", "f8"),  # received > 0
    ]
)

EQUITY = np.dtype(
    [
        ("ts_ms", "i8"),
        ("equity", "f8"),
        ("cash", "f8"),  # the wallet
        ("unrealized_pnl", "f8"),
        ("drawdown", "f8"),  # fraction of the peak, 0 at the peak
        ("leverage", "f8"),  # the control variable
        ("gross_notional", "f8"),
        ("net_notional", "f8"),
        ("volatility_factor", "f8"),
        ("drawdown_factor", "f8"),
        ("performance_factor", "f8"),
    ]
)

DECISION = np.dtype(
    [
        ("ts_ms", "i8"),
        ("symbol", "i4"),
        ("code", "i2"),  # domain.outcomes.Code
        ("regime", "i1"),
        ("forecast", "f8"),
        ("conviction", "f8"),
        ("leverage", "f8"),
        ("target_notional", "f8"),  # signed
        ("observed", "f8"),
        ("limit", "f8"),
        ("size_cut", "f8"),  # share of its size that a new position goes without
    ]
)

INTENT = np.dtype(
    [
        ("acts", "i1"),  # one of the ACTS below
        ("reason", "i1"),  # domain.outcomes.Reason
        ("target_lots", "i8"),  # signed position wanted
        ("approved_lots", "i8"),  # signed, the largest position risk approved; 0 approves no opening
        ("stop_price", "f8"),  # protective stop of the position, NaN for none
        ("take_profit_price", "f8"),  # NaN for none
        ("take_profit_lots", "i8"),
    ]
)

# What an intervention leaves of a symbol's freedom to open positions; a zeroed one forbids them.
RESTRAINT = np.dtype(
    [
        ("conviction_threshold", "f8"),  # a new position needs at least this, 0 to 100
        ("size_multiplier", "f8"),  # of a new position's size, 0 to 1
        ("shorts_allowed", "i1"),
        ("entries_allowed", "i1"),
    ]
)

RISK_CHANGE = np.dtype(
    [
        ("ts_ms", "i8"),
        ("before", "i1"),  # domain.risk_states.RiskState
        ("after", "i1"),
        ("trigger", "i1"),  # domain.risk_states.Trigger
        ("observed", "f8"),
        ("limit", "f8"),
    ]
)

TRADE = np.dtype(
    [
        ("symbol", "i4"),
        ("side", "i1"),  # +1 long, -1 short
        ("exit_reason", "i1"),  # domain.outcomes.Reason
        ("opened_ms", "i8"),
        ("closed_ms", "i8"),
        ("lots", "i8"),  # largest position held
        ("entry_price", "f8"),  # average
        ("exit_price", "f8"),  # average
        ("pnl", "f8"),  # realised, before costs
        ("fees", "f8"),
        ("funding", "f8"),
    ]
)

SIGNAL = np.dtype(
    [
        ("ts_ms", "i8"),
        ("symbol", "i4"),
        ("signal", "i2"),
        ("state", "i1"),
        ("alert", "i1"),  # 1: persistently wrong
        ("value", "f8"),
        ("weight", "f8"),
        ("accuracy", "f8"),
        ("samples", "f8"),
    ]
)

NOTICE = np.dtype(
    [
        ("kind", "i1"),  # NOTICE_FILL, NOTICE_ORDER or NOTICE_FUNDING
        ("state", "i1"),  # domain.orders.OrderState of an order notice
        ("symbol", "i4"),
        ("index", "i8"),  # row of the fill or funding record
        ("order_id", "i8"),
        ("ts_ms", "i8"),
    ]
)
# What an intent asks for: nothing, a position, to take back what would open one, a tighter stop.
ACTS_NOT, ACTS, ACTS_TO_CANCEL, ACTS_TO_TIGHTEN = 0, 1, 2, 3
NOTICE_FILL, NOTICE_ORDER, NOTICE_FUNDING = 1, 2, 3
PHASE_ARRIVING, PHASE_RESTING, PHASE_TRIGGERED = 0, 1, 2
