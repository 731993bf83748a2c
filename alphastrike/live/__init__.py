"""Around the stages: live. In: a feed's events and a venue's answers. Out: commands carried out, a journal.

Halts when: the journal cannot be written or read, or another process holds the state folder.
State: the journal's file and its last checksum.
"""
