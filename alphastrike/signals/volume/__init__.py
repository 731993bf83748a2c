"""Signals of the volume category, one file each."""
