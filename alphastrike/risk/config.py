"""How much may be at risk, and what lowers it."""

from typing import Literal

from pydantic import Field, model_validator

from alphastrike.domain.settings import Settings


class LeverageConfig(Settings):
    """The `[risk.leverage]` section. Leverage is gross notional over equity."""

    base: float = Field(5.0, gt=0, le=25, description="leverage in normal conditions")
    lowest: float = Field(
        1.0, gt=0, le=25, description="never below; raw values under 0.5 also stop new entries"
    )
    highest: float = Field(10.0, gt=0, le=25, description="never above")
    normal_volatility: float = Field(0.02, gt=0, le=1, description="fraction per day at which base applies")
    dead_band: float = Field(0.10, ge=0, le=1, description="an increase smaller than this share is ignored")
    raise_after: int = Field(3, ge=1, le=1000, description="consecutive closes that must ask for an increase")
    raise_step: float = Field(0.5, gt=0, le=10, description="largest increase at once")
    raise_every_hours: float = Field(24.0, ge=0, le=720, description="least time between increases")

    @model_validator(mode="after")
    def _ordered(self) -> "LeverageConfig":
        if not self.lowest <= self.base <= self.highest:
            raise ValueError(
                f"observed lowest {self.lowest}, base {self.base}, highest {self.highest}; "
                "allowed lowest <= base <= highest"
            )
        return self


class BreakerConfig(Settings):
    """The `[risk.breakers]` section: what trips the breaker, and how it comes back."""

    caution_drawdown: float = Field(0.08, gt=0, lt=1, description="fraction of the peak that means CAUTION")
    halt_drawdown: float = Field(0.20, gt=0, lt=1, description="fraction of the peak that means HALTED")
    reduce_day_loss: float = Field(
        0.03, gt=0, lt=1, description="loss since 00:00 UTC, fraction of equity, that means REDUCE_ONLY"
    )
    halt_day_loss: float = Field(0.05, gt=0, lt=1, description="loss since 00:00 UTC that means HALTED")
    rehalt_step: float = Field(
        0.03, gt=0, lt=1, description="how much deeper a loss must go to halt again after an operator resumed"
    )
    caution_losses: int = Field(4, ge=1, le=1000, description="losing trades in a row that mean CAUTION")
    caution_size: float = Field(0.5, gt=0, le=1, description="share of the size in CAUTION and COOLDOWN")
    caution_drift: float = Field(
        0.10, ge=0, le=1, description="share of symbols lost to drift above which CAUTION; all: REDUCE_ONLY"
    )
    api_errors: float = Field(
        0.20, ge=0, le=1, description="share of failed venue answers above which REDUCE_ONLY"
    )
    stale_bars: float = Field(
        3.0, ge=0, le=1000, description="age of a held symbol's price, in bars, above which REDUCE_ONLY"
    )
    calm_hours: float = Field(
        4.0, ge=0, le=720, description="quiet time that ends CAUTION, and turns REDUCE_ONLY into COOLDOWN"
    )
    reduce_only_hours: float = Field(
        72.0, ge=0, le=8760, description="longest REDUCE_ONLY for low raw leverage alone, then COOLDOWN"
    )
    cooldown_hours: float = Field(24.0, ge=0, le=720, description="time at reduced size before NORMAL")
    close_on_halt: bool = Field(
        default=True, description="close positions when losses halt trading; false keeps them and their stops"
    )

    @model_validator(mode="after")
    def _ordered(self) -> "BreakerConfig":
        for mild, severe in (("caution_drawdown", "halt_drawdown"), ("reduce_day_loss", "halt_day_loss")):
            if not getattr(self, mild) <= getattr(self, severe):
                raise ValueError(
                    f"observed {mild} {getattr(self, mild)}, {severe} {getattr(self, severe)}; "
                    f"allowed {mild} <= {severe}"
                )
        return self


class RiskConfig(Settings):
    """The `[risk]` section. Shares are of equity; exposures also scale with leverage."""

    leverage: LeverageConfig = LeverageConfig()
    breakers: BreakerConfig = BreakerConfig()
    sizing: Literal["risk", "notional"] = Field(
        "risk",
        description="risk: lose at most risk_per_trade at the stop; notional: notional_per_trade always",
    )
    risk_per_trade: float = Field(
        0.005, gt=0, le=0.1, description="share of equity lost when the stop is hit"
    )
    volatility_target: float = Field(
        0.0,
        ge=0,
        le=1,
        description="a new position is cut to move by this share of equity on a usual day; 0 is no target",
    )
    notional_per_trade: float = Field(1000.0, gt=0, description="quote currency, with sizing = notional")
    max_positions: int = Field(8, ge=1, le=1000, description="open positions and entries at once")
    symbol_exposure: float = Field(0.35, gt=0, le=1, description="share of leverage x equity in one symbol")
    net_exposure: float = Field(0.7, gt=0, le=1, description="share of leverage x equity, longs minus shorts")
    initial_margin: float = Field(0.5, gt=0, le=1, description="share of equity tied up as initial margin")
    cluster_exposure: float = Field(
        0.6, gt=0, le=1, description="share of leverage x equity in symbols that move together"
    )
    cluster_correlation: float = Field(
        0.7, gt=0, le=1, description="correlation of 4 h returns above which symbols move together"
    )
    order_rate: int = Field(20, ge=1, le=256, description="opening orders a minute")
    price_band: float = Field(
        0.25, gt=0, le=1, description="how far an order's own prices may lie from the mark, fraction"
    )
    stressed_loss: float = Field(
        0.06, gt=0, le=10, description="share of equity lost on one day in a hundred, correlations stressed"
    )
    liquidation_sigmas: float = Field(
        6.0, ge=0, le=50, description="liquidation stays this many daily deviations away"
    )
    liquidation_stops: float = Field(
        2.5, ge=0, le=50, description="liquidation stays this many stop distances away"
    )
    liquidation_floor: float = Field(
        0.03, ge=0, lt=1, description="liquidation never comes nearer than this; nearer means HALTED"
    )
    funding_window_minutes: float = Field(
        5.0, ge=0, le=480, description="no new position this soon before a dear funding"
    )
    funding_limit_bps: float = Field(5.0, ge=0, le=1000, description="funding that is dear, basis points")
    funding_exit_bps: float = Field(
        0.0, ge=0, le=1000, description="leave before paying more than this at one funding; 0 never"
    )
    retired_share: float = Field(
        0.5, ge=0, le=1, description="leave when this share of the weight behind the entry retired; 0 never"
    )
    take_profit_stops: float = Field(
        0.0, ge=0, le=20, description="take-profit distance in stop distances; 0 is none"
    )
    take_profit_share: float = Field(0.4, gt=0, le=1, description="share of the position it closes")
    trailing_atr: float = Field(
        0.0, ge=0, le=20, description="the stop follows the best close at this many ranges; 0 is none"
    )
    stop: Literal["atr", "none"] = Field("atr", description="protective stop on the venue with every entry")
    stop_atr: float = Field(1.5, gt=0, le=20, description="stop distance in average true ranges")
    stop_spread: float = Field(3.0, ge=0, le=100, description="stop distance is at least this many spreads")
