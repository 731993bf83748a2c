"""Bins cut at the quantiles of a reference sample."""

import numpy as np

from alphastrike.domain.blocks import Floats
from alphastrike.numerics.compiled import compiled


@compiled
def quantile_edges(ordered: Floats, parts: int) -> Floats:
    """Distinct interior edges that cut a sorted sample into `parts` shares; tails stay open.

    Edge i is the smallest sample value with at least i/parts of the sample at or below it. Where
    one value swallows several edges, the next smaller sample value becomes an edge too, so that
    the value has a bin of its own: a discrete feature is cut into its categories. At most
    `parts` - 1 edges; bin b holds edge[b-1] < x <= edge[b].
    """
    edges = np.empty(parts)
    count = 0
    size = ordered.size
    hits = 0
    for i in range(1, parts):
        value = ordered[(i * size + parts - 1) // parts - 1]
        if count > 0 and value == edges[count - 1]:
            hits += 1
            if hits == 2:
                count = _isolate_last(ordered, edges, count)
        else:
            edges[count] = value
            count += 1
            hits = 1
    return edges[:count].copy()


@compiled
def bin_of(edges: Floats, count: int, value: float) -> int:
    """How many of the first `count` edges are below `value`: a binary search."""
    low = 0
    high = count
    while low < high:
        middle = (low + high) // 2
        if edges[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def bin_counts(edges: Floats, values: Floats) -> Floats:
    """How many values fall into each of the `edges.size` + 1 bins."""
    counts = np.zeros(edges.size + 1)
    for value in values:
        counts[bin_of(edges, edges.size, value)] += 1.0
    return counts


@compiled
def _isolate_last(ordered: Floats, edges: Floats, count: int) -> int:
    value = edges[count - 1]
    first = bin_of(ordered, ordered.size, value)
    if first == 0 or (count > 1 and ordered[first - 1] <= edges[count - 2]):
        return count
    edges[count - 1] = ordered[first - 1]
    edges[count] = value
    return count + 1
