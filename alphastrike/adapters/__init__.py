"""Stage 1 of 8: adapters.

In: orders. Out: candles, fills, funding, order changes. Halts when: the venue is unreachable or
an outcome is unknown. State: connections and, for the simulated venue, the account.
"""
