"""Offers of banks against the person's own money: what a card would have paid back, an account earned, a loan costs.

Every figure is of the last twelve whole months and of the person's records alone. It is no advice and no decision on
credit, nobody else sees it, and whether a bank would accept the person is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from pod_agent.features.inputs import FLOWS
from pod_agent.offers.bought import Bought
from pod_agent.offers.flows import MONTHS, Flows
from pod_agent.offers.match import CURRENCY, OfferMatch, Unfit, shown
from vocab.offers import Bonus, Card, Loan, Offer, Savings
from vocab.records import IRI, Money

__all__ = ["cash_back", "financial", "instalment", "interest", "loan_total"]

USUAL_GAIN: Final = 20_000
"""A gain of so many minor units in a year counts half of what the largest could."""
NOTHING_HELD: Final = "No whole month of your accounts is held here to compute it on."


def financial(offer: Offer, bought: Bought) -> OfferMatch | Unfit:
    """The offer of a bank computed on the person's own flows, or why it is of no use to them."""
    if offer.currency != CURRENCY:
        return Unfit(offer, f"It is in {offer.currency}, your totals are in {CURRENCY}.")
    if not bought.flows.months:
        return Unfit(offer, NOTHING_HELD)
    match offer.terms:
        case Card():
            return _card(offer, offer.terms, bought)
        case Savings():
            return _savings(offer, offer.terms, bought.flows)
        case Loan():
            return _loan(offer, offer.terms, bought.flows)
        case _:
            return Unfit(offer, "It is no offer of a bank.")


def cash_back(card: Card, month: Iterable[tuple[str, int]]) -> int:
    """What the card pays back for one month, in minor units: ``month`` has category and net cost of each purchase.

    Each rate is rounded down by itself. Refunds have a cost below zero and take from their category; a category in
    which more came back than was bought earns nothing.
    """
    spent = defaultdict[str, int](int)
    for category, minor in month:
        spent[category] += minor
    net = {category: max(minor, 0) for category, minor in spent.items()}
    whole = sum(net.values())
    if card.minimum is not None and whole < card.minimum.minor:
        paid = int(whole * Fraction(card.below) / 100)
    else:
        paid = _rated(card, net)
    return min(paid, card.cap.minor) if card.cap is not None else paid


def _rated(card: Card, net: dict[str, int]) -> int:
    paid, rest = 0, sum(net.values())
    for rate in card.cash_back:
        part = sum(net.get(category, 0) for category in rate.categories)
        earned = int(part * Fraction(rate.percent) / 100)
        paid += min(earned, rate.cap.minor) if rate.cap is not None else earned
        rest -= part
    return paid + int(rest * Fraction(card.base) / 100)


def interest(savings: Savings, balance: int, *, salary: int, spend: int, growth: int) -> int:
    """What one month earns on this balance, in minor units, rounded down once; a twelfth of the yearly rates."""
    earned, below = Fraction(0), 0
    for tier in savings.tiers:
        end = balance if tier.up_to is None else min(balance, tier.up_to.minor)
        earned += max(end - below, 0) * Fraction(tier.percent)
        below = max(below, end)
    met = {"salary": salary, "spend": spend, "growth": growth}
    for bonus in savings.bonuses:
        if met[bonus.condition] >= bonus.least.minor:
            earned += _within(balance, bonus) * Fraction(bonus.percent)
    return int(earned / 1200)


def _within(balance: int, bonus: Bonus) -> int:
    return balance if bonus.up_to is None else min(balance, bonus.up_to.minor)


