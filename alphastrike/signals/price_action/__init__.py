"""Signals of the price action category, one file each."""
