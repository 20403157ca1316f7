"""Shared models that were fetched, kept in the home for use without a network.

They are kept as their business signed them, and read again only if that signature still holds: what was changed on the
disk, or half written, counts as nothing kept, for it can be fetched again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from consent.errors import BadSignatureError
from consent.proof import verify_json
from pod_agent.storage import write_private
from vocab.decoding import fields_of, json_object, list_of, text_of
from vocab.errors import VocabularyError
from vocab.prior import ItemPrior
from vocab.shared_model import SharedModel
from vocab.times import utc_moment, utc_text

__all__ = ["KeptModel", "KeptModels", "keep_models", "kept_models", "kept_prior", "read_signed"]

FILE: Final = "models/shared.json"
"""Below the home."""


@dataclass(frozen=True, slots=True)
class KeptModel:
    """A model whose signature holds, the Multikey that signed it, and what was signed; made by ``read_signed``."""

    model: SharedModel
    key: str
    signed: Mapping[str, Any]
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptModels:
    """What was fetched from one leader, at ``fetched_at`` (UTC, whole seconds): at most one model for each dimension.

    ``keys`` has the Multikey of each business (WebID) that signed a model, as it was when first seen.
    """

    leader_url: str
    fetched_at: datetime
    keys: Mapping[str, str] = field(default_factory=dict)
    models: tuple[KeptModel, ...] = ()

    def of(self, dimension: str) -> KeptModel | None:
        """The model for these items; None where there is none."""
        return next((kept for kept in self.models if kept.model.dimension == dimension), None)


def kept_prior(home: Path, dimension: str) -> ItemPrior | None:
    """The shared prior over categories, groups or merchants that was fetched last; None where there is none."""
    kept = kept_models(home)
    found = None if kept is None else kept.of(dimension)
    return None if found is None else found.model.prior


def kept_models(home: Path) -> KeptModels | None:
    """All that is kept; None where there is nothing, or it is not whole."""
    try:
        return _decoded((home / FILE).read_bytes())
    except OSError:
        return None


@lru_cache(maxsize=2)  # a model of many items takes longer to check than to read
def _decoded(raw: bytes) -> KeptModels | None:
    try:
        fields = fields_of(json_object(raw, "the file"), "KeptModels", {"leader_url", "fetched_at", "keys", "models"})
        keys = {text_of(name): text_of(key) for name, key in fields["keys"].items()}
        models = tuple(list_of(fields["models"], _read_kept))
        fetched = utc_moment(text_of(fields["fetched_at"]))
    except (VocabularyError, BadSignatureError, ValueError, AttributeError):
        return None
    if any(keys.get(kept.model.controller) != kept.key for kept in models):
        return None
    return KeptModels(leader_url=text_of(fields["leader_url"]), fetched_at=fetched, keys=keys, models=models)


def keep_models(home: Path, kept: KeptModels) -> None:
    """Replace what is kept, at once or not at all."""
    document = {
        "type": "KeptModels",
        "leader_url": kept.leader_url,
        "fetched_at": utc_text(kept.fetched_at),
        "keys": dict(kept.keys),
        "models": [{"model": one.signed, "proof": one.proof} for one in kept.models],
    }
    write_private(home / FILE, json.dumps(document, ensure_ascii=False).encode())


def read_signed(signed: Mapping[str, Any], proof: str) -> KeptModel:
    """Check a business's signature; BadSignatureError or VocabularyError where it or the model does not hold."""
    key = verify_json(signed, proof)
    return KeptModel(SharedModel.from_json(signed), key, signed, proof)


def _read_kept(value: object) -> KeptModel:
    fields = fields_of(value, None, {"model", "proof"})
    if not isinstance(fields["model"], Mapping):
        raise VocabularyError("a model is an object")
    proof = fields["proof"]
    if not isinstance(proof, str):
        raise VocabularyError("a proof is a text")
    return read_signed(fields["model"], proof)
