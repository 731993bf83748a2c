"""The normal quantile against the standard library's."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from alphastrike.validation.normal import normal_quantile


@pytest.mark.parametrize("p", [1e-300, 1e-20, 1e-9, 0.001, 0.075, 0.3, 0.5, 0.77, 0.925, 0.999, 1.0 - 1e-12])
def test_quantile_equals_the_standard_librarys(p):
    z = normal_quantile(p)

    assert z == pytest.approx(NormalDist().inv_cdf(p), rel=1e-13, abs=1e-15)


def test_quantile_is_antisymmetric():
    p = np.linspace(0.01, 0.49, 25)

    left = [normal_quantile(x) for x in p]
    right = [normal_quantile(1.0 - x) for x in p]

    np.testing.assert_allclose(left, -np.array(right), rtol=1e-12)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, math.nan])
def test_a_probability_outside_the_open_unit_interval_has_no_quantile(p):
    assert math.isnan(normal_quantile(p))
