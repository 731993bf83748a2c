"""Descriptions that come with the package."""
