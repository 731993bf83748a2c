"""Which signals can vote on a set of data, and why the others cannot."""

from collections.abc import Iterable, Mapping

from alphastrike.app.config import AlphaStrikeConfig
from alphastrike.app.discovery import available, chosen
from alphastrike.domain.blocks import CandleHistory
from alphastrike.domain.plugins import FeatureSpec, Signal
from alphastrike.domain.series import SERIES

_EVERY = "*"


def enabled_names(config: AlphaStrikeConfig) -> tuple[str, ...]:
    """Names of the enabled signals: those configured, or every one there is for `*`."""
    return tuple(available("signals")) if _EVERY in config.signals.enabled else config.signals.enabled


def able_signals(config: AlphaStrikeConfig, history: CandleHistory) -> tuple[Signal, ...]:
    """The enabled signals that these data can feed; the others would only abstain, at a price."""
    enabled = chosen("signals", enabled_names(config), "signals.enabled").values()
    wanted = {name for signal in enabled for name in signal.spec.features}
    specs = {name: load().spec for name, load in available("features").items() if name in wanted}
    return tuple(
        signal for signal in enabled if lack_of(signal, specs, history.symbols, history.series) is None
    )


def lack_of(
    signal: Signal, specs: Mapping[str, FeatureSpec], symbols: tuple[str, ...], series: Iterable[str]
) -> str | None:
    """What a signal would need and these data do not have, or None.

    `series` are the names of the series known beside the candles.
    """
    known = set(series)
    for name in signal.spec.features:
        spec = specs.get(name)
        if spec is None:
            continue  # a name that does not exist is refused where features are chosen
        missing = [each for each in spec.series if each not in known]
        if missing:
            return (
                f"needs {' and '.join(map(_described, dict.fromkeys(missing)))}, which the data do not have"
            )
        if spec.needs_symbol and spec.needs_symbol not in symbols:
            return f"needs candles of {spec.needs_symbol}"
        if len(symbols) < spec.least_symbols:
            return f"needs at least {spec.least_symbols} symbols, the data have {len(symbols)}"
    return None


def _described(name: str) -> str:
    return f"{name} ({SERIES[name].unit})" if name in SERIES else name
