"""The bandit that reorders suggestions, in a simulator whose truth is known: ``python -m bench.bandit``."""
