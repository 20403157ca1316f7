"""FeedbackDesk: verdicts on suggestions and offers, entered into the pod and taken back again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pod_agent.errors import UsageError
from pod_agent.ingest.feedback import OFFER, Feedback, Opinion, change_feedback, read_feedback
from pod_agent.offers.match import OfferMatch
from pod_agent.suggesting.feedback_policy import OFFER_CONTEXT, offer_context, offer_traits, record_traits
from pod_agent.suggesting.suggestion import CONTEXT, KINDS, Suggestion
from pod_agent.suggesting.wishes import Wishes
from vocab.records import IRI
from vocab.times import utc_text
from vocab.wording import folded

__all__ = ["FeedbackDesk", "opinion_of", "told"]

_SOURCE: Final = re.compile(r"(?:^|/)data/([a-z0-9._-]+)/")


class FeedbackDesk:
    """What one person said, and says now.

    ``suggested`` gives what is suggested now of some kinds, ``matched`` the offers that fit: a verdict keeps the
    numbers under which the thing was shown.
    """

    def __init__(
        self,
        *,
        wishes: Wishes,
        suggested: Callable[[Sequence[str]], Iterable[Suggestion]],
        matched: Callable[[], Iterable[OfferMatch]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._wishes = wishes
        self._suggested = suggested
        self._matched = matched
        self._now = now

    def said(self) -> tuple[Feedback, ...]:
        """Every verdict in force, oldest first."""
        return read_feedback(self._wishes.kept.known)

    def of_suggestion(self, name: str, opinion: Opinion | str, *, kind: str | None = None) -> Feedback:
        """Say something of a thing, by its name as it is shown.

        UsageError where nothing of that name is suggested and no ``kind`` is given, or things of several kinds are.
        """
        if kind is not None and kind not in KINDS:
            raise UsageError(f"{kind!r} is not a kind of suggestion", hint=f"One of: {', '.join(KINDS)}.")
        found = [each for each in self._suggested([kind] if kind else KINDS) if _is_named(name, each.item, each.title)]
        kinds = sorted({each.kind for each in found})
        if len(kinds) > 1:
            raise UsageError(f"several things are called so: {', '.join(kinds)}", hint="Say which with --kind.")
        if found:
            return self.say(found[0], opinion)
        if kind is None:
            raise UsageError("nothing of that name is suggested now", hint="Name its kind with --kind.")
        return self._enter(kind, name.strip(), opinion)

    def of_offer(self, name: str, opinion: Opinion | str, *, shop: bool = False) -> Feedback:
        """Say something of an offer, by its IRI or its name in the catalogue; of its shop with ``shop``.

        UsageError where no such offer fits now.
        """
        found = self._fitting(name)
        return self._enter("store", found.offer.seller, opinion) if shop else self.say(found, opinion)

    def undo_shop(self, name: str) -> list[Feedback]:
        """Take back everything that was said of the shop of an offer; UsageError where there is no such offer."""
        return self.undo(self._fitting(name).offer.seller, kind="store")

    def say(self, shown: Suggestion | OfferMatch, opinion: Opinion | str) -> Feedback:
        """Say something of what was shown."""
        if isinstance(shown, OfferMatch):
            numbers = dict(zip(OFFER_CONTEXT, offer_context(shown), strict=True))
            offer = shown.offer
            return self._enter(
                OFFER,
                offer.iri,
                opinion,
                title=shown.title,
                context=numbers,
                traits=offer_traits(shown),
                evidence=shown.evidence,
            )
        newest = next(iter(self._wishes.records(shown.evidence[:1])), None)
        numbers = dict(zip(CONTEXT, shown.context, strict=False))
        traits = record_traits(shown.kind, newest)
        return self._enter(shown.kind, shown.item, opinion, context=numbers, traits=traits, evidence=shown.evidence)

    def undo(self, name: str, *, kind: str | None = None) -> list[Feedback]:
        """Take back everything that was said of a thing or an offer; UsageError where nothing was."""
        gone = change_feedback(
            self._wishes.kept.pod,
            remove=lambda each: kind in {None, each.kind} and _is_named(name, each.item, each.title, _fragment(each)),
        )
        if not gone:
            raise UsageError("nothing was said of it", hint="pod-agent recommend feedback lists all that was.")
        return gone

    def _fitting(self, name: str) -> OfferMatch:
        found = next((each for each in self._matched() if name in {each.offer.iri, each.offer.name}), None)
        if found is None:
            raise UsageError("no such offer fits now", hint="pod-agent offers names those that do.")
        return found

    def _enter(
        self,
        kind: str,
        item: str,
        opinion: Opinion | str,
        *,
        title: str = "",
        context: Mapping[str, float] | None = None,
        traits: tuple[str, ...] = (),
        evidence: Iterable[IRI] = (),
    ) -> Feedback:
        sources = sorted({found[1] for iri in evidence if (found := _SOURCE.search(iri))})
        entry = Feedback(
            kind=kind,
            item=item,
            opinion=opinion_of(opinion),
            at=self._moment((kind, item)),
            title=title,
            context=context or {},
            traits=traits,
            sources=tuple(sources),
        )
        change_feedback(self._wishes.kept.pod, add=[entry], remove=entry.replaces)
        return entry

    def _moment(self, target: tuple[str, str]) -> datetime:
        """Now, or just after what was said of it before by a clock that is ahead."""
        now = self._now().astimezone(UTC)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        earlier = [each.at + timedelta(milliseconds=1) for each in self.said() if each.target == target]
        return max([now, *earlier])


def opinion_of(word: str) -> Opinion:
    """The verdict that a word names: ``not_my_taste`` and ``not-my-taste`` are one. UsageError for another word."""
    try:
        return Opinion(word.replace("_", "-"))
    except ValueError:
        raise UsageError(f"{word!r} is no verdict", hint=f"One of: {', '.join(Opinion)}.") from None


def told(each: Feedback) -> dict[str, Any]:
    """The form that outside programs read."""
    return {
        "id": each.identifier,
        "kind": each.kind,
        "item": each.item,
        "title": each.title or each.item,
        "verdict": str(each.opinion),
        "at": utc_text(each.at.astimezone(UTC)),
    }


def _fragment(each: Feedback) -> str:
    return each.item.rpartition("#")[2] if each.kind == OFFER else ""


def _is_named(name: str, *names: str) -> bool:
    wanted = folded(name)
    return bool(wanted) and any(folded(each) == wanted for each in names)
