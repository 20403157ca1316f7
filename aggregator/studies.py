"""Making a study from a file of terms, and the terms that no server of ours takes part in.

A terms file (TOML or JSON) has the fields of a manifest except those of the servers, which come from the configuration.
``noise = {epsilon = 1.0}`` is a shorter form than the manifest's; those of statistics are in ``shorthands``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aggregator.config import LeaderConfig
from aggregator.errors import StudyRefusedError
from aggregator.shorthands import full_statistic
from vocab.errors import VocabularyError
from vocab.privacy import micro_rho
from vocab.statistics import Rfm
from vocab.study import MIN_BATCH, Study
from vocab.times import utc_text
from vocab.tokens import issuers_problem
from vocab.vdaf.encoding import prio3_for

__all__ = ["check_terms", "decode_manifest", "make_study", "read_terms", "variance_for"]


def variance_for(epsilon: float, norm_squared: int) -> int:
    """The least variance of one server's noise with which an answer costs at most ``epsilon`` at delta 1e-6."""
    if epsilon <= 0:
        raise StudyRefusedError("epsilon must be above zero")
    budget = max(1, micro_rho(epsilon) - 1)  # micro_rho rounds up; one less stays below epsilon
    return -(-norm_squared * 1_000_000 // (2 * budget))


def check_terms(study: Study) -> None:
    """Refuse what would endanger people; both servers ask, each for itself."""
    prio3_for(study)
    problem = issuers_problem(study)
    if problem is not None:
        raise StudyRefusedError(problem, hint="Let issuers invite you: pod-aggregator add-issuer FILE")
    if study.demo:
        return
    if study.min_batch < MIN_BATCH:
        raise StudyRefusedError(
            f"a minimum batch of {study.min_batch} is below {MIN_BATCH}", hint="Only a study marked demo may go below."
        )
    if study.noise.variance == 0:
        raise StudyRefusedError("the study adds no noise", hint="Only a study marked demo may be exact.")
    if isinstance(study.statistic, Rfm) and study.min_batch < study.statistic.people_needed:
        raise StudyRefusedError(
            f"a grid of {study.statistic.length - 1} cells needs a minimum batch of {study.statistic.people_needed:,}",
            hint="With fewer people most of its cells are too small to show; 9 cells suit 100 people.",
        )


def decode_manifest(raw: str | bytes) -> dict[str, Any]:
    """A manifest's JSON; VocabularyError if it is none."""
    try:
        manifest = json.loads(raw)
    except ValueError as error:
        raise VocabularyError("the manifest is not JSON") from error
    if not isinstance(manifest, dict):
        raise VocabularyError("the manifest is not a JSON object")
    return manifest


def read_terms(path: Path) -> dict[str, Any]:
    """A terms file; VocabularyError if it is neither TOML nor JSON."""
    text = path.read_text(encoding="utf-8")
    try:
        terms = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise VocabularyError(f"{path.name} cannot be read: {error}") from error
    if not isinstance(terms, dict):
        raise VocabularyError(f"{path.name} is not a table of terms")
    return terms


def make_study(terms: Mapping[str, Any], config: LeaderConfig) -> Study:
    """The study of a terms file, run by this leader and its helper."""
    manifest = {
        "type": "Study",
        "controller": config.controller,
        "leader_url": config.url,
        "helper": config.helper,
        "helper_url": config.helper_url,
        "helper_key": config.helper_key,
        "issuers": [],
        "demo": False,
        **terms,
    }
    for name in ("opens", "closes"):
        if isinstance(manifest.get(name), datetime):
            manifest[name] = utc_text(manifest[name].astimezone(UTC))
    manifest["statistic"] = full_statistic(manifest.get("statistic"))
    epsilon = _epsilon(manifest.get("noise"))
    if epsilon is None:
        return Study.from_json(manifest)
    without = Study.from_json({**manifest, "noise": {"variance": 0}})
    return Study.from_json({**manifest, "noise": {"variance": variance_for(epsilon, without.statistic.norm_squared)}})


def _epsilon(noise: object) -> float | None:
    if not isinstance(noise, Mapping) or set(noise) != {"epsilon"}:
        return None
    epsilon = noise["epsilon"]
    if isinstance(epsilon, bool) or not isinstance(epsilon, int | float):
        raise VocabularyError("epsilon is a number")
    return float(epsilon)
