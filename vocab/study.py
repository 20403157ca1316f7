"""Studies: what an aggregator may ask, as a signed public document that an agent checks before it answers.

The task id is the SHA-256 of the manifest's canonical form and is bound into every share, so changed terms make
every share useless (DESIGN: the two-server sum).
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from vocab.decoding import canonical_json, fields_of, integer_of, list_of, text_of, truth_of
from vocab.errors import VocabularyError
from vocab.statistics import Statistic, question_of, statistic_from_json, statistic_to_json
from vocab.times import utc_moment, utc_text

__all__ = ["MIN_BATCH", "MIN_ISSUERS", "Noise", "Study", "TokenIssuer"]

MIN_BATCH = 100
"""Fewest people whose sum may be released; less only for made-up people. Servers and agents each check it."""
MAX_VARIANCE = 2**100
"""Samplers of 64-bit integers stay far from their ends: past them noise is a constant that hides nothing."""
MAX_ISSUERS = 255
MIN_ISSUERS = 3
"""Fewest pod operators who vouch for the people of a study; none of them for more than half."""
URL = re.compile(r"https?://[^\s/?#@]+/(?:[^\s?#]*/)?")
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2})+")


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
class TokenIssuer:
    """A pod operator that vouches for people: one blind token for each WebID of its roster and this study.

    ``key`` is the public RSA key made for this study alone (SubjectPublicKeyInfo, DER, hexadecimal), ``roster`` the
    SHA-256 of the published roster in hexadecimal, ``people`` how many it names. ``url`` ends in ``/``.
    """

    url: str
    key: str
    roster: str
    people: int

    def __post_init__(self) -> None:
        """Refuse what names no issuer."""
        if not URL.fullmatch(self.url):
            raise VocabularyError("an issuer's address is http or https and ends in /")
        if not HEXADECIMAL.fullmatch(self.key) or not re.fullmatch(r"[0-9a-f]{64}", self.roster):
            raise VocabularyError("an issuer's key or the digest of its roster is not hexadecimal")
        if self.people < 1:
            raise VocabularyError("a roster names at least one person")

    def to_json(self) -> dict[str, Any]:
        """The issuer as plain JSON values."""
        return {"url": self.url, "key": self.key, "roster": self.roster, "people": self.people}

    @classmethod
    def from_json(cls, value: object) -> TokenIssuer:
        """Decode an issuer; VocabularyError names what is wrong."""
        fields = fields_of(value, None, {"url", "key", "roster", "people"})
        return cls(
            url=text_of(fields["url"]),
            key=text_of(fields["key"]),
            roster=text_of(fields["roster"]),
            people=integer_of(fields["people"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """The terms of one study. URLs end in ``/``; keys are hexadecimal; times are whole seconds in UTC.

    ``controller`` is the business that asks and runs the leader; ``helper`` the independent second server (WebIDs).
    ``purpose`` and ``data`` are IRIs of ``consent.purposes``. ``demo`` marks a study that uses a batch too small, or
    too little noise, for real people; agents refuse it unless they are simulated. ``issuers`` are the pod operators
    whose tokens count, in the order that a token's first byte means; a study without any counts reports as they come.
    """

    title: str
    controller: str
    leader_url: str
    helper: str
    helper_url: str
    helper_key: str
    purpose: str
    data: tuple[str, ...]
    statistic: Statistic
    noise: Noise
    min_batch: int
    opens: datetime
    closes: datetime
    issuers: tuple[TokenIssuer, ...] = ()
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
        if not HEXADECIMAL.fullmatch(self.helper_key):
            raise VocabularyError("the helper's key is not hexadecimal")
        for url in (self.leader_url, self.helper_url):
            if not URL.fullmatch(url):
                raise VocabularyError("a server's address is http or https and ends in /")
        if len({issuer.url for issuer in self.issuers}) != len(self.issuers) or len(self.issuers) > MAX_ISSUERS:
            raise VocabularyError(f"a study names at most {MAX_ISSUERS} issuers, and none twice")

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
            "statistic": statistic_to_json(self.statistic),
            "noise": {"variance": self.noise.variance},
            "min_batch": self.min_batch,
            "opens": utc_text(self.opens),
            "closes": utc_text(self.closes),
            "issuers": [issuer.to_json() for issuer in self.issuers],
            "demo": self.demo,
        }

    @classmethod
    def from_json(cls, value: object) -> Study:
        """Decode a manifest; VocabularyError names what is wrong. Unknown fields are refused, not dropped."""
        manifest = fields_of(value, "Study", _STUDY_FIELDS)
        return cls(
            title=text_of(manifest["title"]),
            controller=text_of(manifest["controller"]),
            leader_url=text_of(manifest["leader_url"]),
            helper=text_of(manifest["helper"]),
            helper_url=text_of(manifest["helper_url"]),
            helper_key=text_of(manifest["helper_key"]),
            purpose=text_of(manifest["purpose"]),
            data=tuple(list_of(manifest["data"], text_of)),
            statistic=statistic_from_json(manifest["statistic"]),
            noise=Noise(integer_of(fields_of(manifest["noise"], None, {"variance"})["variance"])),
            min_batch=integer_of(manifest["min_batch"]),
            opens=utc_moment(text_of(manifest["opens"])),
            closes=utc_moment(text_of(manifest["closes"])),
            issuers=tuple(list_of(manifest["issuers"], TokenIssuer.from_json)),
            demo=truth_of(manifest["demo"]),
        )

    @property
    def task_id(self) -> bytes:
        """SHA-256 of the canonical manifest (32 bytes)."""
        return _task_id(self)

    @property
    def question(self) -> str:
        """What is asked of each person's records, as a digest that other studies may share; see ``question_of``."""
        return question_of(self.statistic)


@lru_cache(maxsize=64)
def _task_id(study: Study) -> bytes:
    """Asked for with every report, and a manifest may have thousands of cells."""
    return hashlib.sha256(canonical_json(study.to_json())).digest()


_STUDY_FIELDS = frozenset(
    "title controller leader_url helper helper_url helper_key purpose data statistic noise min_batch opens closes"
    " issuers demo".split()
)
