"""The leader's side: asking issuers for their keys and rosters before a study is published.

The leader's name for a study to come follows from its terms. So publishing the same terms again asks for the same keys
and comes to the same task id.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx
import msgspec

from aggregator.channel import HelperChannel
from aggregator.errors import AggregatorError, HelperUnreachableError, IssuerUnreachableError
from aggregator.issuing.config import IssuerInvitation, read_invitations
from aggregator.issuing.issuer import STUDY_BYTES, KeyOffer, StudyToCome
from vocab.errors import VocabularyError
from vocab.study import Study, TokenIssuer
from vocab.tokens import COMMITMENT_BYTES, roster_lines, roster_path

__all__ = ["check_roster", "complete", "with_issuers"]

ROSTER_SECONDS = 20.0


def with_issuers(
    study: Study, invitations: Sequence[IssuerInvitation], *, transport: httpx.BaseTransport | None = None
) -> Study:
    """The study with the key and roster that each of these issuers made for it; the terms must name none yet.

    IssuerUnreachableError where one does not answer, or its roster is not what it says. ``transport`` replaces the
    network in tests.
    """
    name = hashlib.sha256(replace(study, issuers=()).task_id).digest()[:STUDY_BYTES].hex()
    body = msgspec.json.encode(StudyToCome(closes=int(study.closes.timestamp())))
    issuers = []
    for invitation in invitations:
        with HelperChannel(invitation.url, bytes.fromhex(invitation.channel_key), transport=transport) as channel:
            try:
                offer = msgspec.json.decode(channel.put(f"studies/{name}", body), type=KeyOffer)
                issuer = TokenIssuer(url=invitation.url, key=offer.key, roster=offer.roster, people=offer.people)
            except (HelperUnreachableError, msgspec.MsgspecError, VocabularyError) as error:
                raise IssuerUnreachableError(f"the issuer {invitation.url} gives no key for the study") from error
            except AggregatorError as error:
                raise IssuerUnreachableError(
                    f"the issuer {invitation.url} refuses a key for the study ({error.code})", hint=error.hint
                ) from error
        check_roster(issuer, transport)
        issuers.append(issuer)
    return replace(study, issuers=tuple(issuers))


def complete(study: Study, home: Path) -> Study:
    """The study with all issuers that the leader of this home knows.

    As it is where its terms name issuers, or where it is for made-up people and no issuer is known.
    """
    invitations = read_invitations(home)
    return with_issuers(study, invitations) if invitations and not study.issuers else study


def check_roster(issuer: TokenIssuer, transport: httpx.BaseTransport | None = None) -> None:
    """See the roster that a manifest names, as every agent of the issuer will; IssuerUnreachableError.

    An issuer shows rosters under keys of its own alone, so this also tells that it made the key.
    """
    with httpx.Client(
        transport=transport,
        timeout=ROSTER_SECONDS,
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        headers={"Accept-Encoding": "identity"},
    ) as client:
        try:
            with client.stream("GET", issuer.url + roster_path(issuer)) as answer:
                answer.raise_for_status()
                roster = _roster(answer, COMMITMENT_BYTES * issuer.people)
        except httpx.HTTPError as error:
            raise IssuerUnreachableError(f"the issuer {issuer.url} shows no roster") from error
    try:
        roster_lines(issuer, roster)
    except VocabularyError as error:
        raise IssuerUnreachableError(f"the roster of {issuer.url} is not what it says") from error


def _roster(answer: httpx.Response, most: int) -> bytes:
    """The body, of which no more is read than a roster may have; a longer one is cut, and then is none."""
    content, end = bytearray(), time.monotonic() + ROSTER_SECONDS
    for part in answer.iter_bytes():
        content += part
        if len(content) > most or time.monotonic() > end:
            break
    return bytes(content)