def instalment(loan: Loan) -> int:
    """What a month costs, in minor units, rounded up.

    Of a reducing balance the annuity P r / (1 - (1 + r)^-n) with r a twelfth of the rate; flat the sum and the interest
    on all of it, in equal parts.
    """
    principal, rate, months = loan.amount.minor, Fraction(loan.percent) / 1200, loan.months
    if loan.flat or not rate:
        exact = principal * (1 + rate * months) / months
    else:
        grown = (1 + rate) ** months
        exact = principal * rate * grown / (grown - 1)
    return -int(-exact // 1)


def loan_total(loan: Loan) -> int:
    """All that is paid for a loan until its end, with the fee, in minor units."""
    return instalment(loan) * loan.months + (loan.fee.minor if loan.fee else 0)


def _card(offer: Offer, card: Card, bought: Bought) -> OfferMatch | Unfit:
    months = bought.flows.months
    paid = {month: cash_back(card, spent.items()) for month, spent in bought.by_month.items()}
    gross, fee = sum(paid.values()), 0 if card.first_year_free else card.annual_fee.minor
    net = gross - fee
    if net <= 0:
        return Unfit(offer, f"It would have paid back {_money(gross)} for its fee of {_money(fee)}: nothing gained.")
    reached = sum(amount > 0 for amount in paid.values())
    cost = "free of its fee in the first year" if card.first_year_free else f"less its fee of {_money(fee)}"
    later = f" From the second year on {shown(card.annual_fee)} a year go off." if card.first_year_free else ""
    return _bank_match(
        offer,
        net,
        reason=f"Had you paid your purchases of the last {_months(months)} with it, it would have paid back "
        f"{_money(gross)}, {cost}.",
        basis=f"gained in {_months(months)}, had every purchase been paid with it",
        steps=(
            f"{len(bought.monthly_evidence)} purchases and refunds in {_months(months)}.",
            f"{reached} of these months earn something.",
            *(f"{month}: {_money(amount)}" for month, amount in sorted(paid.items())),
            f"Cards that you have may pay something back already.{later}",
        ),
        evidence=bought.monthly_evidence,
    )


def _savings(offer: Offer, savings: Savings, flows: Flows) -> OfferMatch | Unfit:
    balance, earned, steps = 0, 0, list[str]()
    for month, left, salary, spend in zip(flows.months, flows.left, flows.salary, flows.spend, strict=True):
        before, balance = balance, max(balance + left, 0)
        gained = interest(savings, balance, salary=salary, spend=spend, growth=balance - before)
        earned += gained
        met = [each.condition for each in savings.bonuses if _is_met(each, salary, spend, balance - before)]
        conditions = f" ({', '.join(dict.fromkeys(met))})" if met else ""
        steps.append(f"{month}: {_money(gained)} on {_money(balance)}{conditions}")
    if earned <= 0:
        return Unfit(offer, "On what you put aside in the last twelve months it would have earned nothing.")
    return _bank_match(
        offer,
        earned,
        reason=f"On what was left of your income in the last {_months(flows.months)} it would have earned "
        f"{_money(earned)}.",
        basis=f"earned in {_months(flows.months)} on what you put aside in them",
        steps=(*steps, "What you had before is not known here and earns more; interest is not added to the balance."),
        evidence=flows.evidence,
    )


def _is_met(bonus: Bonus, salary: int, spend: int, growth: int) -> bool:
    return {"salary": salary, "spend": spend, "growth": growth}[bonus.condition] >= bonus.least.minor


def _loan(offer: Offer, loan: Loan, flows: Flows) -> OfferMatch:
    """What the loan costs beside what is usually left; never whether the person should or may have it."""
    monthly, total, left = instalment(loan), loan_total(loan), flows.usual_left
    after = (
        f"{_money(left - monthly)} of it would stay" if left >= monthly else f"{_money(monthly - left)} more than that"
    )
    return OfferMatch(
        offer=offer,
        title=offer.title,
        score=0.0,
        reason=f"{shown(loan.amount)} would cost {_money(total)} in all, {_money(total - loan.amount.minor)} more than "
        f"you get: {_money(monthly)} a month for {loan.months} months.",
        saving=None,
        saving_basis="a loan saves nothing",
        evidence=flows.evidence,
        known_shop=False,
        inputs=((FLOWS, 0.0),),
        steps=(
            f"Half of your last {_months(flows.months)} left {_money(left)} or more: {after}.",
            f"In {sum(month < monthly for month in flows.left)} of them less was left than an instalment.",
        ),
    )


def _bank_match(
    offer: Offer, gain: int, *, reason: str, basis: str, steps: tuple[str, ...], evidence: tuple[IRI, ...]
) -> OfferMatch:
    score = 0.2 + 0.4 * gain / (gain + USUAL_GAIN)
    return OfferMatch(
        offer=offer,
        title=offer.title,
        score=score,
        reason=reason,
        saving=Money(gain, CURRENCY),
        saving_basis=basis,
        evidence=evidence,
        known_shop=False,
        inputs=((FLOWS, score),),
        steps=steps,
    )


def _money(minor: int) -> str:
    return shown(Money(minor, CURRENCY))


def _months(months: tuple[str, ...]) -> str:
    return "month" if len(months) == 1 else f"{len(months) if len(months) < MONTHS else 'twelve'} months"
