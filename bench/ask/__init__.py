"""How fast questions are answered, and how well, reader by reader; run ``python -m bench.ask``."""
