"""Stage 5 of 8: ml.

In: features. Out: probability that the price rises, or no vote. Halts when: the features are
not those the model was trained on, or one it reads is silent. State: bars each has been silent.
"""
