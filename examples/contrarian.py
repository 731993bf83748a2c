"""A strategy in one file: against the crowd when the market has run too far.

    alphastrike backtest --strategy examples/contrarian.py

It shows the form, not a way to make money.
"""

from alphastrike.signals.per_bar import Bar, per_bar


class Contrarian:
    """Short above an RSI of 70, long below 30, and wait for the other side before turning."""

    features = ("rsi_14h",)

    def __init__(self) -> None:
        """No opinion yet; what is kept on `self` is kept for each symbol apart."""
        self.side = 0.0

    def forecast(self, bar: Bar) -> float:
        """Direction of the next bars in [-1, 1]; its size is the conviction."""
        if bar["rsi_14h"] > 70.0:
            self.side = -1.0
        elif bar["rsi_14h"] < 30.0:
            self.side = 1.0
        return self.side


plugin = per_bar("contrarian", Contrarian, max_holding_hours=72.0)
