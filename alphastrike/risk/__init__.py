"""Stage 7 of 8: risk.

In: forecast, account. Out: target position or Halted. Halts when: a limit would be exceeded or an
input is unknown; reducing always passes. State: the leverage control variable and recent trades.
"""
