"""Shared models: fetched whole from the leader's public list, verified, checked, kept.

The request is the same for every agent and says nothing about who asks, what they hold or what they will be shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from consent.errors import BadSignatureError, InvalidStudyError
from consent.stores import Clock
from pod_agent.errors import ModelMissingError, ServerUnreachableError, UsageError
from pod_agent.federation.measuring.public import check_names
from pod_agent.federation.public_list import read_public
from pod_agent.federation.stores import clock
from pod_agent.models.prior_store import KeptModel, KeptModels, keep_models, kept_models, kept_prior, read_signed
from vocab.errors import ProjectError, VocabularyError
from vocab.prior import ItemPrior
from vocab.statistics import CentredPairs, Statistic
from vocab.times import utc_text
from vocab.wire import decode_models

__all__ = ["FAILED", "FRESH", "FetchedModel", "fetch_models", "kept_prior", "prior_for"]

log = logging.getLogger(__name__)

FRESH: Final = timedelta(hours=24)
"""A list younger than this is not asked for again, unless the person wants it."""
FAILED: Final = "models/failed"
"""Below the home: when the list could not be fetched (``pod_agent.resting``)."""
_MAX_LIST: Final = 32_000_000
"""Longest list that is read, in bytes: three models of a thousand items with their pairs stay below."""
_LIST_SECONDS: Final = 120.0
_AHEAD: Final = timedelta(days=1)
"""How far a business's clock may be ahead of ours; a model from the far future would never be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedModel:
    """A model that is kept, as ``pod-agent federation models`` tells it.

    ``epsilon`` at ``delta`` is what it cost each person behind it, None for made-up people and no noise. ``fetched_at``
    is when the leader's list was read last.
    """

    dimension: str
    items: int
    people: int
    epsilon: float | None
    delta: float
    controller: str
    released_at: datetime
    tasks: tuple[str, ...]
    fetched_at: datetime

    def to_json(self) -> dict[str, Any]:
        """The model as plain values."""
        return {
            "dimension": self.dimension,
            "items": self.items,
            "people": self.people,
            "epsilon": self.epsilon,
            "delta": self.delta,
            "controller": self.controller,
            "released_at": utc_text(self.released_at),
            "tasks": list(self.tasks),
            "fetched_at": utc_text(self.fetched_at),
        }


def fetch_models(
    home: Path,
    leader_url: str,
    *,
    client: httpx.Client,
    pinned: Callable[[], Mapping[str, str]],
    simulated: bool = False,
    refresh: bool = False,
    now: Clock = clock,
) -> list[FetchedModel]:
    """The shared models of this leader that are kept now, after asking for its list where that is a day old.

    ``pinned`` tells the key (Multikey) of each business (WebID) that the person gave grants to; of others the first
    key that was seen counts. A model that is not signed with it, is older than the one that is kept, names anything
    that is not public or was learned from made-up people (unless ``simulated``) is left out, and the log counts it.
    ServerUnreachableError where the list cannot be read: what was kept stays and can be used.
    """
    if not leader_url:
        raise UsageError("no aggregator is set", hint="Set aggregator in settings.toml, or POD_AGENT_AGGREGATOR.")
    known = kept_models(home)
    kept = known if known is not None and known.leader_url == leader_url else None
    at = now().astimezone(UTC).replace(microsecond=0)
    if kept is None or refresh or not timedelta(0) <= at - kept.fetched_at < FRESH:
        kept = _merged(kept, leader_url, _listed(leader_url, client), pinned(), at, simulated=simulated)
        keep_models(home, kept)
    return [_told(one, kept.fetched_at) for one in kept.models]


def prior_for(home: Path, statistic: Statistic) -> ItemPrior | None:
    """The kept prior that a study of centred pairs is about, None for others; ModelMissingError where none is kept."""
    if not isinstance(statistic, CentredPairs):
        return None
    prior = kept_prior(home, statistic.query.dimensions[0])
    if prior is None or not statistic.fits(prior):
        raise ModelMissingError("the study is about a shared model that is not kept here")
    return prior


def _listed(leader_url: str, client: httpx.Client) -> list[KeptModel]:
    """The models whose signatures hold."""
    try:
        raw = read_public(leader_url + "models", client, most=_MAX_LIST, seconds=_LIST_SECONDS)
        listed = decode_models(raw)
    except (httpx.HTTPError, httpx.InvalidURL, VocabularyError) as error:
        raise ServerUnreachableError("the list of models cannot be read") from error
    found = []
    for entry in listed.models:
        try:
            found.append(read_signed(entry.model, entry.proof))
        except ProjectError as error:
            log.warning("a model was left out: %s", error.code)
    return found


def _merged(
    kept: KeptModels | None,
    leader_url: str,
    listed: Iterable[KeptModel],
    pinned: Mapping[str, str],
    at: datetime,
    *,
    simulated: bool,
) -> KeptModels:
    """What is kept after this list: of each dimension the newest model that may be used."""
    keys = {**(kept.keys if kept else {}), **pinned}
    # A key that the person's grants name counts even where another one was seen before.
    models = {one.model.dimension: one for one in kept.models if keys[one.model.controller] == one.key} if kept else {}
    for one in listed:
        try:
            _check(one, leader_url, keys, at, simulated=simulated)
            _check_newer(one, models.get(one.model.dimension))
        except ProjectError as error:
            log.warning("a model was left out: %s", error.code)
            continue
        keys.setdefault(one.model.controller, one.key)
        models[one.model.dimension] = one
    signers = {one.model.controller: one.key for one in models.values()}
    first_seen = {**(kept.keys if kept else {}), **signers}
    ordered = tuple(models[dimension] for dimension in sorted(models))
    return KeptModels(leader_url=leader_url, fetched_at=at, keys=first_seen, models=ordered)


def _check(one: KeptModel, leader_url: str, keys: Mapping[str, str], at: datetime, *, simulated: bool) -> None:
    model = one.model
    if model.leader_url != leader_url:
        raise BadSignatureError("a model is listed at another leader")
    if keys.get(model.controller, one.key) != one.key:
        raise BadSignatureError("this business signed with another key before")
    if model.demo and not simulated:
        raise InvalidStudyError("the model was learned from made-up people")
    if model.prior.released_at > at + _AHEAD:
        raise InvalidStudyError("the model comes from the future")
    check_names(model.dimension, model.prior.items)


def _check_newer(one: KeptModel, kept: KeptModel | None) -> None:
    """An older model in the place of a newer one is a mistake or a trick; so is another one of the same moment.

    A leader dates each model of a kind at least a second after the one before it.
    """
    if kept is None or one.signed == kept.signed:
        return
    if one.model.prior.released_at <= kept.model.prior.released_at:
        raise InvalidStudyError("the model of this kind that is kept has this time or a later one")


def _told(one: KeptModel, fetched_at: datetime) -> FetchedModel:
    prior = one.model.prior
    return FetchedModel(
        dimension=prior.dimension,
        items=len(prior.items),
        people=prior.people,
        epsilon=prior.epsilon,
        delta=prior.delta,
        controller=one.model.controller,
        released_at=prior.released_at,
        tasks=prior.tasks,
        fetched_at=fetched_at,
    )
