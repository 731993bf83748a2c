"""Signals of the macro category, one file each."""
