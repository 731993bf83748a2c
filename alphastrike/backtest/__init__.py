"""Around the stages: backtest.

In: recorded candles and funding. Out: a run folder: artefacts, summary, report. Halts when: a
stage does; it carries on and counts. State: the run in progress.
"""
