"""Studies: what an aggregator may ask, as a signed public document that an agent checks before it answers.

The task id is the SHA-256 of the manifest's canonical form and is bound into every share, so changed terms make
every share useless (DESIGN: the two-server sum).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

from vocab.errors import VocabularyError
from vocab.query import QuerySpec

__all__ = ["MIN_BATCH", "Histogram", "ModelUpdate", "Noise", "Study", "canonical_json"]

T = TypeVar("T")
MIN_BATCH = 100
"""Fewest people whose sum may be released; less only for made-up people. Servers and agents each check it."""
MAX_VARIANCE = 2**100
"""Samplers of 64-bit integers stay far from their ends: past them noise is a constant that hides nothing."""
MAX_CLIP = 2**31
MAX_LENGTH = 10_000
MAX_CELLS = 100_000
MAX_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """One unit per person, in exactly one of the cells that ``query`` spans (Prio3Histogram, L2 norm 1).

    ``query`` has one additive money or count measure. The agent draws one unit of that measure (one dollar of
    spending) at random and reports the cell in which it lies: the sum over many people is the average of their
    distributions. ``cells`` lists the public labels, one tuple per cell in the order of ``query.dimensions``; one more
    cell, the last, stands for a unit that lies in none of them and for nothing to report, so that everybody sends.
    """

    name: ClassVar[str] = "histogram"

    query: QuerySpec
    cells: tuple[tuple[str, ...], ...]

    @property
    def length(self) -> int:
        """Number of cells on the wire, the last of them for none of the cells."""
        return len(self.cells) + 1

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm: one unit in one cell."""
        return 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUpdate:
    """A clipped model update in a training round: ``length`` integers from 0 to ``2 * clip`` (Prio3SumVec).

    Value v of the update is sent as ``v + clip`` with v in units of ``2**-fraction_bits``; L2 norm after centring is at
    most ``clip * sqrt(length)``. ``model`` names a model whose code ships with the agent.
    """

    name: ClassVar[str] = "update"

    model: str
    length: int
    clip: int
    fraction_bits: int

    def __post_init__(self) -> None:
        """Refuse bounds past which a sum over many people would wrap around the field."""
        if not (0 < self.length <= MAX_LENGTH and 0 < self.clip <= MAX_CLIP and 0 <= self.fraction_bits < 32):
            raise VocabularyError("a model update is too long or its values are not bounded")

    @property
    def norm_squared(self) -> int:
        """The most that one answer moves the sum, as squared L2 norm after centring."""
        return self.length * self.clip**2


