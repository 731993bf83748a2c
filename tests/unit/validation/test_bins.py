"""Bins cut at reference quantiles."""

import numpy as np

from alphastrike.validation.bins import bin_counts, bin_of, quantile_edges


def test_deciles_of_one_to_hundred_are_the_tens():
    ordered = np.arange(1.0, 101.0)

    edges = quantile_edges(ordered, 10)

    np.testing.assert_array_equal(edges, np.arange(10.0, 100.0, 10.0))


def test_every_decile_is_also_an_edge_of_the_fine_grid():
    values = np.sort(np.random.default_rng(3).integers(-40, 40, 2160) / 7.0)

    deciles = quantile_edges(values, 10)
    grid = quantile_edges(values, 160)

    assert set(deciles) <= set(grid)


def test_a_value_that_swallows_deciles_gets_a_bin_of_its_own():
    ordered = np.sort(
        np.concatenate([np.full(600, 0.0), np.linspace(-1.0, -0.001, 200), np.linspace(0.001, 1.0, 200)])
    )

    edges = quantile_edges(ordered, 10)

    assert edges[bin_of(edges, edges.size, 0.0) - 1] == ordered[199]
    assert bin_counts(edges, ordered)[bin_of(edges, edges.size, 0.0)] == 600


def test_three_categories_make_three_bins():
    ordered = np.sort(np.repeat([-1.0, 0.0, 1.0], [30, 900, 70]))

    counts = bin_counts(quantile_edges(ordered, 10), ordered)

    np.testing.assert_array_equal(counts, [30, 900, 70])


def test_an_edge_belongs_to_the_bin_below_it():
    edges = np.array([1.0, 2.0, 3.0])

    bins = [bin_of(edges, 3, value) for value in (0.5, 1.0, 1.5, 2.0, 3.0, 3.1)]

    assert bins == [0, 0, 1, 1, 2, 3]


def test_a_constant_has_one_edge():
    np.testing.assert_array_equal(quantile_edges(np.full(50, 7.0), 10), [7.0])
