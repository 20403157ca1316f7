"""OfferDesk: the catalogue of the settings beside the person's own records; everything that is said of offers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pod_agent.config import Settings
from pod_agent.errors import UsageError
from pod_agent.features.inputs import HISTORY
from pod_agent.features.response import SeenOffer, thing_code
from pod_agent.offers.bought import Bought
from pod_agent.offers.catalogue import Catalogue, Edition
from pod_agent.offers.loyalty import Progress, progress_of
from pod_agent.offers.match import OfferIndex, OfferMatch, Unfit
from pod_agent.offers.matching import Judge, match_offers
from pod_agent.offers.nudges import Nudges
from pod_agent.offers.reasons import Reasons
from pod_agent.offers.redemptions import RedemptionIndex
from pod_agent.offers.secret import arms_seen, device_secret
from vocab.offers import Offer, OfferKind
from vocab.records import IRI

__all__ = ["FOLDER", "OfferDesk", "OfferWishes"]

FOLDER = "catalogue"
Absolute = Callable[[Iterable[IRI]], tuple[IRI, ...]]


class OfferWishes(Protocol):
    """What the person said of offers and switched off."""

    def off(self, without: Iterable[str], /) -> frozenset[str]:
        """The inputs that are switched off for good, and those of ``without``."""

    def uses(self) -> Mapping[str, Sequence[date]]:
        """The days on which the person said that they used an offer, by its IRI."""

    def is_hidden(self, offer: Offer, /) -> bool:
        """Whether the person hid the offer or its shop."""

    def order(self, matches: Sequence[OfferMatch], off: frozenset[str], /) -> list[OfferMatch]:
        """The offers without what is hidden, in the order that the person's verdicts give."""


