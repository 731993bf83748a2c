"""The arrays stage 7 works on."""

from typing import Any, NamedTuple

import numpy as np

from alphastrike.domain.ledger import Ledger, Markets
from alphastrike.domain.records import DECISION, INTENT, RESTRAINT
from alphastrike.risk.config import RiskConfig

_HOUR_MS = 3_600_000
_BPS = 1e-4
RECENT_TRADES = 100

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
    ]
)

RISK_STATE = np.dtype(
    [
        ("leverage", "f8"),
        ("raw", "f8"),
        ("is_reduce_only", "i1"),
        ("raise_streak", "i8"),
        ("last_raise_ms", "i8"),
        ("volatility_factor", "f8"),
        ("drawdown_factor", "f8"),
        ("performance_factor", "f8"),
        ("trades_seen", "i8"),
        ("leverage_cap", "f8"),  # of an intervention, infinite without one
    ]
)


class Desk(NamedTuple):
    """The engine's account and the rules on it.

    `recent` is a ring of the net profit of the last trades; `decisions` and `intents` hold the
    latest word on each symbol, `restraints` what an intervention leaves of its freedom.
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
    def _own(self) -> tuple[Any, ...]:
        """What the desk remembers beside its account."""
        return self.state, self.recent, self.restraints


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
        "raise_every_ms": int(leverage.raise_every_hours * _HOUR_MS),
        "fixed_notional": config.notional_per_trade if config.sizing == "notional" else 0.0,
        "risk_per_trade": config.risk_per_trade,
        "conviction_threshold": terms.conviction_threshold,
        "max_positions": config.max_positions,
        "symbol_exposure": config.symbol_exposure,
        "net_exposure": config.net_exposure,
        "initial_margin": config.initial_margin,
        "has_stop": config.stop != "none",
        "stop_atr": config.stop_atr,
        "stop_floor": config.stop_spread * 2 * terms.half_spread_bps * _BPS,
        "max_holding_ms": int(terms.max_holding_hours * _HOUR_MS),
        "venue_leverage": terms.venue_leverage,
    }
