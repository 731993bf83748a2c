"""Around the stages: llm. In: the account at a close. Out: reviews asked, restraints in force.

Halts when: nothing; it only makes stage 7 stricter, for a limited time. State: triggers, interventions in
force, reviews under way.
"""
