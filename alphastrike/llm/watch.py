"""What the triggers remember, as arrays. Row 0 of each is the portfolio, row 1 + s is symbol s."""

from typing import Any, NamedTuple

import numpy as np

from alphastrike.domain.intervals import HOUR_MS
from alphastrike.domain.interventions import Trigger
from alphastrike.llm.config import TriggersConfig
from alphastrike.numerics.layout import layout_of

TRIGGERS = (Trigger.WIN_RATE, Trigger.DRAWDOWN, Trigger.LOSING_STREAK)  # the columns of `state`
NEVER_MS = 2**62

WATCH_RULES = np.dtype(
    [
        ("is_on", "i1"),
        ("win_rate_below", "f8"),
        ("win_rate_least", "i8"),
        ("drawdown_above", "f8"),
        ("losses", "i8"),
        ("cooldown_ms", "i8"),
        ("recovery", "f8"),
    ]
)
# `wake_ms`: a driver stops before the first close at or after it. `is_busy`: a review is under way.
WATCH_CLOCK = np.dtype([("wake_ms", "i8"), ("is_busy", "i1"), ("fired", "i8")])
SCOPE = np.dtype(
    [
        ("trades", "i8"),
        ("losses", "i8"),  # in a row, up to now
        ("closed_pnl", "f8"),  # net of finished trades
        ("peak_pnl", "f8"),  # highest net profit, the open position included
        ("peak_equity", "f8"),  # of the account, when that peak stood
        ("drawdown", "f8"),
        ("win_rate", "f8"),  # NaN below the least number of trades
    ]
)
# `beyond_bars` counts the closes at which the limit was passed, fired or not.
TRIGGER_STATE = np.dtype([("is_armed", "i1"), ("fired_ms", "i8"), ("is_fired", "i1"), ("beyond_bars", "i8")])


class Watch(NamedTuple):
    """What the triggers remember; `wins` is a ring of the last outcomes of each scope, 1 for a win."""

    rules: Any
    clock: Any
    scopes: Any
    state: Any
    wins: Any

    @classmethod
    def over(cls, symbols: int, config: TriggersConfig | None) -> "Watch":
        """A fresh watch; without a configuration it is asleep for good."""
        rules, clock = np.zeros(1, dtype=WATCH_RULES), np.zeros(1, dtype=WATCH_CLOCK)
        clock[0]["wake_ms"] = NEVER_MS
        state = np.zeros((1 + symbols, len(TRIGGERS)), dtype=TRIGGER_STATE)
        state["is_armed"] = 1
        state["fired_ms"] = -NEVER_MS
        window = 1
        if config is not None:
            window = config.win_rate_trades
            rules[0] = (
                1,
                config.win_rate_below,
                min(config.win_rate_least, window),
                config.drawdown_above,
                config.losses,
                int(config.cooldown_hours * HOUR_MS),
                config.recovery,
            )
        scopes = np.zeros(1 + symbols, dtype=SCOPE)
        scopes["win_rate"] = np.nan
        return cls(rules, clock, scopes, state, np.zeros((1 + symbols, window), dtype=np.int8))

    def snapshot(self) -> bytes:
        """All that is remembered; rules come from the configuration, the alarm from the driver."""
        return b"".join(array.tobytes() for array in self._own)

    def restore(self, state: bytes) -> None:
        """Go back to a snapshot of a watch of the same shape."""
        offset = 0
        for array in self._own:
            flat = array.reshape(-1)
            flat[:] = np.frombuffer(state, dtype=array.dtype, count=flat.size, offset=offset)
            offset += array.nbytes

    @property
    def layout(self) -> str:
        """What the bytes of a snapshot mean; one of another layout cannot be restored."""
        return layout_of(self._own)

    @property
    def _own(self) -> tuple[Any, ...]:
        return self.scopes, self.state, self.wins
