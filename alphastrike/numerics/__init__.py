"""Below the stages: numerics.

In: arrays. Out: arrays. Halts when: never; NaN in, NaN out. State: none of its own; a step is
given its state, a Fold carries one.
"""
