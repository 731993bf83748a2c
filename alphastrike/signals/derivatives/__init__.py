"""Signals of the derivatives category, one file each."""
