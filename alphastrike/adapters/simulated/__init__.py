"""The simulated venue: real matching and margin rules over recorded or live candles."""
