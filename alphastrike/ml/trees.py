"""A LightGBM model's text as arrays: what stage 5 needs of it, checked, without the library."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from alphastrike.domain.errors import ConfigError
from alphastrike.ml.kernel_trees import MOST_LEAVES, Trees

_EVERY = 2**64 - 1
_OBJECTIVE = "binary sigmoid:1"
# Bits of a split's kind: 1 categories, 2 where a missing value goes, 4 zero is missing, 8 NaN is missing.
_FORBIDDEN_KIND = 1 | 4
_Fields = dict[str, str]


def read_trees(path: Path, text: str, features: tuple[str, ...]) -> Trees:
    """The trees of a model's text, whose columns must be `features` in that order.

    `ConfigError` for anything that is not a boosted, binary model of plain numeric splits with at most
    64 leaves a tree: what cannot be read exactly is not read at all.
    """
    try:
        header, *blocks = (_fields(block) for block in _blocks(text))
        _check_header(path, header, features)
        return _joined([_tree(path, number, block, len(features)) for number, block in enumerate(blocks)])
    except (KeyError, ValueError, IndexError) as error:
        raise ConfigError(
            f"{path}: not a LightGBM model text file ({error!r}); train the model again"
        ) from None


def _blocks(text: str) -> Iterator[str]:
    """The header, then each tree."""
    body, end, _ = text.partition("\nend of trees")
    if not end or not text.startswith("tree"):
        raise ValueError("no trees")
    yield from body.split("\nTree=")


def _fields(block: str) -> _Fields:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _check_header(path: Path, header: _Fields, features: tuple[str, ...]) -> None:
    observed = tuple(header["feature_names"].split(" "))
    if observed != features:
        raise ConfigError(
            f"{path}: observed columns {', '.join(observed)}, allowed those of its record in that order; "
            "train the model again"
        )
    kind = (header["num_class"], header["num_tree_per_iteration"], header["objective"])
    if kind != ("1", "1", _OBJECTIVE) or "average_output" in header:
        raise ConfigError(
            f"{path}: observed objective {header['objective']!r} with {header['num_class']} classes, allowed "
            f"boosted trees of {_OBJECTIVE!r}; train the model again"
        )


def _tree(path: Path, number: int, block: _Fields, columns: int) -> Trees:
    leaves = int(block["num_leaves"])
    kinds = [int(kind) for kind in block["decision_type"].split()]
    plain = block["num_cat"] == "0" and block.get("is_linear", "0") == "0"
    if leaves > MOST_LEAVES or not plain or any(kind & _FORBIDDEN_KIND for kind in kinds):
        raise ConfigError(
            f"{path}: tree {number} has {leaves} leaves, allowed {MOST_LEAVES}, with plain numeric splits; "
            "train the model again, with ml.training.leaves at most that"
        )
    left, right = (np.array(block[side].split(), dtype=np.int64) for side in ("left_child", "right_child"))
    column = np.array(block["split_feature"].split(), dtype=np.int64)
    threshold = np.array(block["threshold"].split(), dtype=np.float64)
    values = np.array(block["leaf_value"].split(), dtype=np.float64)
    if {left.size, right.size, column.size, threshold.size, len(kinds)} != {
        leaves - 1
    } or values.size != leaves:
        raise ValueError(f"tree {number}: not as many splits as its {leaves} leaves need")
    if not (np.isfinite(threshold).all() and np.isfinite(values).all() and (column < columns).all()):
        raise ValueError(f"tree {number}: numbers out of range")
    order, keep = _arranged(left, right)
    place = np.empty(leaves, dtype=np.int64)
    place[order] = np.arange(leaves)
    row = np.zeros(MOST_LEAVES)
    row[:leaves] = values[order]
    first = np.array([0, leaves - 1], dtype=np.int64)
    return Trees(column, threshold, keep, _placed(left, place), _placed(right, place), first, row[None])


def _placed(child: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Children with leaves numbered from left to right; both count leaves down from -1."""
    placed = child.copy()
    placed[child < 0] = -1 - place[-1 - child[child < 0]]
    return placed


def _arranged(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Leaves from left to right, and for each split the leaves that stay when it goes right."""
    order: list[int] = []
    keep = np.zeros(left.size, dtype=np.uint64)
    seen = np.zeros(left.size, dtype=np.int64)
    pending: list[tuple[int, int]] = [
        (0 if left.size else -1, -1)
    ]  # a node and, once on its way back, where its left began
    while pending:
        node, begun = pending.pop()
        if node < 0:
            order.append(-1 - node)
        elif begun < 0:
            seen[node] += 1
            pending += [(node, len(order)), (int(left[node]), -1)]
        else:
            gone = (1 << len(order)) - (1 << begun)
            keep[node] = _EVERY & ~gone
            pending.append((int(right[node]), -1))
        if len(order) > left.size + 1 or seen.max(initial=0) > 1:
            raise ValueError("splits that lead back to themselves")
    if len(order) != left.size + 1 or sorted(order) != list(range(left.size + 1)):
        raise ValueError("leaves that no split leads to")
    return np.array(order, dtype=np.int64), keep


def _joined(trees: list[Trees]) -> Trees:
    sizes = [0, *(int(tree.column.size) for tree in trees)]
    column, threshold, keep, left, right, _, leaves = (
        np.concatenate(part) for part in zip(*trees, strict=True)
    )
    return Trees(column, threshold, keep, left, right, np.cumsum(sizes, dtype=np.int64), leaves)
