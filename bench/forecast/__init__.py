"""Forecasts of weekly spending against their peers: ``python -m bench.forecast --seed S --json``."""
