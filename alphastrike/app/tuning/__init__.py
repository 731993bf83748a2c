"""Settings searched offline and judged on what they were not searched on."""
