"""What the simulated venue charges, how it fills and what it lends."""

from typing import Literal

from pydantic import Field

from alphastrike.domain.settings import Settings


class SimulatedVenueConfig(Settings):
    """The `[venue]` section. Fees are fractions of notional; spreads and slippage basis points."""

    maker_fee_rate: float = Field(
        0.0002, ge=-0.001, le=0.01, description="fraction of notional; negative is a rebate"
    )
    taker_fee_rate: float = Field(0.0005, ge=0, le=0.01, description="fraction of notional")
    liquidation_fee_rate: float = Field(
        0.0125,
        ge=0,
        le=0.1,
        description="fraction of notional, on top of the loss, when a position is liquidated",
    )
    half_spread_bps: float = Field(
        0.5, ge=0, le=500, description="half the bid-ask spread paid by every taker fill"
    )
    slippage_bps: float = Field(
        1.0, ge=0, le=500, description="fixed slippage of every taker fill beyond the spread"
    )
    impact_bps: float = Field(
        5.0,
        ge=0,
        le=1000,
        description="extra slippage of a taker fill that uses the whole volume share below",
    )
    volume_share: float = Field(
        0.1,
        gt=0,
        le=1,
        description="largest share of a candle's volume that our fills may be; the rest waits",
    )
    margin_mode: Literal["cross", "isolated"] = Field("cross", description="what backs a position")
    leverage: int = Field(
        20,
        ge=1,
        le=125,
        description="the venue's own leverage setting: a margin requirement, not a position size",
    )
    min_notional: float = Field(
        5.0, ge=0, description="smallest order, quote currency; reduce-only orders are exempt"
    )
    tick_size: float | None = Field(
        None, gt=0, description="price step for all symbols; default: read from the prices"
    )
    quantity_step: float | None = Field(
        None,
        gt=0,
        description="quantity step for all symbols; default: the decimal step worth about 1 quote unit",
    )
    margin_tiers: str | None = Field(
        None,
        description="JSON file of leverage brackets per symbol (Binance leverageBracket form); default: "
        "a generic conservative schedule, named in the run's assumptions",
    )
