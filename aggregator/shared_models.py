"""Shared models: what the leader learned from releases, signed like its studies, at one address for every agent.

A model is made from noisy sums and public terms alone, so it costs nobody more privacy than its releases did. The list
holds the newest model of each kind; it lies in the leader's folder as it is served.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from aggregator.errors import NothingLearnedError
from aggregator.files import replace_file
from consent.proof import Signer, sign_json
from vocab import wire
from vocab.errors import VocabularyError
from vocab.prior import ItemPrior
from vocab.shared_model import SharedModel
from vocab.study import Study

__all__ = ["FILE", "model_list", "publish_model", "published_models", "shared_model"]

FILE = "shared-models.json"
"""Name of the list in the folder of a leader, which serves it to everyone at ``/models``."""


def shared_model(prior: ItemPrior, studies: Sequence[Study]) -> SharedModel:
    """The model that a leader publishes for a prior, and the studies that it was learned from."""
    return SharedModel(
        controller=studies[0].controller,
        leader_url=studies[0].leader_url,
        noise_variances=tuple(2 * study.noise.variance for study in studies),
        demo=any(study.demo for study in studies),
        prior=prior,
    )


def publish_model(home: Path, model: SharedModel, signer: Signer, at: datetime) -> None:
    """Sign the model, and list it in the folder of its leader in the place of an older one of its kind.

    Publishing the same again changes nothing. NothingLearnedError where the listed one has this time or a later one:
    agents would leave this one out.
    """
    listed = {known.dimension: (known, entry) for known, entry in _listed(home)}
    before = listed.get(model.dimension)
    if before is not None:
        if before[0] == model:
            return
        if before[0].prior.released_at >= model.prior.released_at:
            raise NothingLearnedError("the listed model of this kind has this time or a later one")
    signed = model.to_json()
    listed[model.dimension] = (model, wire.SignedModel(model=signed, proof=sign_json(signed, signer, at)))
    entries = tuple(listed[dimension][1] for dimension in sorted(listed))
    replace_file(home / FILE, msgspec.json.encode(wire.ModelList(version=wire.VERSION, models=entries)))


def published_models(home: Path) -> list[SharedModel]:
    """The models that a leader with this folder lists, by what their items are."""
    return [model for model, _ in _listed(home)]


def model_list(home: Path) -> bytes:
    """The list as agents fetch it, a ``wire.ModelList``; without a model until one is published."""
    try:
        return (home / FILE).read_bytes()
    except FileNotFoundError:
        return msgspec.json.encode(wire.ModelList(version=wire.VERSION, models=()))


def _listed(home: Path) -> list[tuple[SharedModel, wire.SignedModel]]:
    try:
        entries = wire.decode_models(model_list(home)).models
        return [(SharedModel.from_json(entry.model), entry) for entry in entries]
    except VocabularyError as error:
        raise NothingLearnedError(
            f"{FILE} cannot be read: {error}", hint="Remove the file, and make the models again from their releases."
        ) from error
