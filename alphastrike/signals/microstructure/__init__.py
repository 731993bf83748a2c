"""Signals of the microstructure category, one file each."""
