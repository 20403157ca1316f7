"""The planner by rules: a grammar of dates, amounts, names and roles; it reads the index's names and nothing else."""
