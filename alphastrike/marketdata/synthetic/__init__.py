"""A deterministic perpetual market with planted, known truth; always labelled synthetic."""
