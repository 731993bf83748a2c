"""Around the stages: engine.

In: events. Out: Step of outcomes and commands. Halts when: any stage does. State: its stages
and the account.
"""
