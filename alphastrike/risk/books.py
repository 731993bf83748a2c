"""The arrays stage 7 works on."""

from typing import Any, NamedTuple

import numpy as np

from alphastrike.domain.intervals import HOUR_MS, SECOND_MS
from alphastrike.domain.ledger import Ledger, Markets
from alphastrike.domain.records import DECISION, INTENT, RESTRAINT, RISK_CHANGE
from alphastrike.numerics.layout import layout_of
from alphastrike.risk.config import BreakerConfig, RiskConfig
from alphastrike.risk.layouts import BREAKER, FORESEEN, RISK_RULES, RISK_STATE, WATCH

_BPS = 1e-4
MINUTE_MS = 60 * SECOND_MS
RECENT_TRADES = 100
MOST_ORDERS = 256  # opening orders whose time is remembered
_CHANGES = 256  # of the breaker, between two times someone reads them


class Desk(NamedTuple):
    """The engine's account and the rules on it.

    `recent` is a ring of the net profit of the last trades; `decisions` and `intents` hold the
    latest word on each symbol, `restraints` what an intervention leaves of its freedom. The first
    `change_count` of `changes` are moves of the breaker nobody has read yet. `correlations` (symbols,
    symbols) are those of the last sample, NaN while unknown. `backing` (symbols, signals) is the
    weight behind each position when it was opened.
    """

    account: Any
    positions: Any
    orders: Any
    order_count: Any
    instruments: Any
    rules: Any
    state: Any
    recent: Any
    decisions: Any
    intents: Any
    restraints: Any
    breaker: Any
    watch: Any
    changes: Any
    change_count: Any
    tiers: Any
    covariance: Any
    correlations: Any
    sent_ms: Any
    backing: Any
    foreseen: Any

    @classmethod
    def opened(
        cls, markets: Markets, initial_equity: float, config: RiskConfig, *, terms: "DeskTerms"
    ) -> "Desk":
        """A desk with a fresh account."""
        symbols = len(markets.instruments)
        rules = np.zeros(1, dtype=RISK_RULES)
        for name, value in _numbers(config, terms).items():
            rules[0][name] = value
        state = np.zeros(1, dtype=RISK_STATE)
        state[0]["performance_factor"] = 0.6  # no trades yet is the most cautious record
        state[0]["leverage_cap"] = np.inf
        return cls(
            *Ledger.opened(symbols, initial_equity),
            instruments=markets.instruments,
            rules=rules,
            state=state,
            recent=np.zeros(RECENT_TRADES),
            decisions=np.zeros(symbols, dtype=DECISION),
            intents=np.zeros(symbols, dtype=INTENT),
            restraints=unrestrained(symbols),
            breaker=np.zeros(1, dtype=BREAKER),
            watch=np.zeros(symbols, dtype=WATCH),
            changes=np.zeros(_CHANGES, dtype=RISK_CHANGE),
            change_count=np.zeros(1, dtype=np.int64),
            tiers=markets.tiers,
            covariance=np.zeros((symbols, symbols)),
            correlations=np.full((symbols, symbols), np.nan),
            sent_ms=np.zeros(MOST_ORDERS, dtype=np.int64),
            backing=np.zeros((symbols, max(1, terms.signals))),
            foreseen=np.zeros(2, dtype=FORESEEN),
        )

    @property
    def ledger(self) -> Ledger:
        """The account part, sharing its arrays."""
        return Ledger(self.account, self.positions, self.orders, self.order_count)

    def snapshot(self) -> bytes:
        """Account and risk state as bytes; rules come from the configuration."""
        own = b"".join(array.tobytes() for array in self._own)
        return own + self.ledger.snapshot()

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot."""
        offset = 0
        for array in self._own:
            array[:] = np.frombuffer(state, dtype=array.dtype, count=array.size, offset=offset)
            offset += array.nbytes
        self.ledger.restore(state[offset:])

    @property
    def layout(self) -> str:
        """What the bytes of a snapshot mean; one of another layout cannot be restored."""
        return layout_of((*self._own, *self.ledger))

    @property
    def _own(self) -> tuple[Any, ...]:
        """What the desk remembers beside its account."""
        return (
            self.state,
            self.recent,
            self.restraints,
            self.breaker,
            self.watch,
            self.covariance.reshape(-1),
            self.correlations.reshape(-1),
            self.sent_ms,
            self.backing.reshape(-1),
        )


def unrestrained(symbols: int) -> Any:
    """Restraints that restrain nothing, one a symbol."""
    restraints = np.zeros(symbols, dtype=RESTRAINT)
    for name in ("size_multiplier", "shorts_allowed", "entries_allowed"):
        restraints[name] = 1
    return restraints


class DeskTerms(NamedTuple):
    """What the desk must know of the strategy and the venue."""

    max_holding_hours: float
    half_spread_bps: float
    venue_leverage: float
    conviction_threshold: float  # where size starts to scale up
    interval_ms: int = HOUR_MS
    is_isolated: bool = False
    signals: int = 0


def _numbers(config: RiskConfig, terms: DeskTerms) -> dict[str, float | int | bool]:
    leverage = config.leverage
    return {
        "base": leverage.base,
        "lowest": leverage.lowest,
        "highest": leverage.highest,
        "normal_volatility": leverage.normal_volatility,
        "dead_band": leverage.dead_band,
        "raise_after": leverage.raise_after,
        "raise_step": leverage.raise_step,
        "raise_every_ms": int(leverage.raise_every_hours * HOUR_MS),
        "fixed_notional": config.notional_per_trade if config.sizing == "notional" else 0.0,
        "risk_per_trade": config.risk_per_trade,
        "volatility_target": config.volatility_target,
        "conviction_threshold": terms.conviction_threshold,
        "max_positions": config.max_positions,
        "symbol_exposure": config.symbol_exposure,
        "net_exposure": config.net_exposure,
        "initial_margin": config.initial_margin,
        "has_stop": config.stop != "none",
        "stop_atr": config.stop_atr,
        "stop_floor": config.stop_spread * 2 * terms.half_spread_bps * _BPS,
        "max_holding_ms": int(terms.max_holding_hours * HOUR_MS),
        "venue_leverage": terms.venue_leverage,
        **_limit_numbers(config),
        "is_isolated": terms.is_isolated,
        **_breaker_numbers(config.breakers, terms),
    }


def _limit_numbers(config: RiskConfig) -> dict[str, float | int | bool]:
    return {
        "cluster_exposure": config.cluster_exposure,
        "cluster_correlation": config.cluster_correlation,
        "order_rate": config.order_rate,
        "price_band": config.price_band,
        "stressed_loss": config.stressed_loss,
        "liquidation_sigmas": config.liquidation_sigmas,
        "liquidation_stops": config.liquidation_stops,
        "liquidation_floor": config.liquidation_floor,
        "funding_window_ms": int(config.funding_window_minutes * MINUTE_MS),
        "funding_limit": config.funding_limit_bps * _BPS,
        "take_profit_stops": config.take_profit_stops,
        "take_profit_share": config.take_profit_share,
        "trailing_atr": config.trailing_atr,
        "funding_exit": config.funding_exit_bps * _BPS,
        "retired_share": config.retired_share,
    }


def _breaker_numbers(config: BreakerConfig, terms: DeskTerms) -> dict[str, float | int | bool]:
    return {
        "caution_drawdown": config.caution_drawdown,
        "halt_drawdown": config.halt_drawdown,
        "reduce_day_loss": config.reduce_day_loss,
        "halt_day_loss": config.halt_day_loss,
        "rehalt_step": config.rehalt_step,
        "caution_losses": config.caution_losses,
        "caution_size": config.caution_size,
        "caution_drift": config.caution_drift,
        "api_errors": config.api_errors,
        "stale_ms": int(config.stale_bars * terms.interval_ms),
        "calm_ms": int(config.calm_hours * HOUR_MS),
        "reduce_only_ms": int(config.reduce_only_hours * HOUR_MS),
        "cooldown_ms": int(config.cooldown_hours * HOUR_MS),
        "closes_on_halt": config.close_on_halt,
    }