@dataclass(frozen=True, slots=True)
class Noise:
    """Discrete Gaussian noise that each of the two servers adds in full: variance in squared units; 0 is none."""

    variance: int

    def __post_init__(self) -> None:
        """Refuse noise that cannot be drawn."""
        if not 0 <= self.variance <= MAX_VARIANCE:
            raise VocabularyError("the variance of the noise is negative or larger than can be drawn")

    def micro_rho(self, norm_squared: int) -> int:
        """Privacy loss of one answer in millionths of rho (zCDP), rounded up; one server's noise is counted.

        rho = norm^2 / (2 variance) (Bun and Steinke 2016; discrete: Canonne, Kamath and Steinke 2020, theorem 14).
        """
        if self.variance <= 0:
            raise VocabularyError("without noise the privacy loss has no bound")
        return -(-norm_squared * 1_000_000 // (2 * self.variance))


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The terms of one study. URLs end in ``/``; keys are hexadecimal; times are whole seconds in UTC.

    ``controller`` is the business that asks and runs the leader; ``helper`` the independent second server (WebIDs).
    ``purpose`` and ``data`` are IRIs of ``consent.purposes``. ``demo`` marks a study that uses a batch too small, or
    too little noise, for real people; agents refuse it unless they are simulated.
    """

    title: str
    controller: str
    leader_url: str
    helper: str
    helper_url: str
    helper_key: str
    purpose: str
    data: tuple[str, ...]
    statistic: Histogram | ModelUpdate
    noise: Noise
    min_batch: int
    opens: datetime
    closes: datetime
    demo: bool = False

    def __post_init__(self) -> None:
        """Refuse terms that mean nothing."""
        for when in (self.opens, self.closes):
            if when.utcoffset() is None or when.utcoffset() != UTC.utcoffset(None) or when.microsecond:
                raise VocabularyError("a study's times are whole seconds in UTC")
        if self.opens >= self.closes:
            raise VocabularyError("a study must close after it opens")
        if self.min_batch < 1 or self.noise.variance < 0:
            raise VocabularyError("the minimum batch is at least 1 and the noise is not negative")
        if not self.data or len(set(self.data)) != len(self.data):
            raise VocabularyError("a study names each kind of data once, and at least one")
        if not re.fullmatch(r"(?:[0-9a-f]{2})+", self.helper_key):
            raise VocabularyError("the helper's key is not hexadecimal")
        for url in (self.leader_url, self.helper_url):
            if not re.fullmatch(r"https?://[^\s/?#@]+/(?:[^\s?#]*/)?", url):
                raise VocabularyError("a server's address is http or https and ends in /")

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain JSON values; ``from_json`` reads it back."""
        return {
            "type": "Study",
            "title": self.title,
            "controller": self.controller,
            "leader_url": self.leader_url,
            "helper": self.helper,
            "helper_url": self.helper_url,
            "helper_key": self.helper_key,
            "purpose": self.purpose,
            "data": list(self.data),
            "statistic": _statistic_to_json(self.statistic),
            "noise": {"variance": self.noise.variance},
            "min_batch": self.min_batch,
            "opens": _time_to_text(self.opens),
            "closes": _time_to_text(self.closes),
            "demo": self.demo,
        }

    @classmethod
    def from_json(cls, value: object) -> Study:
        """Decode a manifest; VocabularyError names what is wrong. Unknown fields are refused, not dropped."""
        manifest = _fields(value, "Study", _STUDY_FIELDS)
        return cls(
            title=_text(manifest["title"]),
            controller=_text(manifest["controller"]),
            leader_url=_text(manifest["leader_url"]),
            helper=_text(manifest["helper"]),
            helper_url=_text(manifest["helper_url"]),
            helper_key=_text(manifest["helper_key"]),
            purpose=_text(manifest["purpose"]),
            data=tuple(_list(manifest["data"], _text)),
            statistic=_statistic_from_json(manifest["statistic"]),
            noise=Noise(_integer(_fields(manifest["noise"], None, {"variance"})["variance"])),
            min_batch=_integer(manifest["min_batch"]),
            opens=_time_from_text(manifest["opens"]),
            closes=_time_from_text(manifest["closes"]),
            demo=_truth(manifest["demo"]),
        )

    @property
    def task_id(self) -> bytes:
        """SHA-256 of the canonical manifest (32 bytes)."""
        return hashlib.sha256(canonical_json(self.to_json())).digest()


def canonical_json(value: object) -> bytes:
    """The one byte form of a JSON value without floats: RFC 8785 for ASCII names.

    Floats are refused because programs print them differently; text must be valid Unicode.
    """
    _refuse_floats(value)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise VocabularyError("the document has no canonical form") from error


_STUDY_FIELDS = frozenset(
    "title controller leader_url helper helper_url helper_key purpose data statistic noise min_batch opens closes"
    " demo".split()
)


def _statistic_to_json(statistic: Histogram | ModelUpdate) -> dict[str, Any]:
    if isinstance(statistic, Histogram):
        return {
            "type": "Histogram",
            "query": statistic.query.to_json(),
            "cells": [list(labels) for labels in statistic.cells],
        }
    return {
        "type": "ModelUpdate",
        "model": statistic.model,
        "length": statistic.length,
        "clip": statistic.clip,
        "fraction_bits": statistic.fraction_bits,
    }


def _statistic_from_json(value: object) -> Histogram | ModelUpdate:
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind == "Histogram":
        fields = _fields(value, kind, {"query", "cells"})
        cells = _list(fields["cells"], lambda labels: tuple(_list(labels, _text)))
        return Histogram(query=QuerySpec.from_json(fields["query"]), cells=tuple(cells))
    if kind == "ModelUpdate":
        fields = _fields(value, kind, {"model", "length", "clip", "fraction_bits"})
        return ModelUpdate(
            model=_text(fields["model"]),
            length=_integer(fields["length"]),
            clip=_integer(fields["clip"]),
            fraction_bits=_integer(fields["fraction_bits"]),
        )
    raise VocabularyError("the statistic is not in the catalogue", hint="Update pod-agent, or leave this study out.")


def _fields(value: object, kind: str | None, names: frozenset[str] | set[str]) -> Mapping[str, Any]:
    expected = set(names) | ({"type"} if kind else set())
    if not isinstance(value, Mapping) or set(value) != expected or value.get("type") != kind:
        raise VocabularyError(f"{kind or 'noise'} has exactly the fields {', '.join(sorted(expected))}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT or not value.isprintable():
        raise VocabularyError("a text of the manifest is empty, too long or has control characters")
    return value


def _integer(value: object) -> int:
    if type(value) is not int:
        raise VocabularyError("a number of the manifest is not an integer")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise VocabularyError("demo is true or false")
    return value


def _list(value: object, item: Callable[[object], T]) -> list[T]:
    if not isinstance(value, list) or len(value) > MAX_CELLS:
        raise VocabularyError("a list of the manifest is missing or too long")
    return [item(entry) for entry in value]


def _time_to_text(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _time_from_text(value: object) -> datetime:
    try:
        return datetime.strptime(_text(value), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise VocabularyError("a time of the manifest is not like 2026-11-21T08:00:00Z") from error


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise VocabularyError("a signed document holds no fractions", hint="Use whole cents or millionths.")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
