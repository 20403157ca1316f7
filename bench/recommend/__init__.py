"""Recommendations measured against their peers: protocol, metrics, peers, and the recommender as the software ships it.

``python -m bench.recommend`` writes what is recommended or the table of comparisons; see docs/reference/benchmarks.md.
"""
