"""FeedbackPolicy: what the person said reorders suggestions and offers, for each kind by itself.

Hiding is an instruction: what is hidden is left out, whatever else was said, and teaches nothing. Every other verdict
is a reward of the bandit (``models/bandit.py``), which learns from the numbers under which a thing was shown and from
what it shares with others: an artist, a channel, a shop, a category. Words on an artist, channel or shop also count for
what is of them. The order of a day is drawn by the secret of this machine, so it stays the same when a page is loaded
again; with nothing said it is the order that came.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pod_agent.features.inputs import FEEDBACK, SHOP
from pod_agent.ingest.feedback import OFFER, Feedback, Opinion
from pod_agent.models.bandit import Arm, Bandit, Orders, Priors, Reward
from pod_agent.offers.match import OfferMatch
from pod_agent.suggesting.suggestion import CONTEXT, Suggestion
from vocab.offers import OfferKind
from vocab.records import IRI, Listen, OrderLine, PlaylistItem, Record, Transaction, View
from vocab.wording import folded

__all__ = ["OFFER_CONTEXT", "POOL", "FeedbackPolicy", "Ranking", "offer_context", "offer_traits", "record_traits"]

POOL: Final = 25
"""Candidates that can change places: the first ones, and those behind them of which something good was said."""
REWARDS: Final = {
    Opinion.UP: (1.0, 1.0),
    Opinion.BOUGHT: (1.0, 1.0),
    Opinion.DOWN: (-1.0, 1.0),
    Opinion.NOT_MY_TASTE: (-1.0, 2.0),
}
"""Value and weight of each verdict that teaches something."""
MAKERS: Final = {
    "track": ("artist", "artist"),
    "video": ("channel", "channel"),
    "product": ("shop", "store"),
    OFFER: ("shop", "store"),
}
"""The trait that names whose thing it is, and the kind under which people speak of that."""
OFFER_CONTEXT: Final = (
    "one", "score", "known-shop", "saving", "history", "rhythm", "shop", "flows", "discount", "loyalty", "bank", "plan",
)  # fmt: skip
"""What the numbers of an offer are, each from 0 to 1."""
_BANKS: Final = frozenset({OfferKind.CARD, OfferKind.SAVINGS, OfferKind.LOAN})
_USUAL_SAVING: Final = 2000


@dataclass(frozen=True, slots=True)
class Ranking:
    """One list: ``arms`` in the order that came, ``orders`` what could be shown of them, ``draw`` what was."""

    name: str
    arms: tuple[Arm, ...]
    orders: Orders
    draw: int
    words: float

    @property
    def shown(self) -> list[int]:
        """Places in ``arms``, best first."""
        return self.orders.drawn(self.draw)


class FeedbackPolicy:
    """Reorders by what was said up to a day; ``records`` gives the records behind a candidate.

    ``off`` are the inputs that the person switched off: without feedback things are hidden and nothing else, and
    without the shops' sections no word on one thing counts for its section.
    """

    def __init__(
        self,
        said: Sequence[Feedback],
        *,
        today: date,
        secret: bytes,
        records: Callable[[Iterable[IRI]], Iterable[Record]],
        off: frozenset[str] = frozenset(),
        priors: Priors | None = None,
    ) -> None:
        self._said = said
        self._today = today
        self._secret = secret
        self._records = records
        self._learns = FEEDBACK not in off
        self._sections = SHOP not in off
        self._priors = priors or Priors()
        self._hidden = {(each.kind, folded(each.item)) for each in said if each.opinion is Opinion.HIDE}
        self.rankings: list[Ranking] = []
        """Every list that was ordered, in turn."""

    def reorder(self, candidates: Sequence[Suggestion]) -> Sequence[Suggestion]:
        """The suggestions of one kind without what is hidden, in the order of the day."""
        if not candidates:
            return candidates
        kind = candidates[0].kind
        traits = self._traits(candidates) if self._speaks_of(kind) else [()] * len(candidates)
        arms = [Arm(each.item, each.score, each.context, own) for each, own in zip(candidates, traits, strict=True)]
        name = f"{kind}/{'new' if candidates[0].novel else 'known'}"
        return [candidates[place] for place in self._ordered(kind, name, arms)]

    def offers(self, matches: Sequence[OfferMatch]) -> list[OfferMatch]:
        """Offers without what is hidden, or whose shop is, in the order of the day."""
        arms = [Arm(each.offer.iri, each.score, offer_context(each), offer_traits(each)) for each in matches]
        return [matches[place] for place in self._ordered(OFFER, "offer", arms)]

    def is_hidden(self, kind: str, item: str, traits: Iterable[str] = ()) -> bool:
        """Whether a thing is hidden, or whose it is."""
        trait, owner = MAKERS.get(kind, ("", ""))
        owners = (each.removeprefix(f"{trait}=") for each in traits if trait and each.startswith(f"{trait}="))
        return (kind, folded(item)) in self._hidden or any((owner, folded(each)) in self._hidden for each in owners)

    def _ordered(self, kind: str, name: str, arms: Sequence[Arm]) -> list[int]:
        left = [place for place, arm in enumerate(arms) if not self.is_hidden(kind, arm.name, arm.traits)]
        bandit = Bandit(self.taught(kind, self._said, self._today) if self._learns else (), self._priors)
        liked = self._liked(kind)
        pool = [place for number, place in enumerate(left) if number < POOL or folded(arms[place].name) in liked]
        chosen = tuple(arms[place] for place in pool)
        ranking = Ranking(name, chosen, bandit.orders(chosen), self._draw(name), bandit.words)
        if chosen:
            self.rankings.append(ranking)
        rest = set(left) - set(pool)
        return [*(pool[place] for place in ranking.shown), *(place for place in left if place in rest)]

    def _liked(self, kind: str) -> set[str]:
        """Things of which more good than bad was said: the pool comes first, so nothing else may join it."""
        balance: dict[str, float] = defaultdict(float)
        for each in self._said if self._learns else ():
            if each.kind == kind and each.opinion in REWARDS:
                value, weight = REWARDS[each.opinion]
                balance[folded(each.item)] += value * weight
        return {item for item, total in balance.items() if total > 0}

    @staticmethod
    def taught(kind: str, said: Iterable[Feedback], today: date) -> list[Reward]:
        """The rewards for things of a kind that follow from what was said up to a day."""
        trait, owner = MAKERS.get(kind, ("", ""))
        names = OFFER_CONTEXT if kind == OFFER else CONTEXT
        found = []
        for each in said:
            if each.opinion not in REWARDS or each.kind not in {kind, owner}:
                continue
            value, weight = REWARDS[each.opinion]
            if each.kind == kind:
                numbers = tuple(each.context.get(name, 0.0) for name in names) if each.context else ()
                arm = Arm(each.item, 0.0, numbers, each.traits)
            else:
                arm = Arm(f"{owner} {each.item}", 0.0, (), (f"{trait}={folded(each.item)}",))
            found.append(Reward(arm, value, float(max(0, (today - each.at.date()).days)), weight))
        return found

    def _speaks_of(self, kind: str) -> bool:
        kinds = {kind, MAKERS.get(kind, ("", ""))[1]}
        return any(each.kind in kinds for each in self._said)

    def _traits(self, candidates: Sequence[Suggestion]) -> list[tuple[str, ...]]:
        newest = [IRI(each.evidence[0]) for each in candidates if each.evidence]
        held = {record.iri: record for record in self._records(newest)}
        behind = [held.get(each.evidence[0]) if each.evidence else None for each in candidates]
        traits = [record_traits(each.kind, record) for each, record in zip(candidates, behind, strict=True)]
        return traits if self._sections else [_without_sections(own) for own in traits]

    def _draw(self, name: str) -> int:
        told = f"pod-agent order {self._today.isoformat()} {name}"
        return int.from_bytes(hmac.digest(self._secret, told.encode(), hashlib.sha256)[:6])


def offer_context(match: OfferMatch) -> tuple[float, ...]:
    """The numbers of an offer, in the order of ``OFFER_CONTEXT``."""
    parts = dict(match.inputs)
    saving = (
        match.saving.minor / (match.saving.minor + _USUAL_SAVING) if match.saving and match.saving.minor > 0 else 0.0
    )
    known = {
        **{name: min(1.0, max(0.0, value)) for name, value in parts.items()},
        "one": 1.0,
        "score": min(1.0, max(0.0, match.score)),
        "known-shop": float(match.known_shop),
        "saving": saving,
        "bank": float(match.kind in _BANKS),
        match.kind.value: 1.0,
    }
    return tuple(round(known.get(name, 0.0), 3) for name in OFFER_CONTEXT)


def offer_traits(match: OfferMatch) -> tuple[str, ...]:
    """What an offer shares with others: its shop and its categories."""
    return (f"shop={folded(match.offer.seller)}", *(f"category={name}" for name in match.offer.categories))


def record_traits(kind: str, record: Record | None) -> tuple[str, ...]:
    """What a thing shares with others, told by a record behind it."""
    named: list[tuple[str, str | None]] = []
    if kind == "track" and isinstance(record, Listen):
        named = [("artist", record.artist)]
    elif kind == "video" and isinstance(record, View):
        named = [("channel", record.channel)]
    elif kind in {"track", "video"} and isinstance(record, PlaylistItem):
        named = [("artist" if kind == "track" else "channel", record.creator)]
    elif kind == "product" and isinstance(record, OrderLine):
        named = [("shop", record.shop), ("brand", record.brand), *(("section", each) for each in record.section[:1])]
    elif kind == "store" and isinstance(record, Transaction):
        named = [("category", record.category)]
    return tuple(f"{name}={folded(value)}" for name, value in named if value)


def _without_sections(traits: Iterable[str]) -> tuple[str, ...]:
    return tuple(each for each in traits if not each.startswith("section="))
