"""Counterfactual replay, put together: a finished run is read back, forked at its reviews and measured."""
