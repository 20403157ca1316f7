"""Quadratic forms over long packed vectors, which only their factors are unpacked for."""

from __future__ import annotations

import numpy as np

from vocab.vdaf.field import Elements, Vector

__all__ = ["pairs_form"]


def pairs_form(pairs: Vector, factors: Elements) -> int:
    """The sum of ``r_i * r_j * pairs_ij`` over i < j, for pairs row by row and the ``factors`` r; not reduced."""
    field, count = pairs.field, len(factors)
    left, right = field.limbs(pairs.packed), field.limbs(field.vector(factors).packed)
    products = np.zeros((count, right.shape[1], right.shape[1]))
    start = 0
    for row in range(count - 1):
        end = start + count - 1 - row
        np.matmul(left[start:end].T, right[row + 1 :], out=products[row])
        start = end
    return int(field.join(products).dot(factors))
