"""Stage 3 of 8: features.

In: MarketBlock. Out: FeatureBlock of named numbers. Halts when: a symbol has fewer candles than
the look-back needs. State: one fold a feature, and how long each symbol's candles have been unbroken.
"""
