"""Signals of the alternative category, one file each."""
