"""What the agent refuses to answer, whoever asks and whatever was granted; checked before the person is asked.

``measuring.checks`` looks at what is asked of the records, this module at everything else.
"""

from __future__ import annotations

from itertools import combinations

from pyoxigraph import NamedNode

from consent.budget import Limits
from consent.errors import InvalidStudyError
from consent.grant import WEBID
from consent.purposes import purpose_problem
from pod_agent.federation.hosts import server_of
from pod_agent.federation.measuring.checks import check_statistic, needed_data
from vocab.hosts import is_loopback
from vocab.study import MIN_BATCH, Study
from vocab.tokens import issuers_problem
from vocab.vdaf.encoding import prio3_for
from vocab.vdaf.sealing import PUBLIC_KEY_BYTES

__all__ = ["check_study", "cost"]

MAX_BATCH = 10**9


def check_study(study: Study, *, simulated: bool = False) -> None:
    """InvalidStudyError, UnknownStatisticError or VocabularyError where the agent would not answer this study.

    ``simulated`` is True for made-up people, who may also answer studies marked ``demo``.
    """
    _check_parties(study)
    _check_terms(study, simulated=simulated)
    _check_issuers(study)
    check_statistic(study.statistic)
    problem = purpose_problem(study)
    if problem is not None:
        raise InvalidStudyError(problem)
    if not needed_data(study.statistic) <= set(study.data):
        raise InvalidStudyError("the study does not name all data that it needs")
    prio3_for(study)


def cost(study: Study, limits: Limits) -> int:
    """Micro-rho that an answer costs, computed here from the study's own noise, never taken from the aggregator.

    An answer to a study without noise has no bound; it takes the whole budget that the person gives one business.
    """
    if study.noise.variance == 0:
        return limits.business_period
    return study.noise.micro_rho(study.statistic.norm_squared)


def _check_parties(study: Study) -> None:
    for name in (study.controller, study.helper):
        _check_name(name)
    if study.controller == study.helper:
        raise InvalidStudyError("the business and its helper are the same")
    if len(study.helper_key) != 2 * PUBLIC_KEY_BYTES:
        raise InvalidStudyError("the helper's key has another length than such keys have")
    leader, helper = server_of(study.leader_url), server_of(study.helper_url)
    if leader.loopback != helper.loopback or leader.same_party(helper):
        raise InvalidStudyError("leader and helper lie with one party, so together they could read every report")
    if any(server.scheme != "https" and not is_loopback(server.host) for server in (leader, helper)):
        raise InvalidStudyError("a server of the study is not reached by https")


def _check_issuers(study: Study) -> None:
    """Operators that are not independent of one another, or of the business, could make people up."""
    problem = issuers_problem(study)
    if problem is not None:
        raise InvalidStudyError(problem)
    servers = [server_of(issuer.url) for issuer in study.issuers]
    if any(server.scheme != "https" and not is_loopback(server.host) for server in servers):
        raise InvalidStudyError("an issuer of the study is not reached by https")
    servers.append(server_of(study.leader_url))
    if any(one.same_party(other) for one, other in combinations(servers, 2)):
        raise InvalidStudyError("two issuers of the study lie with one party, or one with the business")


def _check_name(name: str) -> None:
    """A party must have a name that a grant can hold."""
    try:
        NamedNode(name)
    except ValueError as error:
        raise InvalidStudyError("a party of the study has no valid WebID") from error
    if not WEBID.fullmatch(name):
        raise InvalidStudyError("a party of the study has no valid WebID")


def _check_terms(study: Study, *, simulated: bool) -> None:
    if study.min_batch > MAX_BATCH:
        raise InvalidStudyError("the study's minimum batch is more people than there are")
    if study.demo and not simulated:
        raise InvalidStudyError("the study is for made-up people only")
    if not (study.demo and simulated) and (study.min_batch < MIN_BATCH or study.noise.variance == 0):
        raise InvalidStudyError(f"a study needs noise and a minimum batch of at least {MIN_BATCH} people")
