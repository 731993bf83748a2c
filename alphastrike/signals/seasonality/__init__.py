"""Signals of the seasonality category, one file each."""
