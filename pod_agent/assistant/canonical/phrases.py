"""How each measure is said in a canonical question. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["MEASURED", "PHRASES", "PICKED", "PLURALS", "Measured", "Phrase"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words of a measure that is summed or counted.

    "How ``much`` ``thing`` did I ``verb`` ``thing_done``": how much | how many purchases did I make. ``noun`` is what
    is compared ("my spending"), ``listed`` what is listed. ``obj`` follows the verb where no name does.
    """

    much: str
    thing: str
    verb: str
    obj: str
    noun: str
    listed: str


def _phrases(table: str) -> dict[str, Phrase]:
    rows = ([part.strip() for part in line.split("|")] for line in table.strip().splitlines())
    return {name: Phrase(*parts) for name, *parts in rows}


PHRASES: Final[Mapping[str, Mapping[str, Phrase]]] = {
    "money": _phrases(
        """
        spend | much | | spend | | my spending | purchases
        purchases | many | purchases | make | | my purchases | purchases
        transactions | many | transactions | have | | my number of transactions | transactions
        average_purchase | much | | spend per purchase on average | | my average purchase | purchases
        income | much | income | have | | my income | income
        salary | much | salary | have | | my salary | salary
        net | much | | save | | my net savings |
        refunds | much | | get refunded | | my refunds | refunds
        cash | much | cash | withdraw | | my cash withdrawals | cash withdrawals
        transfers_out | much | | send | | what I sent |
        transfers_in | much | | receive | | what I received |
        savings | much | | send to my savings | | what I sent to my savings |
        """
    ),
    "music": _phrases(
        """
        plays | many | times | play | songs | how many times I played |
        skips | many | times | skip | songs | how many times I skipped |
        listening_minutes | many | minutes | listen | | how many minutes I listened |
        listening_hours | many | hours | listen | | how many hours I listened |
        podcast_minutes | many | minutes | listen | to podcasts | how many minutes I listened |
        podcast_hours | many | hours | listen | to podcasts | how many hours I listened |
        episodes | many | podcast episodes | play | | how many podcast episodes I played |
        """
    ),
    "video": _phrases(
        """
        videos | many | videos | watch | | how many videos I watched |
        music_videos | many | times | play | songs on YouTube Music | how many times I played |
        ads | many | YouTube ads | watch | | how many YouTube ads I watched |
        """
    ),
    "shops": _phrases(
        """
        orders | many | orders | place | | how many orders I placed | orders
        order_value | much | | | | the value of my orders | orders
        items | many | products | buy | | how many products I bought |
        product_spend | much | | spend | on products | my spending |
        """
    ),
}
"""By topic and measure."""

PLURALS: Final[Mapping[str, str]] = {
    "merchant": "shops", "category": "categories", "artist": "artists", "track": "songs", "song": "songs",
    "album": "albums", "podcast": "podcasts", "channel": "channels", "video": "videos", "product": "products",
    "section": "sections", "shop": "shops",
}  # fmt: skip
"""What is ranked or counted apart, in the plural."""

PICKED: Final[Mapping[tuple[str, str], str]] = {
    ("money", "merchant"): "did I buy at",
    ("money", "category"): "did I spend on",
    ("music", "artist"): "did I listen to",
    ("music", "track"): "did I play",
    ("music", "song"): "did I play",
    ("music", "album"): "did I play",
    ("music", "podcast"): "did I listen to",
    ("video", "channel"): "did I watch",
    ("video", "video"): "did I watch",
    ("shops", "product"): "did I buy",
    ("shops", "shop"): "did I order from",
}
"""What was done with one of a group: "how many different artists did I listen to"."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The words of what a device measures: ``total`` asks for a period, ``mean`` for its days on average.

    ``noun`` is "my weight", ``most`` and ``least`` follow "in which month", ``unit`` is what limits are in.
    """

    total: str
    mean: str
    noun: str
    mean_noun: str
    most: str
    least: str
    unit: str = ""


def _read_off(name: str) -> Measured:
    return Measured(
        f"What was my {name}",
        f"What was my average {name}",
        f"my {name}",
        f"my average {name}",
        f"was my {name} the highest",
        f"was my {name} the lowest",
    )


_NAMES = {
    "resting_heart_rate": "resting heart rate", "heart_rate": "heart rate", "weight": "weight", "body_fat": "body fat",
    "body_mass_index": "body mass index", "glucose": "blood glucose", "oxygen_saturation": "blood oxygen",
    "heart_rate_variability": "heart rate variability", "vo2_max": "vo2 max", "respiratory_rate": "respiratory rate",
    "sleep_score": "sleep score", "stress_score": "stress score", "readiness_score": "readiness score",
    "floors": "floors", "energy_burned": "calories", "distance": "distance",
    "active_zone_minutes": "active zone minutes",
}  # fmt: skip

MEASURED: Final[Mapping[str, Measured]] = {
    "steps": Measured(
        "How many steps did I walk",
        "How many steps did I walk on average per day",
        "my steps",
        "my average steps per day",
        "did I walk the most steps",
        "did I walk the least steps",
        "steps",
    ),
    "sleep": Measured(
        "How many hours did I sleep in total",
        "How many hours did I sleep on average per night",
        "my sleep",
        "my average sleep",
        "did I sleep the longest",
        "did I sleep the shortest",
        "hours",
    ),
    **{measure: _read_off(name) for measure, name in _NAMES.items()},
}
"""By measure of health."""
