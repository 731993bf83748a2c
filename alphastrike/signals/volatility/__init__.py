"""Signals of the volatility category, one file each."""
