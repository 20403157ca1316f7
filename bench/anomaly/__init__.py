"""Strange purchases found among ordinary ones of the Complete Journey: ``python -m bench.anomaly --seed S --json``.

Weeks up to 33 say what is usual for a household (20 baskets at least), weeks 34 to 41 are what models learn from, and
weeks 42 to 53 judge, with 2 % made-up strange copies. No number of items is used: a card knows none, and a copy that
kept it would be found by the mismatch alone. ``--injections 12`` holds the rule and an isolation forest against so many
injections. See ``docs/explanation/strange-purchases.md``.
"""
