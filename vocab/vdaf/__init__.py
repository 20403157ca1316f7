"""The two-server sum as pure functions: fields, circuits, Prio3 (draft-irtf-cfrg-vdaf-18), sealing.

What agents, leader and helper must compute alike. Randomness is an argument everywhere but in ``sealing``, where the
library draws its own. Not constant time: Python integers are not, so a server's timing is not free of the shares.
"""
