"""Who would use an offer, against rules and trees: ``python -m bench.coupons --seed S --json``."""
