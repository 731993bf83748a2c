"""Stage 8 of 8: execution.

In: intents, fills, order changes. Out: orders to place or cancel, or Halted. Halts when: an earlier
order of the symbol is still on its way. State: the engine's own order book.
"""
