"""Saying yes: whether a study may be allowed as it was shown, and the grant that allows exactly that."""

from __future__ import annotations

import uuid
from datetime import date
from zoneinfo import ZoneInfo

from consent.errors import BadSignatureError, InvalidGrantError, RefusedError
from consent.gate import Gate
from consent.grant import Grant
from pod_agent.errors import NoticeChangedError, NotInitialisedError
from pod_agent.federation.checking import cost
from pod_agent.federation.renewing import end_of
from pod_agent.federation.report import key_digest
from pod_agent.federation.statistics import Preview
from pod_agent.federation.studies import Request
from vocab.privacy import micro_rho
from vocab.study import Study

__all__ = ["allowable", "grant_for"]


def allowable(request: Request, notice: str | None, webid: str) -> Preview:
    """What a yes to this request would allow; raises where it may not be said.

    ``notice`` names what the person was shown, as ``Consents.give`` takes it; ``webid`` is empty where none is linked.
    """
    if request.status == "refused":
        raise RefusedError
    if request.offered.problem is not None:
        raise request.offered.problem
    if request.shown is None or not webid:
        raise NotInitialisedError(
            "taking part in studies needs a WebID, so that everyone is counted once",
            hint="Run: pod-agent pod link WEBID",
        )
    if notice is not None and notice != request.shown.digest:
        raise NoticeChangedError("what would leave has changed since it was shown; nothing was allowed")
    return request.shown


def grant_for(
    request: Request,
    shown: Preview,
    gate: Gate,
    *,
    subject: str,
    jurisdiction: str,
    until: date | None,
    zone: ZoneInfo,
    max_epsilon: float | None,
) -> Grant:
    """The grant for what was shown, until the end of a day in ``zone``; nothing is stored yet.

    InvalidGrantError where the study costs more than ``max_epsilon``, or the person's limit for one business, allows;
    BadSignatureError where the business signed with another key before.
    """
    study = request.study
    _check_key(gate, study, request.offered.key)
    limit = gate.limits.business_period
    if max_epsilon is not None:
        limit = min(limit, micro_rho(max_epsilon))
    price = cost(study, gate.limits)
    if not 0 < price <= limit:
        raise InvalidGrantError(
            "the study costs more privacy than you would allow", hint="Allow a larger epsilon, or leave it out."
        )
    created = gate.now()
    return Grant(
        identifier=str(uuid.uuid4()),
        subject=subject,
        controller=study.controller,
        controller_key=request.offered.key,
        helper=study.helper,
        helper_key=key_digest(study),
        purpose=study.purpose,
        data=frozenset(study.data),
        created=created,
        until=end_of(created, until, zone),
        max_micro_rho_release=price,
        max_micro_rho_period=limit,
        min_batch=study.min_batch,
        notice=shown.digest,
        request=request.task_id,
        jurisdiction=jurisdiction,
    )


def _check_key(gate: Gate, study: Study, key: str) -> None:
    """A business's key is taken on trust once; another one later needs the person's eyes."""
    for state in gate.states().states:
        if state.grant.controller == study.controller and state.grant.controller_key != key:
            raise BadSignatureError("this business signed its studies with another key before")
