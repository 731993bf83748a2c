"""Stage 4 of 8: validation.

In: FeatureBlock. Out: FeatureBlock with distrusted values NaN. Halts when: an input is not
finite, out of range, without a reference, or too many features drift. State: references,
sample windows, CUSUMs.
"""
