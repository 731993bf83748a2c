"""The records stage 7 keeps: its rules, its memory, its breaker and its watch on each symbol."""

import numpy as np

RISK_RULES = np.dtype(
    [
        ("base", "f8"),
        ("lowest", "f8"),
        ("highest", "f8"),
        ("normal_volatility", "f8"),
        ("dead_band", "f8"),
        ("raise_after", "i8"),
        ("raise_step", "f8"),
        ("raise_every_ms", "i8"),
        ("fixed_notional", "f8"),  # 0 sizes by risk
        ("risk_per_trade", "f8"),
        ("volatility_target", "f8"),  # fraction of equity a day; 0 is none
        ("conviction_threshold", "f8"),
        ("max_positions", "i8"),
        ("symbol_exposure", "f8"),
        ("net_exposure", "f8"),
        ("initial_margin", "f8"),
        ("has_stop", "i1"),
        ("stop_atr", "f8"),
        ("stop_floor", "f8"),  # fraction of price
        ("max_holding_ms", "i8"),  # 0 is no time stop
        ("venue_leverage", "f8"),
        # Breakers:
        ("caution_drawdown", "f8"),
        ("halt_drawdown", "f8"),
        ("reduce_day_loss", "f8"),
        ("halt_day_loss", "f8"),
        ("rehalt_step", "f8"),
        ("caution_losses", "i8"),
        ("caution_size", "f8"),
        ("caution_drift", "f8"),
        ("api_errors", "f8"),
        ("stale_ms", "i8"),
        ("calm_ms", "i8"),
        ("reduce_only_ms", "i8"),
        ("cooldown_ms", "i8"),
        ("closes_on_halt", "i1"),
        # Pre-trade rules:
        ("cluster_exposure", "f8"),
        ("cluster_correlation", "f8"),
        ("order_rate", "i8"),
        ("price_band", "f8"),
        ("stressed_loss", "f8"),
        ("liquidation_sigmas", "f8"),
        ("liquidation_stops", "f8"),
        ("liquidation_floor", "f8"),
        ("funding_window_ms", "i8"),
        ("funding_limit", "f8"),
        ("is_isolated", "i1"),
        # Exits:
        ("take_profit_stops", "f8"),  # 0 is none
        ("take_profit_share", "f8"),
        ("trailing_atr", "f8"),  # 0 is none
        ("funding_exit", "f8"),  # 0 is none
        ("retired_share", "f8"),  # 0 is none
    ]
)

RISK_STATE = np.dtype(
    [
        ("leverage", "f8"),
        ("raw", "f8"),
        ("raise_streak", "i8"),
        ("last_raise_ms", "i8"),
        ("volatility_factor", "f8"),
        ("drawdown_factor", "f8"),
        ("performance_factor", "f8"),
        ("trades_seen", "i8"),
        ("leverage_cap", "f8"),  # of an intervention, infinite without one
        ("maintenance", "f8"),  # of all positions at their marks
        ("orders_sent", "i8"),  # opening ones; the ring `sent_ms` holds when
        ("sampled", "i8"),  # number of the last four-hour correlation sample
    ]
)

BREAKER = np.dtype(
    [
        ("state", "i1"),  # domain.risk_states.RiskState
        ("trigger", "i1"),  # domain.risk_states.Trigger
        ("closes", "i1"),  # this halt closes every position
        ("since_ms", "i8"),
        ("asked_ms", "i8"),  # the last time something asked for the state or a worse one
        ("observed", "f8"),
        ("limit", "f8"),
        ("loss_streak", "i8"),
        ("drifted", "f8"),  # share of the symbols that reached stage 4
        ("validated", "i1"),  # stage 4 has passed a symbol before
        ("api_error_rate", "f8"),
        ("mismatches", "i8"),
        ("liquidations", "i8"),  # those already answered to
        # What an operator who resumed has accepted; a halt then needs `rehalt_step` more.
        ("accepted_drawdown", "f8"),
        ("accepted_day_loss", "f8"),
    ]
)

WATCH = np.dtype(
    [
        ("marked_ms", "i8"),  # close of the last bar the gateway vouched for
        ("volatility", "f8"),  # last known, fraction a day
        ("sampled_price", "f8"),
        ("sampled_return", "f8"),
        ("samples", "i8"),  # unbroken ones
        ("cluster", "i8"),  # the first symbol of its cluster
        ("extreme", "f8"),  # best close for the position since it was opened
        ("retired_share", "f8"),  # of the weight behind the position
        ("funding_rate", "f8"),  # expected next, positive: longs pay
        ("funding_ms", "i8"),  # when that is due, 0 unknown
        ("funding_every_ms", "i8"),  # shortest time seen between two, 0 unknown
        ("surplus", "f8"),  # the forecast's, beyond its costs, fraction of notional
        ("horizon_ms", "i8"),  # over which it is expected
        ("size_cut", "f8"),  # share of its size that a new position goes without, the validator's word
        # As last foreseen: once orders filled the worse way, 0 when neither is open.
        ("worst_quantity", "f8"),  # signed base units
        ("worst_move", "f8"),  # what that gains in a day that goes up by one deviation, quote
    ]
)

# The account at worst: every order on its way filled the worse way.
FORESEEN = np.dtype(
    [
        ("equity", "f8"),
        ("budget", "f8"),  # leverage x equity
        ("own", "f8"),  # notional in the symbol
        ("gross", "f8"),
        ("net", "f8"),  # toward the side of the order
        ("margin", "f8"),  # initial
        ("maintenance", "f8"),
        ("count", "i8"),
        ("cluster", "f8"),
        ("variance", "f8"),  # of one day, squared quote
        ("loss", "f8"),  # one day in a hundred
        ("distance", "f8"),  # of the position nearest to its liquidation, fraction of the mark
        ("needed_distance", "f8"),
        ("orders", "i8"),  # opening ones within a minute
        ("band", "f8"),
        ("age_ms", "i8"),
        ("funding_in_ms", "i8"),
        ("carry", "f8"),  # fraction of notional the holder pays at the next funding
        ("expected_carry", "f8"),  # and until the forecast's horizon
        ("surplus", "f8"),
    ]
)
