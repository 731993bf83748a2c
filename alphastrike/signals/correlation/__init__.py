"""Signals of the correlation category, one file each."""
