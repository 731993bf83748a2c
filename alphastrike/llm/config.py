"""When the breaker wakes, what it may do, and whom it asks."""

from typing import Literal

from pydantic import Field, field_validator

from alphastrike.domain.settings import Settings


class TriggersConfig(Settings):
    """The `[llm.triggers]` section; each holds for the portfolio and for every symbol."""

    win_rate_below: float = Field(0.40, gt=0, lt=1, description="fires below this share of winning trades")
    win_rate_trades: int = Field(20, ge=2, le=200, description="last trades the win rate is taken over")
    win_rate_least: int = Field(
        10,
        ge=1,
        le=200,
        description="fewer trades than this have no win rate; the other triggers do not wait",
    )
    drawdown_above: float = Field(
        0.15, gt=0, lt=1, description="fires above this fall from the peak, open positions included"
    )
    losses: int = Field(5, ge=2, le=100, description="fires at this many losing trades in a row")
    cooldown_hours: float = Field(
        24.0,
        ge=0,
        le=720,
        description="the same trigger of the same scope stays quiet this long after it fired",
    )
    recovery: float = Field(
        0.8,
        gt=0,
        le=1,
        description="re-armed when drawdown is below this share of its limit, or the win rate above 1/this",
    )


class GuardConfig(Settings):
    """The `[llm.guard]` section: bounds that no answer moves."""

    expiry_hours: float = Field(24.0, gt=0, le=168, description="an intervention ends by itself after this")
    lowest_multiplier: float = Field(0.1, gt=0, le=1, description="no answer can make positions smaller")
    lowest_leverage: float = Field(1.0, gt=0, le=25, description="no answer can cap leverage lower")
    highest_threshold: float = Field(95.0, gt=0, le=100, description="no answer can ask for more conviction")
    min_enabled_symbols: int = Field(
        1, ge=0, le=1000, description="so many symbols stay tradable; 0 lets an answer stop them all"
    )
    max_calls_per_review: int = Field(
        4, ge=1, le=20, description="further calls of one reply are recorded and refused"
    )
    max_per_hour: int = Field(12, ge=1, le=1000, description="interventions taken in any hour")
    veto_hours: float = Field(24.0, ge=0, le=720, description="a vetoed call is refused again for this long")


class OllamaConfig(Settings):
    """The `[llm.ollama]` section."""

    host: str = Field(
        "http://127.0.0.1:11434", description="where Ollama listens; only this machine unless allow_remote"
    )
    model: str = Field("qwen2.5:1.5b", min_length=1, max_length=200, description="model to ask")
    digest: str | None = Field(
        None, description="refuse any other digest of the model. Unset: whatever is there, and recorded"
    )
    protocol: Literal["format", "tools", "auto"] = Field(
        "format",
        description="format: a JSON schema binds the answer; tools: native calls; auto: tools, then format",
    )
    seed: int = Field(42, ge=0, lt=2**31, description="seed of sampling, for what determinism Ollama has")
    temperature: float = Field(0.0, ge=0, le=2, description="0 answers the same question the same way")
    num_ctx: int = Field(4096, ge=512, le=131072, description="tokens of context")
    num_predict: int = Field(
        192, ge=16, le=4096, description="most tokens of an answer; Ollama's own is unbounded"
    )
    num_thread: int | None = Field(
        None, ge=1, le=256, description="threads of the model. Unset: one less than the cores, at least one"
    )
    think: bool | None = Field(
        None,
        description="whether a model that can think before it answers does; its thoughts count as answer "
        "in num_predict. Unset: as the model does by itself",
    )
    keep_alive: str = Field("30m", description="how long Ollama keeps the model loaded after an answer")
    connect_s: float = Field(2.0, gt=0, le=60, description="longest wait for a connection")
    deadline_s: float = Field(
        45.0, gt=0, le=600, description="longest wait for the whole answer, repair included"
    )
    repair: bool = Field(
        default=True, description="ask once more when nothing in the answer was a valid call"
    )
    tokens_per_day: int = Field(
        200_000,
        ge=0,
        le=10**9,
        description="tokens read and written in a day of the market, after which the rule table answers; "
        "0 never stops",
    )
    allow_remote: bool = Field(default=False, description="let the report leave this machine")
    allow_cloud: bool = Field(
        default=False, description="let models named cloud, which Ollama forwards, be asked"
    )
    failures: int = Field(
        3, ge=1, le=100, description="failures in a row after which the model is left alone"
    )
    rest_hours: float = Field(
        6.0, ge=0, le=720, description="for this long; the rule table answers meanwhile"
    )

    @field_validator("host")
    @classmethod
    def _host_is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("an address that starts with http:// or https://")
        return value


class LlmConfig(Settings):
    """The `[llm]` section."""

    latency_ms: int | None = Field(
        None,
        ge=0,
        le=600_000,
        description="latency of a model's answer in market time. Unset: as measured, so backtests may differ",
    )
    rules_latency_ms: int = Field(50, ge=0, le=600_000, description="latency of the rule table in a backtest")
    prompt: str = Field(
        "default",
        min_length=1,
        description="what a model is told it is: default, terse, by_trigger, or a text file of one's own; "
        "the tools and the report follow",
    )
    recorded: str | None = Field(
        None, description="trace store `recorded` answers from: a path or URL. Unset: traces.url"
    )
    triggers: TriggersConfig = TriggersConfig()
    guard: GuardConfig = GuardConfig()
    ollama: OllamaConfig = OllamaConfig()
