"""How many bars the stages take at once when a whole history is there."""

# One feature of ten symbols then fits in the second-level cache. Not a power of two: rows as long as one
# would all fall on the same few cache lines, and the walk across signals would find none of them there.
BLOCK_BARS = 4_040
