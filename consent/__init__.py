"""Grants, purposes, the privacy budget and the gate.

Reads grants through small protocols that the agent hands in; opens no file and no socket. Only
``consent.gate.Gate`` makes a Permit, and nothing about the person is sent without one.
"""
