"""Numbers to predictions, by scikit-learn's contract: ``fit`` returns self, learned state ends in ``_``."""
