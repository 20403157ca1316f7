"""Made-up households, written out in each service's real export format.

For the demo, tests and benchmarks. What is made here enters the agent only through the importers.
"""
