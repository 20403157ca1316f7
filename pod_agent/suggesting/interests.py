"""What the person's own searches and posts say: what they look for, and how they speak of shops.

All of it is read on this machine and stays there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from pod_agent.features.inputs import INTERESTS, OPINIONS
from pod_agent.models.intent import INTENTS, IntentReader
from pod_agent.models.own_texts import OwnText, OwnTexts, own_texts
from pod_agent.models.sentiment import Sentiment
from pod_agent.offers.nudges import Nudge
from pod_agent.suggesting.words import day_words, quoted
from vocab.offers import Offer, OfferKind
from vocab.records import IRI
from vocab.wording import folded

if TYPE_CHECKING:
    from pod_agent.embedding import Embedder

__all__ = ["Interest", "InterestDesk"]

HALF_LIFE: Final = 90.0
"""Days after which a text says half as much."""
MOST_OF_INTEREST: Final = 0.10
LIKED: Final = 0.05
DISLIKED: Final = -0.10
"""What an interest adds to an offer's score at most, and what it adds that a shop is praised or complained of."""
OF_KIND: Final = {
    OfferKind.CARD: ("card",),
    OfferKind.SAVINGS: ("saving", "investing"),
    OfferKind.LOAN: ("loan",),
}
OF_CATEGORY: Final = {"insurance": "insurance", "travel": "travel"}
SHORTEST_SELLER: Final = 4


@dataclass(frozen=True, slots=True)
class Interest:
    """What the person seems to look for, and the texts that say so, with the chance of each, newest first.

    ``strength`` runs from 0 to 1 and grows with the number of texts and how new they are.
    """

    name: str
    strength: float
    texts: tuple[tuple[OwnText, float], ...]

    def to_json(self, absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]]) -> dict[str, Any]:
        """The form that outside programs read."""
        return {
            "interest": self.name,
            "what": INTENTS[self.name],
            "strength": round(self.strength, 3),
            "texts": [
                {"text": each.text, "kind": each.kind, "day": each.day.isoformat(), "chance": chance}
                | {"record": absolute([each.iri])[0]}
                for each, chance in self.texts
            ],
        }


class InterestDesk:
    """Interests and opinions of one person; ``off`` gives the inputs that are switched off, ``maker`` makes vectors.

    Where an input is off, its texts are not read.
    """

    def __init__(
        self,
        index: OwnTexts,
        today: date,
        *,
        maker: Callable[[], Embedder | None],
        off: Callable[[], frozenset[str]],
        absolute: Callable[[Iterable[IRI]], tuple[IRI, ...]],
    ) -> None:
        self._index = index
        self._today = today
        self._maker = maker
        self._off = off
        self._absolute = absolute

    @property
    def is_on(self) -> bool:
        """Whether offers may look at interests."""
        return INTERESTS not in self._off()

    @property
    def is_able(self) -> bool:
        """Whether there is a model to read interests with: the extra ``text``."""
        return self._reader.is_able

    def interests(self) -> tuple[Interest, ...]:
        """What the person looks for, the strongest first; none where that is switched off, or without the model."""
        return self._interests if self.is_on else ()

    def opinions(self) -> list[dict[str, Any]]:
        """How each of the person's posts and searches speaks, with the words that say so, newest first."""
        if OPINIONS in self._off():
            return []
        feelings = self._sentiment.read([each.text for each in self._texts])
        return [
            {"text": each.text, "kind": each.kind, "day": each.day.isoformat(), "score": feeling.score}
            | {"speaks": feeling.label, "words": list(feeling.words), "record": self._absolute([each.iri])[0]}
            for each, feeling in zip(self._texts, feelings, strict=True)
        ]

    @property
    def method(self) -> str:
        """What reads opinions: ``head`` (sentence vectors) or ``lexicon`` (a list of words)."""
        return self._sentiment.method

    def nudges(self, offer: Offer, without: frozenset[str]) -> list[Nudge]:
        """What the person's texts add to an offer, by the inputs that are not switched off."""
        found = []
        if INTERESTS not in without:
            wanted = {*OF_KIND.get(offer.kind, ()), *(OF_CATEGORY.get(name, "") for name in offer.categories)}
            best = next((each for each in self._interests if each.name in wanted), None)
            if best is not None:
                found.append(_of_interest(best))
        if OPINIONS not in without:
            found += self._of_opinion(offer)
        return found

    @cached_property
    def _texts(self) -> tuple[OwnText, ...]:
        return own_texts(self._index, self._today)

    @cached_property
    def _reader(self) -> IntentReader:
        return IntentReader(self._maker())

    @cached_property
    def _sentiment(self) -> Sentiment:
        return Sentiment(self._maker())

    @cached_property
    def _interests(self) -> tuple[Interest, ...]:
        if not self._texts:
            return ()
        read = self._reader.read([each.text for each in self._texts])
        groups: defaultdict[str, list[tuple[OwnText, float]]] = defaultdict(list)
        for each, intent in zip(self._texts, read, strict=True):
            if intent is not None:
                groups[intent.name].append((each, intent.chance))
        found = [Interest(name, self._strength(texts), tuple(texts)) for name, texts in groups.items()]
        return tuple(sorted(found, key=lambda each: (-each.strength, each.name)))

    def _strength(self, texts: Sequence[tuple[OwnText, float]]) -> float:
        weight = sum(chance * 0.5 ** ((self._today - each.day).days / HALF_LIFE) for each, chance in texts)
        return float(weight / (weight + 1))

    @cached_property
    def _posts(self) -> list[tuple[str, OwnText]]:
        return [(folded(each.text), each) for each in self._texts if each.kind == "post"]

    def _of_opinion(self, offer: Offer) -> list[Nudge]:
        """The newest clear word on the shop of an offer."""
        seller = folded(offer.seller)
        if len(seller) < SHORTEST_SELLER:
            return []
        posts = [each for text, each in self._posts if re.search(rf"(?<!\w){re.escape(seller)}(?!\w)", text)]
        for each, feeling in zip(posts, self._sentiment.read([each.text for each in posts]), strict=True):
            if feeling.label != "neither":
                said = "well" if feeling.label == "good" else "ill"
                sentence = f"You spoke {said} of {offer.seller} on {day_words(each.day.toordinal())}."
                value = LIKED if feeling.label == "good" else DISLIKED
                return [Nudge(OPINIONS, value, sentence, (each.iri,))]
        return []


def _of_interest(interest: Interest) -> Nudge:
    newest, _ = interest.texts[0]
    verb = "searched for" if newest.kind == "search" else "wrote"
    others = len(interest.texts) - 1
    more = f", and {others} more about {INTENTS[interest.name]}" if others else ""
    sentence = f"You {verb} {quoted(newest.text)} on {day_words(newest.day.toordinal())}{more}."
    evidence = tuple(each.iri for each, _ in interest.texts)
    return Nudge(INTERESTS, MOST_OF_INTEREST * interest.strength, sentence, evidence)
