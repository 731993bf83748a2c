"""Below the stages: domain.

In: nothing. Out: the language every stage speaks. Halts when: never; it defines what a halt
is. State: none.
"""
