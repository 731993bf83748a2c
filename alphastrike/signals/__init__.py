"""Stage 6 of 8: signals.

In: features, prediction. Out: forecast with conviction. Halts when: unknown regime, no active
signal, low coverage, low conviction, edge below cost, no forecast. State: pending votes, the
evidence on every signal, regimes.
"""
