"""What every adapter must do, as numbered cases.

`pytest --pyargs alphastrike.adapters.conformance --adapter NAME` checks one, yours included.
"""
