"""What the synthetic market is made of, and the market used when no data is given."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from alphastrike.domain.intervals import HOUR_MS, interval_ms
from alphastrike.domain.settings import Settings

_Symbol = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,20}$")]
_Price = Annotated[float, Field(gt=0, le=1e9)]


class Channel(StrEnum):
    """Where a planted alpha can be seen: in the candles or only in the truth arrays."""

    TAKER_FLOW = "taker_flow"  # taker_buy_volume over volume
    BOOK = "book"  # a noisy extra column, like order book imbalance
    REVERSAL = "reversal"  # minus the return of the last `horizon_hours`: plain candles
    MOMENTUM = "momentum"  # plus the return of the last `horizon_hours`: plain candles
    COLUMN = "column"  # an extra column without noise


class AlphaSettings(Settings):
    """One planted weak alpha, the same for every symbol."""

    channel: Channel = Field(description="Where the alpha can be seen.")
    accuracy: float = Field(
        ge=0.3,
        le=0.7,
        description="Probability that the alpha's sign equals the sign of the return of the next "
        "`horizon_hours`; jumps, drift and changing volatility cost up to half a point of it.",
    )
    horizon_hours: float = Field(default=1.0, gt=0, le=168, description="Hours ahead the accuracy refers to.")
    half_life_hours: float = Field(
        default=0.0,
        ge=0,
        le=720,
        description="Hours after which the alpha's autocorrelation is one half; 0 draws it afresh at every "
        "step. Reversal and momentum follow from past returns and ignore it.",
    )
    decay_at_hours: float | None = Field(
        default=None, ge=0, description="Hours after the start at which `accuracy_after` takes over."
    )
    accuracy_after: float | None = Field(
        default=None, ge=0.3, le=0.7, description="Accuracy from `decay_at_hours` on; unset means no decay."
    )

    @model_validator(mode="after")
    def _decay_is_whole(self) -> Self:
        if (self.decay_at_hours is None) != (self.accuracy_after is None):
            raise ValueError("decay_at_hours and accuracy_after belong together: set both or neither")
        return self

    @property
    def candle_sign(self) -> float:
        """Sign with which a past return is the alpha; 0 when the alpha is not in the candles."""
        return {Channel.MOMENTUM: 1.0, Channel.REVERSAL: -1.0}.get(self.channel, 0.0)

    def horizon_steps(self, step_hours: float) -> int:
        """Whole steps nearest to the horizon, at least one."""
        return max(1, round(self.horizon_hours / step_hours))

    def persistence(self, step_hours: float) -> float:
        """First-order autocorrelation of the alpha per step."""
        return 0.5 ** (step_hours / self.half_life_hours) if self.half_life_hours > 0 else 0.0


class CrashSettings(Settings):
    """A fall of every symbol at a known time."""

    at_hours: float = Field(ge=0, description="Hours after the start at which the fall begins.")
    depth: float = Field(default=0.3, gt=0, lt=0.95, description="Share of the price lost, as a fraction.")
    duration_hours: float = Field(default=6.0, gt=0, le=720, description="Hours the fall takes.")


class SyntheticConfig(Settings):
    """The synthetic perpetual market. The same settings give the same bytes."""

    name: str = Field(
        default="synthetic market",
        pattern="synthetic",
        description="First part of the label; says synthetic so that no result is taken for a real one.",
    )
    symbols: tuple[_Symbol, ...] = Field(
        default=("BTCUSDT",),
        min_length=1,
        max_length=200,
        description="Symbols; adding one changes no other.",
    )
    interval: str = Field(default="1h", description="Candle interval by name, such as 1m, 1h or 4h.")
    length_hours: int = Field(
        default=8_760,
        ge=1,
        le=200_000,
        description="Length in hours; a longer market begins with the shorter.",
    )
    start_ms: int = Field(
        default=1_704_067_200_000,
        ge=0,
        description="Open time of the first candle, UTC milliseconds, whole hour.",
    )
    seed: int = Field(default=7, ge=0, description="The only source of chance.")
    alphas: tuple[AlphaSettings, ...] = Field(default=(), description="Planted weak alphas.")
    prices: dict[_Symbol, _Price] = Field(
        default={}, description="First price of a symbol in quote; unnamed symbols use their own default."
    )
    drift: Literal["regime", "none"] = Field(
        default="regime",
        description="`regime`: mean log return by regime. `none`: the expected price is today's price.",
    )
    volatility: Literal["stochastic", "constant"] = Field(
        default="stochastic",
        description="`stochastic`: regimes, clustering, seasons. `constant`: the annual volatility.",
    )
    jumps_per_day: float = Field(
        default=0.12,
        ge=0,
        le=24,
        description="Jumps per symbol and day outside stress; three times as many in it.",
    )
    crash: CrashSettings | None = Field(default=None, description="A planted crash, none by default.")

    @model_validator(mode="after")
    def _can_be_built(self) -> Self:
        length = interval_ms(self.interval)
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError(f"symbols: observed {self.symbols}, allowed each symbol once")
        if self.start_ms % HOUR_MS or self.start_ms % length:
            raise ValueError(
                f"start_ms: observed {self.start_ms}, allowed a multiple of 1h and of {self.interval}"
            )
        if self.length_hours * HOUR_MS < length:
            raise ValueError(
                f"length_hours: observed {self.length_hours}, allowed at least one {self.interval}"
            )
        if sum(alpha.channel is Channel.TAKER_FLOW for alpha in self.alphas) > 1:
            raise ValueError("alphas: observed two on taker_flow, allowed one: the column shows one flow")
        return self

    @property
    def label(self) -> str:
        """How every result from this market is named."""
        return f"{self.name}, seed {self.seed}"


def embedded_default() -> SyntheticConfig:
    """The market used when no data is given: six symbols, eighteen months of hours.

    Planted truth: a taker flow (57 % over 12 h, seen through noise) and a trend (53 % over 24 h)
    of which the first pays for a 12 bp round trip, and a one-hour reversal (53 %) that does not.
    """
    return SyntheticConfig(
        symbols=("BNBUSDT", "BTCUSDT", "DOGEUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"),
        length_hours=13_140,
        alphas=(
            AlphaSettings(channel=Channel.TAKER_FLOW, accuracy=0.57, horizon_hours=12, half_life_hours=12),
            AlphaSettings(channel=Channel.MOMENTUM, accuracy=0.53, horizon_hours=24),
            AlphaSettings(channel=Channel.REVERSAL, accuracy=0.53, horizon_hours=1),
        ),
    )
