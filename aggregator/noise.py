"""Discrete Gaussian noise by OpenDP's exact sampler.

Each server adds the full noise to its own share, so a release is private if either server is honest: one server's noise
is what a person's budget is charged for, and the released values carry both.
"""

from __future__ import annotations

import math

import numpy as np

from aggregator.errors import AggregatorError, MissingExtraError
from vocab.vdaf.field import Elements

__all__ = ["discrete_gaussian"]

LARGEST = 2**62
"""The sampler saturates at 2**63: a value near it would be no noise at all."""


def discrete_gaussian(variance: int, size: int) -> Elements:
    """``size`` independent integers with P(x) proportional to ``exp(-x**2 / (2 * variance))``; zeros for variance 0.

    Canonne, Kamath and Steinke 2020; the sampler is proved for integers and draws from the operating system.
    AggregatorError where a value comes near the ends of 64 bits.
    """
    if variance == 0:
        return np.zeros(size, dtype=object)
    try:
        # Not the prelude, which loads scikit-learn: 0.1 seconds instead of 2.
        from opendp.domains import atom_domain, vector_domain  # noqa: PLC0415 - optional
        from opendp.measurements import make_gaussian  # noqa: PLC0415
        from opendp.metrics import l2_distance  # noqa: PLC0415
        from opendp.mod import enable_features  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError(
            "noise needs OpenDP", hint="Run: python -m pip install 'pod-agent[aggregator]'"
        ) from error
    enable_features("contrib")
    domain = vector_domain(atom_domain(T="i64"))
    scale = math.nextafter(math.sqrt(variance), math.inf)  # never less noise than declared
    measurement = make_gaussian(domain, l2_distance(T="f64"), scale=scale)
    drawn = [int(value) for value in measurement([0] * size)]
    if any(abs(value) >= LARGEST for value in drawn):
        raise AggregatorError("the noise ran into the end of its integers; nothing was released")
    return np.array(drawn, dtype=object)
