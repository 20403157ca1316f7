"""The person's word, laid over what the rows themselves say: a correction of one row, then a rule, then the reading.

A rule never turns a bank's own movement into a purchase by a word that happens to stand in it: entries for cash, card
bills and moves between own accounts, and what a payer typed for a friend (*Ikea*, *Netflix share*), follow a rule only
where the text begins with its pattern, or where the other side's name holds it. A salary stays one, whoever pays it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pod_agent.enrich.merchants import clean_name, core_words, known_pattern
from pod_agent.enrich.rules import Rule, Rulebook, fold
from pod_agent.enrich.transactions import Meaning, is_card, read_meaning, settle
from pod_agent.enrich.wording import Way, Wording, original_amount, read_wording
from vocab.records import IRI, Transaction, TransactionKind

__all__ = ["Correction", "Overlay", "corrected", "pattern_of"]

_MOVES = frozenset({Way.PERSON, Way.UNSAID, Way.BUSINESS})
_OWN = frozenset({Way.CASH, Way.CARD_BILL, Way.OWN_ACCOUNT, Way.DEPOSIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What the person says of one transaction; what is None stays as it is told without it."""

    iri: IRI
    category: str
    merchant: str | None = None
    kind: TransactionKind | None = None


class Overlay:
    """The final meaning of transactions under the person's rules and corrections."""

    def __init__(self, rules: Rulebook, corrections: Mapping[IRI, Correction]) -> None:
        self._rules = rules
        self._corrections = corrections
        self._told: dict[tuple[object, ...], Meaning] = {}

    def meaning(self, row: Transaction) -> Meaning:
        """What the row is. Rows that differ in nothing that matters are worked out once."""
        key = (row.description, row.amount.minor > 0, row.source, is_card(row), row.mcc, row.hint)
        told = self._told.get(key)
        if told is None:
            told = self._told[key] = _ruled(row, self._rules)
        correction = self._corrections.get(row.iri)
        return told if correction is None else corrected(row, told, correction)


def corrected(row: Transaction, told: Meaning, correction: Correction) -> Meaning:
    """The meaning that a correction gives a row which means ``told`` without it."""
    name = told.merchant or told.counterparty or "" if correction.merchant is None else correction.merchant
    found = settle(correction.category, name, incoming=row.amount.minor > 0)
    if found is None:  # the person knows better: interest taken back, cash paid in
        merchant = "" if correction.category == "cash" else name
        found = replace(told, merchant=merchant, category=correction.category, counterparty=None)
    return found if correction.kind is None else replace(found, kind=correction.kind)


def pattern_of(row: Transaction) -> str:
    """The pattern of a rule for all rows like this one; empty where the text names nobody."""
    wording = _wording(row)
    if wording.way in _OWN | {Way.FEE, Way.INTEREST, Way.REWARD}:
        return " ".join(_spelled(wording.payee))
    known = known_pattern(wording.payee)
    if known is not None:
        return known
    words = _spelled(" ".join(core_words(wording.payee)))
    whole = " ".join(words)
    rule = Rule(whole, "", "other")
    return whole if _rule(row, wording, Rulebook([rule])) else " * ".join(words)  # a reference stands between them


def _spelled(text: str) -> list[str]:
    """The words of a text up to the first that looks like a reference."""
    words = fold(text.replace("*", " ")).split()
    return next((words[:place] for place, word in enumerate(words) if place and sum(map(str.isdigit, word)) > 3), words)


def _ruled(row: Transaction, rules: Rulebook) -> Meaning:
    """What a row is by the rule that holds for it, or by its own fields."""
    told = read_meaning(row)
    wording = _wording(row)
    rule = _rule(row, wording, rules)
    if rule is None or not _may_stand(rule, told, wording):
        return told
    name = rule.name or told.merchant or (clean_name(wording.payee) if wording.way not in _OWN else "")
    if rule.category == "transfers":
        return settle("transfers", rule.name or told.counterparty or "", incoming=row.amount.minor > 0) or told
    return settle(rule.category, name, incoming=row.amount.minor > 0) or told


def _rule(row: Transaction, wording: Wording, rules: Rulebook) -> Rule | None:
    """The most specific rule for the text as a whole or for the name of the other side."""
    guarded = wording.way in _MOVES or wording.way in _OWN
    found = [rules.find(row.description, only_at_start=guarded)]
    if wording.way in _MOVES:
        found.append(rules.find(wording.payee))
    return max((rule for rule in found if rule), key=lambda rule: (len(fold(rule.pattern)), rule), default=None)


def _may_stand(rule: Rule, told: Meaning, wording: Wording) -> bool:
    is_salary = told.kind is TransactionKind.INCOME and wording.salary
    return not is_salary or rule.category in {"income", "transfers"}


def _wording(row: Transaction) -> Wording:
    text = original_amount(row.description, row.amount)[0]
    return read_wording(text, card=is_card(row), incoming=row.amount.minor > 0)
