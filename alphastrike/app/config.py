"""The whole configuration: one section a room, and the sections of a run."""

from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from alphastrike.adapters.simulated.config import SimulatedVenueConfig
from alphastrike.app.moments import milliseconds
from alphastrike.backtest.replay.config import ReplayConfig
from alphastrike.domain.errors import ConfigError
from alphastrike.domain.intervals import interval_ms
from alphastrike.domain.settings import Settings
from alphastrike.gateway.config import GatewayConfig
from alphastrike.live.config import LiveConfig, NotifyConfig, PaperConfig
from alphastrike.llm.config import LlmConfig
from alphastrike.marketdata.config import MarketdataConfig
from alphastrike.ml.config import MlConfig
from alphastrike.risk.config import RiskConfig
from alphastrike.signals.config import SignalsConfig
from alphastrike.traces.config import TracesConfig
from alphastrike.validation.config import ValidationConfig

ADVISORS = ("off", "rules", "ollama", "recorded", "random")
Moment = Annotated[int, BeforeValidator(milliseconds), "date or milliseconds"]


def _not_empty(value: object) -> object:
    """What an unset shell variable leaves behind would be read as the current folder."""
    if isinstance(value, str) and not value.strip():
        raise ValueError("a path, or to leave the key out")
    return value


Place = Annotated[Path, BeforeValidator(_not_empty), "path"]


class DataConfig(Settings):
    """Which candles and funding rates a run reads."""

    path: Place | None = Field(
        default=None,
        description="Candle file, a folder of them, or the store. Unset: the embedded synthetic market.",
    )
    funding: Place | None = Field(
        default=None,
        description="Funding file or folder. Unset: no funding is charged, and the summary says so.",
    )
    series: tuple[Place, ...] = Field(
        default=(),
        description="Files, folders or a store of what is known beside candles: open interest, mark and "
        "index prices, ratios, trades, best quotes, books, fear and greed, macro and on-chain figures.",
    )
    symbols: tuple[str, ...] = Field(
        default=(), description="Symbols to trade, such as BTCUSDT. Empty: all in the data."
    )
    interval: str | None = Field(
        default=None,
        description="Candle interval, such as 1h. Unset: the one the data has; several are an error.",
    )
    start: Moment | None = Field(
        default=None,
        description="First candle open time, inclusive: ISO date (UTC) or milliseconds. Unset: the first.",
    )
    end: Moment | None = Field(
        default=None,
        description="Last candle open time, exclusive: ISO date (UTC) or milliseconds. Unset: the last.",
    )
    verify: MarketdataConfig = MarketdataConfig()

    @field_validator("funding")
    @classmethod
    def _funding_goes_with_candles(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data.get("path") is None:
            raise ValueError(
                "a path only together with data.path: the synthetic market brings its own funding"
            )
        return value

    @field_validator("series")
    @classmethod
    def _series_go_with_candles(cls, value: tuple[Path, ...], info: ValidationInfo) -> tuple[Path, ...]:
        if value and info.data.get("path") is None:
            raise ValueError("paths only together with data.path: the synthetic market brings its own series")
        return value

    @field_validator("interval")
    @classmethod
    def _interval_is_known(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                interval_ms(value)
            except ConfigError as error:
                raise ValueError(str(error).partition("allowed ")[2]) from error
        return value

    @field_validator("symbols")
    @classmethod
    def _symbols_are_distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        repeated = sorted({symbol for symbol in value if value.count(symbol) > 1})
        if repeated or not all(value):
            raise ValueError(f"each symbol once and none empty; repeated: {', '.join(repeated) or 'none'}")
        return value

    @field_validator("end")
    @classmethod
    def _end_follows_start(cls, value: int | None, info: ValidationInfo) -> int | None:
        start = info.data.get("start")
        if value is not None and start is not None and value <= start:
            raise ValueError(f"a time after data.start, which is {start}")
        return value


class StrategyConfig(Settings):
    """Stage 6. Every other table in this section is the settings of the strategy it names."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(
        default="ensemble",
        description="Strategy to run: a built-in one or an installed plugin.",
        min_length=1,
    )
    file: Place | None = Field(
        default=None, description="A Python file with a module-level `plugin`; it is used instead of `name`."
    )

    @model_validator(mode="after")
    def _extras_are_tables(self) -> "StrategyConfig":
        wrong = [key for key, value in (self.model_extra or {}).items() if not isinstance(value, dict)]
        if wrong:
            raise ValueError(f"name, file, or a table of a strategy; {wrong[0]} is neither")
        return self

    def table(self, name: str) -> dict[str, Any]:
        """Settings of one strategy as written, empty when it has none."""
        extra: dict[str, Any] = (self.model_extra or {}).get(name, {})
        return extra


class BacktestConfig(Settings):
    """How a recorded market is traded."""

    initial_equity: float = Field(
        default=10_000.0,
        gt=0,
        le=1e12,
        description="Money at the start, in quote currency; all of it is at risk.",
    )
    seed: int = Field(
        default=7,
        ge=0,
        lt=2**32,
        description="Seeds the synthetic market and every draw; same seed, same run.",
    )
    seed_days: float = Field(
        default=0.0,
        ge=0,
        le=36_500,
        description="Days of candles before data.start, or the first of the data, on which signals are "
        "judged before anything is traded; what they earn there counts signals.decay.seed_weight.",
    )
    llm: str = Field(
        default="off",
        description="Who answers when the circuit breaker wakes: off, rules, ollama (a model), recorded, "
        "random, or the name of an installed advisor.",
    )

    @field_validator("llm")
    @classmethod
    def _advisor_is_there(cls, value: str) -> str:
        if value not in {*ADVISORS, *entry_points(group="alphastrike.advisors").names}:
            raise ValueError(f"{', '.join(map(repr, ADVISORS))}, or the name of an installed advisor")
        return value


class OutputConfig(Settings):
    """Where a run's files go."""

    directory: Place | None = Field(
        default=None, description="Folder of this run's files. Unset: runs/<run_id> in the current folder."
    )


class AlphaStrikeConfig(Settings):
    """Everything a run can be told; the defaults are a complete run."""

    data: DataConfig = DataConfig()
    venue: SimulatedVenueConfig = SimulatedVenueConfig()
    gateway: GatewayConfig = GatewayConfig()
    validation: ValidationConfig = ValidationConfig()
    ml: MlConfig = MlConfig()
    strategy: StrategyConfig = StrategyConfig()
    signals: SignalsConfig = SignalsConfig()
    risk: RiskConfig = RiskConfig()
    llm: LlmConfig = LlmConfig()
    traces: TracesConfig = TracesConfig()
    backtest: BacktestConfig = BacktestConfig()
    paper: PaperConfig = PaperConfig()
    replay: ReplayConfig = ReplayConfig()
    live: LiveConfig = LiveConfig()
    notify: NotifyConfig = NotifyConfig()
    output: OutputConfig = OutputConfig()
