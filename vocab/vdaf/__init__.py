"""The two-server sum as pure functions: fields, circuits, Prio3 (draft-irtf-cfrg-vdaf-18), sealing.

What agents, leader and helper must compute alike. Randomness is always an argument.
"""
