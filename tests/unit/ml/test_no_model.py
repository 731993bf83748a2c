"""The slot without a model."""

import numpy as np

from alphastrike.ml.config import MlConfig
from alphastrike.ml.no_model import NoModel


def test_no_model_never_votes_and_never_halts(a_feature_block):
    block = a_feature_block({"alpha": [[1.0, 2.0]]})
    model = NoModel()

    model.restore(model.snapshot())
    prediction = model.advance(block)

    assert np.isnan(prediction.probability_up).all()
    assert prediction.probability_up.shape == (1, 2)
    assert (prediction.halts.code == 0).all()
    assert NoModel().features == ()


def test_no_model_is_the_default():
    assert MlConfig().model is None
