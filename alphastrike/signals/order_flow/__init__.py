"""Signals of the order flow category, one file each."""
