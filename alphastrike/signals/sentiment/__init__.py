"""Signals of the sentiment category, one file each."""