class OfferDesk:
    """Offers for one person; ``absolute`` makes the IRIs of records absolute, ``wishes`` is the person's word."""

    def __init__(
        self,
        *,
        home: Path,
        settings: Settings,
        index: OfferIndex,
        today: date,
        absolute: Absolute,
        wishes: OfferWishes,
        nudges: Nudges | None = None,
    ) -> None:
        self._folder = home / FOLDER
        self._settings = settings
        self._index = index
        self._today = today
        self._absolute = absolute
        self._wishes = wishes
        self._nudges = nudges
        self._reasons = Reasons(self._folder)

    def edition(self, *, refresh: bool = False) -> Edition | None:
        """The catalogue as it is held; None where the settings name none. Errors as ``Catalogue.edition``."""
        source = self._settings.catalogue
        if not source:
            return None
        return Catalogue(source, self._folder, key=self._settings.catalogue_key).edition(refresh=refresh)

    def offers(self) -> list[Offer]:
        """Every offer that this device sees: of each test one arm."""
        edition = self.edition()
        return [] if edition is None else arms_seen(edition.offers, device_secret(self._folder))

    def counted(self) -> RedemptionIndex:
        """The index with what a study of redemptions would count beside it; nothing is fetched for that."""
        catalogue = Catalogue(self._settings.catalogue, self._folder, key=self._settings.catalogue_key)

        def seen() -> list[Offer]:
            edition = catalogue.held() if self._settings.catalogue else None
            return [] if edition is None else arms_seen(edition.offers, device_secret(self._folder))

        return RedemptionIndex(self._index, seen, self._used)

    def matches(self, *, kind: str | None = None, without: frozenset[str] = frozenset()) -> list[OfferMatch]:
        """Offers that fit, best first; why they are shown is kept. Loans only where ``kind`` asks for them.

        What the person hid is left out, and what they said of others orders them.
        """
        off = self._wishes.off(without)
        found = self._wishes.order(self._matched(kind, off), off)
        self._reasons.keep(found, datetime.now(UTC))
        return [self._told(match) for match in found]

    def compare(self, name: str) -> tuple[list[OfferMatch], list[OfferMatch]]:
        """The offers with an input and without it, whether or not it is switched off; nothing is kept or logged."""
        others = self._wishes.off(()) - {name}
        having, without = (
            [self._told(each) for each in self._matched(None, off) if not self._wishes.is_hidden(each.offer)]
            for off in (others, others | {name})
        )
        return having, without

    def fitting(self) -> list[OfferMatch]:
        """Every offer that fits, hidden ones and loans as well: what the person can speak of."""
        off = self._wishes.off(())
        return [self._told(each) for kind in (None, OfferKind.LOAN) for each in self._matched(kind, off)]

    def _matched(self, kind: str | None, off: frozenset[str]) -> list[OfferMatch]:
        if kind == OfferKind.LOAN:
            return [match for match in self._judged(kind, off) if isinstance(match, OfferMatch)]
        offers = [offer for offer in self.offers() if kind is None or offer.kind == kind]
        return match_offers(offers, self._index, self._today, without=off, used=self._used(), nudges=self._nudges)

    def unfit(self, *, kind: str | None = None, without: frozenset[str] = frozenset()) -> list[Unfit]:
        """Offers that are not in the list, each with why; in the order of the catalogue."""
        found = []
        for each in self._judged(kind, self._wishes.off(without)):
            if isinstance(each, Unfit):
                found.append(each)
            elif self._wishes.is_hidden(each.offer):
                found.append(Unfit(each.offer, "You hid it, or its shop."))
            elif each.kind is OfferKind.LOAN and kind is None:
                found.append(Unfit(each.offer, "A loan is told only to those who ask for loans."))
        return found

    def why(self, offer: str, *, without: frozenset[str] = frozenset()) -> dict[str, Any]:
        """Why this offer is shown: its terms, reason, computation and records, as plain values.

        ``offer`` is its IRI or its name in the catalogue. Where it does not fit any more, the reason that was kept when
        it was shown, with ``fits`` false and ``now`` saying what changed. UsageError where there is no such offer.
        """
        named = next((each for each in self.offers() if offer in {each.iri, each.name}), None)
        iri = offer if named is None else named.iri
        kept = self._reasons.of(iri)
        verdict = None if named is None else self._judge(self._wishes.off(without)).judge(named)
        if isinstance(verdict, OfferMatch):
            self._reasons.keep([verdict], datetime.now(UTC))
            return {**self._told(verdict).explained(), "fits": True, "shown": kept["at"] if kept else None}
        now = "It is no longer in the catalogue." if verdict is None else verdict.reason
        if kept is not None:
            evidence = list(self._absolute(IRI(iri) for iri in kept["evidence"]))
            return {**kept, "evidence": evidence, "fits": False, "shown": kept["at"], "now": now}
        if named is None:
            raise UsageError("there is no such offer", hint="pod-agent offers --all lists every one.")
        told = {"offer": iri, "title": named.title, "seller": named.seller, "kind": named.kind.value}
        return {**told, "fits": False, "shown": None, "now": now}

    def loyalty(self) -> list[Progress]:
        """Progress in every programme where the person has bought something, by seller; absolute IRIs.

        None where the person switched off that offers look at what they bought.
        """
        if HISTORY in self._wishes.off(()):
            return []
        bought = Bought(self._index, self._today)
        running = [each for each in self.offers() if each.kind is OfferKind.LOYALTY and each.runs_on(self._today)]
        found = [progress_of(offer, bought) for offer in running]
        began = sorted((each for each in found if each.evidence), key=lambda each: (each.offer.seller, each.offer.iri))
        return [replace(each, evidence=self._absolute(each.evidence)) for each in began]

    def seen(self) -> list[SeenOffer]:
        """The discounts that this machine showed, each from its first day on, as the model of responses learns them."""
        uses, found = self._wishes.uses(), []
        for entry in self._reasons.shown():
            if entry["kind"] != OfferKind.DISCOUNT:
                continue
            first = datetime.fromisoformat(entry["first"]).date()
            things = np.array([thing_code(name) for name in (entry["seller"], *entry["categories"])], dtype=np.int64)
            used = tuple(day.toordinal() for day in uses.get(entry["offer"], ()) if day >= first)
            found.append(SeenOffer(day=first.toordinal(), things=things, size=len(things), uses=used))
        return found

    def _used(self, period: tuple[date, date] = (date.min, date.max)) -> dict[str, int]:
        """How often the person said in these days that they used an offer, by its IRI."""
        days = {iri: sum(period[0] <= day <= period[1] for day in said) for iri, said in self._wishes.uses().items()}
        return {iri: times for iri, times in days.items() if times}

    def _judged(self, kind: str | None, without: frozenset[str]) -> list[OfferMatch | Unfit]:
        judge = self._judge(without)
        return [judge.judge(offer) for offer in self.offers() if kind is None or offer.kind == kind]

    def _judge(self, without: frozenset[str]) -> Judge:
        return Judge(self._index, self._today, without=without, used=self._used(), nudges=self._nudges)

    def _told(self, match: OfferMatch) -> OfferMatch:
        return replace(match, evidence=self._absolute(match.evidence))
