"""AlphaStrike: a trading-bot framework for crypto perpetual futures that fails closed."""

__version__ = "0.1.0"
