"""The picture of a run: one HTML file that needs no network."""
