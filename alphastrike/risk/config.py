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


class RiskConfig(Settings):
    """The `[risk]` section. Shares are of equity; exposures also scale with leverage."""

    leverage: LeverageConfig = LeverageConfig()
    sizing: Literal["risk", "notional"] = Field(
        "risk",
        description="risk: lose at most risk_per_trade at the stop; notional: notional_per_trade always",
    )
    risk_per_trade: float = Field(
        0.005, gt=0, le=0.1, description="share of equity lost when the stop is hit"
    )
    notional_per_trade: float = Field(1000.0, gt=0, description="quote currency, with sizing = notional")
    max_positions: int = Field(8, ge=1, le=1000, description="open positions and entries at once")
    symbol_exposure: float = Field(0.35, gt=0, le=1, description="share of leverage x equity in one symbol")
    net_exposure: float = Field(0.7, gt=0, le=1, description="share of leverage x equity, longs minus shorts")
    initial_margin: float = Field(0.5, gt=0, le=1, description="share of equity tied up as initial margin")
    stop: Literal["atr", "none"] = Field("atr", description="protective stop on the venue with every entry")
    stop_atr: float = Field(1.5, gt=0, le=20, description="stop distance in average true ranges")
    stop_spread: float = Field(3.0, ge=0, le=100, description="stop distance is at least this many spreads")
