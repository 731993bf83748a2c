"""Below the stages: numerics.

In: arrays. Out: arrays. Halts when: never; NaN in, NaN out. State: none; folds carry theirs
as an argument.
"""
