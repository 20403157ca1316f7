"""From noisy sums about items to the model that everybody downloads: post-processing, at no further privacy loss.

Pure functions of what was released and of the public law of the noise; nothing here sees a report.
"""

from aggregator.priors.pairs import learn_pairs
from aggregator.priors.shares import denoised_shares, learn_prior

__all__ = ["denoised_shares", "learn_pairs", "learn_prior"]
