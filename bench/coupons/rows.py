"""Coupon campaigns of Complete Journey as the offers that households saw, and the lists that are learned and tested on.

A label tells whether a household used any coupon of a campaign that it was targeted by. Campaigns overlap: what a
model may learn from is only what was used before the first day of the campaigns that it is tested on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import completejourney
from pod_agent.features.response import BoughtLines, SeenOffer, response_rows
from pod_agent.models.protocol import Array

__all__ = ["EARLIEST", "Rows", "Split", "campaign_rows", "households_of"]

EARLIEST = date(2017, 3, 1)
"""Before it households have hardly any past in the data."""

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One row for each household and campaign.

    Attributes:
        features: (n, 17) as ``offer-response-1`` takes them.
        used: (n,) 1.0 where a coupon was used, whenever.
        first_use: (n,) the day of the first use as an ordinal, a day far away where there is none.
        starts: (n,) the first day of the campaign as an ordinal.
        households: (n,) who.
        past_uses: (n,) coupons used before that day.
        baskets: (n,) receipts before that day.
    """

    features: Array
    used: Array
    first_use: Integers
    starts: Integers
    households: Integers
    past_uses: Integers
    baskets: Integers

    def split(self, begins: date, ends: date) -> Split:
        """Learn from campaigns that start before ``begins``, test those from it on and before ``ends``."""
        cut = begins.toordinal()
        learned = self.starts < cut
        tested = (self.starts >= cut) & (self.starts < ends.toordinal())
        return Split(rows=self, learned=learned, known=(self.first_use < cut).astype(np.float64), tested=tested)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Which rows are learned from, the labels as they were known on the first day of the test, and which are tested."""

    rows: Rows
    learned: NDArray[np.bool_]
    known: Array
    tested: NDArray[np.bool_]


FAR = date(2100, 1, 1).toordinal()


def campaign_rows() -> Rows:
    """Every household and campaign from March 2017 on; seconds."""
    tables = completejourney.load()
    starts = {
        int(row.campaign_id): row.start_date.date().toordinal() for row in tables.campaign_descriptions.itertuples()
    }
    covered = {int(key): part.product_id.unique() for key, part in tables.coupons.groupby("campaign_id")}
    uses: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in tables.coupon_redemptions.itertuples():
        key = (int(row.household_id), int(row.campaign_id))
        uses[key].append(row.redemption_date.date().toordinal())
    seen: dict[int, list[SeenOffer]] = defaultdict(list)
    for row in tables.campaigns.itertuples():
        campaign, household = int(row.campaign_id), int(row.household_id)
        things = np.asarray(covered.get(campaign, ()), dtype=np.int64)
        used = tuple(sorted(uses[household, campaign]))
        seen[household].append(SeenOffer(day=starts[campaign], things=things, size=len(things), uses=used))
    bought = _bought(tables.lines, set(seen))
    return _joined(
        {household: (bought[household], offers) for household, offers in seen.items() if household in bought}
    )


def households_of(rows: Rows, chosen: NDArray[np.bool_]) -> list[Integers]:
    """The places of each household's rows among the chosen ones."""
    places = np.flatnonzero(chosen)
    order = places[np.argsort(rows.households[places], kind="stable")]
    _, begins = np.unique(rows.households[order], return_index=True)
    return [part.astype(np.int64) for part in np.split(order, begins[1:])]


def _joined(people: dict[int, tuple[BoughtLines, list[SeenOffer]]]) -> Rows:
    parts: dict[str, list[Any]] = defaultdict(list)
    for household, (bought, offers) in sorted(people.items()):
        features, used = response_rows(bought, offers)
        for number, offer in enumerate(offers):
            if offer.day < EARLIEST.toordinal():
                continue
            parts["features"].append(features[number])
            parts["used"].append(used[number])
            parts["first_use"].append(offer.uses[0] if offer.uses else FAR)
            parts["starts"].append(offer.day)
            parts["households"].append(household)
            parts["past_uses"].append(sum(day < offer.day for each in offers for day in each.uses))
            parts["baskets"].append(bought.before(offer.day).count())
    return Rows(**{name: np.asarray(values) for name, values in parts.items()})


def _bought(lines: Any, wanted: set[int]) -> dict[int, BoughtLines]:
    kept = lines[lines.household_id.isin(wanted)]
    days = kept["at"].dt.date
    ordinals = {day: day.toordinal() for day in days.unique()}
    kept = kept.assign(day=days.map(ordinals))
    found = {}
    for household, part in kept.groupby("household_id"):
        found[int(household)] = BoughtLines(
            days=part.day.to_numpy(dtype=np.int64),
            baskets=part.basket_id.to_numpy(dtype=np.int64),
            amounts=part.sales_value.to_numpy(dtype=np.float64),
            saved=part.retail_disc.to_numpy(dtype=np.float64),
            coupons=part.coupon_disc.to_numpy() > 0,
            things=part.product_id.to_numpy(dtype=np.int64)[:, None],
        )
    return found
