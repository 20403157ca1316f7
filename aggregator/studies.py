"""Making a study from a file of terms, and the terms that no server of ours takes part in.

A terms file (TOML or JSON) has the fields of a manifest except those of the servers, which come from the configuration.
``noise = {epsilon = 1.0}`` is a shorter form than the manifest's; those of statistics are in ``shorthands``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from aggregator.config import LeaderConfig
from aggregator.errors import StudyRefusedError
from aggregator.shorthands import full_statistic
from consent.budget import Limits
from consent.purposes import DATA, PURPOSES, purpose_problem
from vocab.decoding import json_object
from vocab.errors import VocabularyError
from vocab.privacy import epsilon, micro_rho
from vocab.statistics import Histogram, Rfm
from vocab.study import MIN_BATCH, Study
from vocab.taxonomy import category
from vocab.times import utc_text
from vocab.tokens import issuers_problem
from vocab.vdaf.encoding import prio3_for

__all__ = ["check_answerable", "check_terms", "decode_manifest", "make_study", "read_terms", "variance_for"]


def variance_for(limit: float, norm_squared: int) -> int:
    """The least variance of one server's noise with which an answer costs at most epsilon ``limit`` at delta 1e-6."""
    if limit <= 0:
        raise StudyRefusedError("epsilon must be above zero")
    budget = max(1, micro_rho(limit) - 1)  # micro_rho rounds up; one less stays below epsilon
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


def check_answerable(study: Study, now: datetime) -> None:
    """Refuse before publishing what every agent would refuse, so that nobody waits in vain for answers."""
    if study.closes <= now:
        raise StudyRefusedError("the study has ended already", hint="Choose a later moment for closes.")
    problem = purpose_problem(study)
    if problem is not None:
        known = ", ".join(PURPOSES if study.purpose not in PURPOSES else DATA)
        raise StudyRefusedError(problem, hint=f"Known: {known}.")
    if isinstance(study.statistic, Histogram):
        _check_cells(study.statistic)
    if study.noise.variance and not study.demo:
        _check_cost(study)


def _check_cells(statistic: Histogram) -> None:
    period = statistic.query.period
    for labels in statistic.cells:
        for dimension, label in zip(statistic.query.dimensions, labels, strict=False):
            if dimension == "category":
                category(label)
            elif dimension == "month" and period and not f"{period[0]:%Y-%m}" <= label <= f"{period[1]:%Y-%m}":
                raise StudyRefusedError(f"the month {label} lies outside the period of the query")


def _check_cost(study: Study) -> None:
    cost, most = study.noise.micro_rho(study.statistic.norm_squared), Limits().business_period
    if cost > most:
        raise StudyRefusedError(
            f"an answer costs epsilon {epsilon(cost):.2f}; nobody spends more than {epsilon(most):.0f} on one business",
            hint="Ask for less, such as noise = { epsilon = 1.0 }, and more people.",
        )


def decode_manifest(raw: str | bytes) -> dict[str, Any]:
    """A manifest's JSON; VocabularyError if it is none."""
    return json_object(raw, "the manifest")


def read_terms(path: Path) -> dict[str, Any]:
    """A terms file; VocabularyError if it is neither TOML nor JSON."""
    try:
        text = path.read_text(encoding="utf-8")
        return json_object(text, path.name) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise VocabularyError(f"{path.name} cannot be read: {error}") from error


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
    _check_lines(terms, manifest)
    for name in ("opens", "closes"):
        if isinstance(manifest[name], datetime):
            manifest[name] = utc_text(manifest[name].astimezone(UTC))
        elif isinstance(manifest[name], date):
            raise VocabularyError(f"{name} is a moment", hint=f"Write {name} = {manifest[name]}T00:00:00Z.")
    manifest["statistic"] = full_statistic(manifest.get("statistic"))
    limit = _epsilon(manifest["noise"])
    if limit is None:
        return Study.from_json(manifest)
    without = Study.from_json({**manifest, "noise": {"variance": 0}})
    return Study.from_json({**manifest, "noise": {"variance": variance_for(limit, without.statistic.norm_squared)}})


def _check_lines(terms: Mapping[str, Any], manifest: Mapping[str, Any]) -> None:
    """VocabularyError that names what the terms lack, or have too much."""
    known = {field.name for field in fields(Study)}
    missing, unknown = known - manifest.keys(), terms.keys() - known
    if missing:
        raise VocabularyError(
            f"the terms lack {', '.join(sorted(missing))}",
            hint="docs/how-to/run-a-study.md has a whole file. In TOML, lines below [statistic] belong to it.",
        )
    if unknown:
        raise VocabularyError(
            f"the terms have what no study has: {', '.join(sorted(unknown))}", hint="Remove it, or mend its name."
        )


def _epsilon(noise: object) -> float | None:
    if not isinstance(noise, Mapping) or set(noise) != {"epsilon"}:
        return None
    limit = noise["epsilon"]
    if isinstance(limit, bool) or not isinstance(limit, int | float):
        raise VocabularyError("epsilon is a number", hint="Write noise = { epsilon = 1.0 }.")
    return float(limit)
