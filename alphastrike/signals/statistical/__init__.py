"""Signals of the statistical category, one file each."""
