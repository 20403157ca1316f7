"""What the agent refuses to answer, whoever asks and whatever was granted; checked before the person is asked.

A histogram may count one additive measure over months and categories of the public taxonomy, under filters on the same
public names. So a study cannot name a person, a shop of one's own or a text from the records.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pyoxigraph import NamedNode

from consent.budget import Limits
from consent.errors import InvalidStudyError, UnknownStatisticError
from consent.grant import WEBID
from consent.purposes import DATA, LISTENING, PURPOSES, SPENDING
from pod_agent.federation.hosts import is_loopback, server_of
from pod_agent.index.conditions import WEEKDAYS
from vocab.query import Filter, QuerySpec
from vocab.statistics import Histogram, ModelUpdate
from vocab.study import MIN_BATCH, Study
from vocab.taxonomy import CATEGORIES
from vocab.training import MODELS
from vocab.vdaf.encoding import prio3_for
from vocab.vdaf.sealing import PUBLIC_KEY_BYTES

__all__ = ["FILTERS", "check_study", "cost", "needed_data"]

MEASURES = {
    "spend": SPENDING,
    "purchases": SPENDING,
    "fees": SPENDING,
    "plays": LISTENING,
    "listening_minutes": LISTENING,
    "podcast_minutes": LISTENING,
}
"""Measures that add up over cells, and the kind of data each is computed from."""

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
CHOICES = frozenset({"eq", "ne", "in", "not_in"})
FILTERS: dict[str, tuple[Callable[[str], bool], frozenset[str]]] = {
    "category": (CATEGORIES.__contains__, CHOICES),
    "month": (lambda label: MONTH.fullmatch(label) is not None, CHOICES | {"gt", "ge", "lt", "le", "between"}),
    "weekday": (WEEKDAYS.__contains__, CHOICES),
    "weekend": ({"weekend", "weekday"}.__contains__, CHOICES),
}
"""What a study may filter on: the public names of each field, and the operators.

Amounts are none of them: one exact amount finds one person.
"""
MAX_BATCH = 10**9


def check_study(study: Study, *, simulated: bool = False) -> None:
    """InvalidStudyError, UnknownStatisticError or VocabularyError where the agent would not answer this study.

    ``simulated`` is True for made-up people, who may also answer studies marked ``demo``.
    """
    _check_parties(study)
    _check_terms(study, simulated=simulated)
    if isinstance(study.statistic, Histogram):
        _check_histogram(study.statistic)
    elif study.statistic.model not in MODELS or len(MODELS[study.statistic.model].start) != study.statistic.length:
        raise UnknownStatisticError("the model of this training round does not ship with this agent")
    if not needed_data(study) <= set(study.data):
        raise InvalidStudyError("the study does not name all data that it needs")
    prio3_for(study)


def needed_data(study: Study) -> frozenset[str]:
    """The kinds of data that the statistic is computed from, whatever the study says."""
    statistic = study.statistic
    if isinstance(statistic, ModelUpdate):
        return frozenset({SPENDING})
    return frozenset(MEASURES[measure] for measure in statistic.query.measures if measure in MEASURES)


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


def _check_name(name: str) -> None:
    """A party must have a name that a grant can hold."""
    try:
        NamedNode(name)
    except ValueError as error:
        raise InvalidStudyError("a party of the study has no valid WebID") from error
    if not WEBID.fullmatch(name):
        raise InvalidStudyError("a party of the study has no valid WebID")


def _check_terms(study: Study, *, simulated: bool) -> None:
    if study.purpose not in PURPOSES or not set(study.data) <= DATA.keys():
        raise InvalidStudyError("the study's purpose or data are not of kinds that can be granted")
    if study.min_batch > MAX_BATCH:
        raise InvalidStudyError("the study's minimum batch is more people than there are")
    if study.demo and not simulated:
        raise InvalidStudyError("the study is for made-up people only")
    if not (study.demo and simulated) and (study.min_batch < MIN_BATCH or study.noise.variance == 0):
        raise InvalidStudyError(f"a study needs noise and a minimum batch of at least {MIN_BATCH} people")


def _check_histogram(statistic: Histogram) -> None:
    query = statistic.query
    if len(query.measures) != 1 or query.measures[0] not in MEASURES:
        raise UnknownStatisticError("a histogram counts one measure that adds up, such as spend or plays")
    if query.period is None or query.order is not None or query.limit is not None:
        raise InvalidStudyError("a histogram names its days, and no order or limit")
    for condition in query.filters:
        _check_filter(condition)
    _check_cells(statistic, query)


def _check_filter(condition: Filter) -> None:
    public, operators = FILTERS.get(condition.field, (bool, frozenset[str]()))
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if condition.op not in operators or not values:
        raise InvalidStudyError("a histogram filters on public names only, by operators that fit them")
    if not all(isinstance(value, str) and public(value) for value in values):
        raise InvalidStudyError("a filter of the study names something that is no public name")


def _check_cells(statistic: Histogram, query: QuerySpec) -> None:
    public: dict[str, Callable[[str], bool]] = {
        "category": CATEGORIES.__contains__,
        "month": lambda label: MONTH.fullmatch(label) is not None and _in_period(label, query),
    }
    dimensions = set(query.dimensions)
    if not dimensions or not dimensions <= public.keys() or len(dimensions) != len(query.dimensions):
        raise InvalidStudyError("a histogram has months and categories as its cells")
    if len(set(statistic.cells)) != len(statistic.cells) or not statistic.cells:
        raise InvalidStudyError("a histogram has at least one cell, and none twice")
    for labels in statistic.cells:
        if len(labels) != len(query.dimensions):
            raise InvalidStudyError("a cell has one label for each dimension")
        if not all(public[name](label) for name, label in zip(query.dimensions, labels, strict=True)):
            raise InvalidStudyError("a cell is not a public name or lies outside the study's days")


def _in_period(month: str, query: QuerySpec) -> bool:
    return query.period is not None and query.period[0].isoformat()[:7] <= month <= query.period[1].isoformat()[:7]
