"""Known numbers of the planting: accuracy, correlation, loadings."""

import numpy as np
import pytest

from alphastrike.domain.errors import ConfigError
from alphastrike.marketdata.synthetic.config import AlphaSettings, Channel
from alphastrike.marketdata.synthetic.planting import correlation_of, solve_loadings


@pytest.mark.parametrize(("accuracy", "correlation"), [(0.5, 0.0), (0.53, 0.0941), (0.55, 0.1564)])
def test_sign_agreement_of_two_gaussians_fixes_their_correlation(accuracy: float, correlation: float) -> None:
    assert correlation_of(accuracy) == pytest.approx(correlation, abs=5e-5)


def test_one_fresh_alpha_one_step_ahead_has_its_correlation_as_loading() -> None:
    alpha = AlphaSettings(channel=Channel.COLUMN, accuracy=0.53)

    loadings = solve_loadings((alpha,), (0.53,), 1.0)

    assert loadings.coefficients[0] == pytest.approx(0.0941083, abs=1e-6)
    assert loadings.residual == pytest.approx(np.sqrt(1 - 0.0941083**2), abs=1e-6)


def test_a_persistent_alpha_alone_follows_the_closed_form_over_its_horizon() -> None:
    # corr = c G / sqrt(V), G = sum phi^j over h steps, V = h + 2 c^2 sum (h - l) phi^l.
    alpha = AlphaSettings(channel=Channel.COLUMN, accuracy=0.6, horizon_hours=12, half_life_hours=12)

    c = solve_loadings((alpha,), (0.6,), 1.0).coefficients[0]

    phi = 0.5 ** (1 / 12)
    lags = np.arange(1, 12)
    variance = 12 + 2 * c**2 * np.sum((12 - lags) * phi**lags)
    assert c * np.sum(phi ** np.arange(12)) / np.sqrt(variance) == pytest.approx(
        np.sin(np.pi * 0.1), abs=1e-3
    )


def test_a_one_step_reversal_is_a_first_order_autoregression() -> None:
    alpha = AlphaSettings(channel=Channel.REVERSAL, accuracy=0.53)

    loadings = solve_loadings((alpha,), (0.53,), 1.0)

    assert loadings.coefficients[0] == pytest.approx(0.0941083, abs=1e-6)


def test_an_accuracy_no_market_can_have_is_refused_with_the_alpha_named() -> None:
    fresh = AlphaSettings(channel=Channel.COLUMN, accuracy=0.7, horizon_hours=24)

    with pytest.raises(ConfigError, match=r"column accuracy 0\.7 at 24 h"):
        solve_loadings((fresh,), (0.7,), 1.0)


def test_a_reversal_and_a_momentum_that_exclude_each_other_are_refused() -> None:
    alphas = (
        AlphaSettings(channel=Channel.REVERSAL, accuracy=0.7, horizon_hours=6),
        AlphaSettings(channel=Channel.MOMENTUM, accuracy=0.7, horizon_hours=7),
    )

    with pytest.raises(ConfigError, match="no market has these alphas together"):
        solve_loadings(alphas, (0.7, 0.7), 1.0)


def test_loadings_of_very_short_steps_are_those_of_short_steps_rescaled() -> None:
    alphas = (
        AlphaSettings(channel=Channel.TAKER_FLOW, accuracy=0.6, horizon_hours=12, half_life_hours=12),
        AlphaSettings(channel=Channel.MOMENTUM, accuracy=0.56, horizon_hours=6),
    )

    minutes, seconds = (solve_loadings(alphas, (0.6, 0.56), hours) for hours in (1 / 60, 1 / 3600))

    assert seconds.coefficients * np.sqrt(60) == pytest.approx(minutes.coefficients, rel=0.01)
    assert seconds.residual == pytest.approx(minutes.residual, rel=1e-3)
