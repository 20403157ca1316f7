"""The document of a release: values, intervals, what is withheld, and where it comes from."""

from __future__ import annotations

from msgspec import Struct

from aggregator.releasing.batches import most_people

__all__ = ["Lineage", "Marginal", "Mean", "Release", "Row"]


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published number: its labels, the noisy value and the 95 % interval; None where withheld.

    Of a histogram the interval is for the number to expect: the people, times the average person's share of the measure
    in this cell. It covers the noise of both servers and the chance of the draw. Of all other statistics it is for the
    sum over those who answered, and covers the noise.
    """

    labels: tuple[str, ...]
    value: int | None
    low: float | None
    high: float | None

    @property
    def withheld(self) -> bool:
        """Whether the cell was too small to show."""
        return self.value is None


class Marginal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The totals along one dimension of a table, one row for each of its labels, in the order of the cells."""

    dimension: str
    rows: tuple[Row, ...]


class Mean(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one person comes to on average, as far as public numbers tell: between ``low`` and ``high``.

    ``value`` is the mean itself where the number of people is public, which it is only without noise. Else there are
    from ``fewest`` people (the study's minimum batch) to ``most`` (all that its rosters name; None without rosters),
    and the bounds hold for any number between, as often as the interval of the total.
    """

    value: float | None
    low: float
    high: float
    fewest: int
    most: int | None


class Lineage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a release comes from: the study, both servers and a digest of the noised share that each contributed."""

    task: str
    leader: str
    helper: str
    leader_share_sha256: str
    helper_share_sha256: str
    mechanism: str


class Release(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One published table, number, or vector.

    ``rows`` has what ``statistic`` says, in the study's order: the cells of a histogram or a grid (``rfm``), and then
    ``nothing`` has the people with nothing to report; the items of ``item_counts``; the one row of a ``sum``, which
    ``mean`` goes with, or of a ``segment``. ``marginals`` has the totals of tables of two and more dimensions. Of a
    training round and of ``co_purchase`` and ``item_vectors``, ``values`` has the noisy sum in units of
    ``2**-fraction_bits``, of the latter two for the ``items``: popularity, diagonal and pairs row by row, or ever,
    lately and the number of people; of ``centred_pairs`` squares and pairs row by row. ``asked`` says in words
    what was asked.

    ``noise_variance`` is that of both servers' noise together; the intervals of a histogram, at ``confidence``, also
    cover the draw of one unit from each person (``draw_variance``). Rows below ``threshold`` are withheld, and all of a
    grid that needs ``people_needed`` and may have fewer. ``batch`` says how many reports were summed, ``"100+"``
    meaning at least the study's minimum of 100 (``batch_floor``) and no more is told; ``reports`` is the exact number
    where the study added no noise, else None. ``micro_rho`` and ``epsilon`` (at ``delta``) bound what one person lost
    if one server is honest; None without noise.
    """

    id: str
    title: str
    statistic: str
    asked: str
    dimensions: tuple[str, ...]
    measure: str
    rows: tuple[Row, ...]
    nothing: Row | None
    marginals: tuple[Marginal, ...]
    mean: Mean | None
    values: tuple[int, ...]
    fraction_bits: int
    items: tuple[str, ...]
    noise_variance: int
    threshold: float
    people_needed: int
    confidence: float
    batch: str
    batch_floor: int
    reports: int | None
    micro_rho: int | None
    epsilon: float | None
    delta: float
    purpose: str
    opens: str
    closes: str
    published: str
    demo: bool
    lineage: Lineage

    @property
    def most_people(self) -> int:
        """The exact number of reports where it is public, else the most that a table's published cells allow."""
        if self.reports is not None:
            return self.reports
        rows = self.rows if self.nothing is None else (*self.rows, self.nothing)
        return most_people(
            [row.value for row in rows],
            min_batch=self.batch_floor,
            variance=self.noise_variance,
            threshold=self.threshold,
        )

    @property
    def not_enough_people(self) -> bool:
        """Whether all is withheld because the grid may rest on fewer people than it needs."""
        return self.reports is None and self.batch_floor < self.people_needed
