"""Offers of banks and plans on the person's own flows, against cases computed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pod_agent.index.local import LocalIndex
from pod_agent.offers.finance import cash_back, instalment, interest, loan_total
from pod_agent.offers.match import OfferMatch, Unfit
from pod_agent.offers.matching import Judge, match_offers
from tests.support.households import SINGAPORE, RecordMaker
from vocab.offers import Bonus, Card, CashBack, Contract, Loan, Offer, Plan, Savings, SavingsTier
from vocab.records import Money

TODAY = date(2026, 11, 15)


def sgd(amount: str) -> Money:
    return Money.of(Decimal(amount), "SGD")


def offer(terms: Contract, **changes: Any) -> Offer:
    standard: dict[str, Any] = {
        "iri": "https://bank.example/c#1",
        "title": "An offer",
        "seller": "Merlion Bank",
        "valid_from": date(2026, 11, 1),
        "valid_through": date(2026, 11, 30),
    }
    return Offer(**{**standard, **changes}, terms=terms)


CARD = Card(
    annual_fee=sgd("60"),
    base=Decimal("0.3"),
    below=Decimal("0.1"),
    minimum=sgd("600"),
    cap=sgd("50"),
    cash_back=(
        CashBack(categories=("groceries", "eating-out"), percent=Decimal(5), cap=sgd("30")),
        CashBack(categories=("transport",), percent=Decimal(3)),
    ),
)


@pytest.mark.parametrize(
    ("month", "paid"),
    [
        ([("groceries", 40_000), ("transport", 10_000), ("shopping", 20_000)], 2360),  # 20.00 + 3.00 + 0.60
        ([("groceries", 50_000), ("eating-out", 30_000)], 3000),  # 5 % of 800.00 is 40.00, the cap 30.00
        ([("groceries", 59_999)], 59),  # a cent below the minimum: 0.1 % of everything, rounded down
        ([("groceries", 60_000)], 3000),
        ([("groceries", 70_000), ("groceries", -10_001)], 59),  # a refund brings the month below the minimum
        ([("groceries", 60_000), ("transport", -5_000)], 3000),  # more came back than was bought: nothing
        ([("groceries", 60_000), ("transport", 100_000)], 5000),  # 30.00 + 30.00, the month's cap 50.00
        ([("shopping", 60_033)], 180),  # 1.80099 rounded down
        ([], 0),
    ],
)
def test_a_card_pays_back_by_category_with_caps_and_a_minimum(month: list[tuple[str, int]], paid: int) -> None:
    assert cash_back(CARD, month) == paid


SAVER = Savings(
    tiers=(SavingsTier(percent=Decimal("0.6"), up_to=sgd("1000")), SavingsTier(percent=Decimal("1.2"))),
    bonuses=(
        Bonus(condition="salary", least=sgd("2000"), percent=Decimal(2), up_to=sgd("3000")),
        Bonus(condition="spend", least=sgd("500"), percent=Decimal("0.6")),
        Bonus(condition="growth", least=sgd("100"), percent=Decimal("0.6")),
    ),
)


@pytest.mark.parametrize(
    ("balance", "conditions", "earned"),
    [
        (100_000, (0, 0, 0), 50),  # 1,000.00 at 0.6 % a year is 0.50 a month
        (500_000, (0, 0, 0), 450),  # 0.50 + 4,000.00 at 1.2 %
        (500_000, (200_000, 0, 0), 950),  # and 3,000.00 at 2 %
        (500_000, (199_999, 50_000, 9_999), 700),  # only spending is enough: 5,000.00 at 0.6 %
        (500_000, (200_000, 50_000, 10_000), 1450),
        (199, (0, 0, 0), 0),
        (0, (200_000, 50_000, 10_000), 0),
    ],
)
def test_a_savings_account_earns_by_tiers_and_conditions(
    balance: int, conditions: tuple[int, int, int], earned: int
) -> None:
    salary, spend, growth = conditions
    assert interest(SAVER, balance, salary=salary, spend=spend, growth=growth) == earned


@pytest.mark.parametrize(
    ("terms", "monthly", "total"),
    [
        ({"amount": sgd("1200"), "percent": Decimal(0), "months": 12}, 10_000, 120_000),
        ({"amount": sgd("1000"), "percent": Decimal(12), "months": 12}, 8_885, 106_620),  # 88.8488 rounded up
        ({"amount": sgd("5000"), "percent": Decimal("3.5"), "months": 24, "flat": True}, 22_292, 535_008),
        (
            {"amount": sgd("5000"), "percent": Decimal("3.5"), "months": 24, "flat": True, "fee": sgd("100")},
            22_292,
            545_008,
        ),
        ({"amount": sgd("1000"), "percent": Decimal(12), "months": 1}, 101_000, 101_000),
        ({"amount": sgd("300000"), "percent": Decimal("2.6"), "months": 300}, 136_101, 40_830_300),
    ],
)
def test_a_loan_costs_its_instalments_and_its_fee(terms: dict[str, Any], monthly: int, total: int) -> None:
    loan = Loan(**terms)
    assert (instalment(loan), loan_total(loan)) == (monthly, total)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[LocalIndex]:
    """From June 2026 on: salary 3,000.00, rent 1,000.00 and groceries 700.00 a month; a phone for 45.00."""
    maker = RecordMaker()
    records = []
    for month in ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"):
        salary = "GIRO SALARY ACME"
        records.append(maker.paid(f"{month}-01", -3000, "Acme", "income", kind="income", description=salary))
        records.append(maker.paid(f"{month}-02", 1000, "Landlord", "household"))
        records.append(maker.paid(f"{month}-05", 700, "FairPrice", "groceries"))
        records.append(maker.paid(f"{month}-09", 45, "Singtel", "telecom"))
    records.append(maker.paid("2026-08-20", -100, "FairPrice", "groceries", kind="refund"))
    records.append(maker.paid("2026-09-20", 500, "Ali", "transfers", kind="transfer"))
    records.append(maker.paid("2026-09-21", 200, "Cash", "cash", kind="cash"))
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        held.upsert(records)
        yield held


def judged(index: LocalIndex, terms: Contract, **changes: Any) -> OfferMatch:
    found = Judge(index, TODAY).judge(offer(terms, **changes))
    assert isinstance(found, OfferMatch), found
    return found


def refused(index: LocalIndex, terms: Contract, **changes: Any) -> str:
    found = Judge(index, TODAY).judge(offer(terms, **changes))
    assert isinstance(found, Unfit), found
    return found.reason


def test_a_card_is_computed_on_the_whole_months_that_are_held(index: LocalIndex) -> None:
    """Each month 1,745.00: 30.00 for groceries (35.00 capped; in August 30.00 of 600.00), 0.3 % of 1,045.00."""
    match = judged(index, CARD)
    assert match.saving == sgd("105.65")  # 5 x (30.00 + 3.13) - 60.00; this month does not count
    assert "it would have paid back S$165.65, less its fee of S$60.00" in match.reason
    assert len(match.evidence) == 16  # three purchases in five months, one refund; no transfer, no cash
    assert "2026-08: S$33.13" in match.steps
    free = judged(index, Card(annual_fee=sgd("60"), first_year_free=True, base=Decimal(1)))
    assert free.saving == sgd("86.25")  # 1 % of 4 x 1,745.00 and of 1,645.00
    assert "free of its fee in the first year" in free.reason
    assert "From the second year on S$60.00 a year go off." in free.steps[-1]


def test_a_card_that_costs_more_than_it_pays_is_told_with_the_figures(index: LocalIndex) -> None:
    reason = refused(index, Card(annual_fee=sgd("200"), base=Decimal(1)))
    assert reason == "It would have paid back S$86.25 for its fee of S$200.00: nothing gained."


def test_a_savings_account_is_computed_on_what_was_put_aside(index: LocalIndex) -> None:
    """Left over 1,255.00 a month, in August 1,355.00; 1.2 % and, for the salary, 1.2 % more on up to 3,000.00."""
    bonus = Bonus(condition="salary", least=sgd("3000"), percent=Decimal("1.2"), up_to=sgd("3000"))
    match = judged(index, Savings(tiers=(SavingsTier(percent=Decimal("1.2")),), bonuses=(bonus,)))
    # 1255.00: 1.255+1.255=2.51; 2510: 5.02; 3865: 3.865+3=6.86; 5120: 8.12; 6375: 9.37
    assert match.saving == sgd("31.88")
    assert match.steps[2] == "2026-08: S$6.86 on S$3,865.00 (salary)"
    assert "What you had before is not known here" in match.steps[-1]


def test_a_loan_is_never_pushed_and_told_beside_what_is_left(index: LocalIndex) -> None:
    loan = Loan(amount=sgd("5000"), percent=Decimal("3.5"), months=24, flat=True, fee=sgd("100"))
    assert match_offers([offer(loan)], index, TODAY) == []
    match = judged(index, loan)
    assert (match.score, match.saving) == (0.0, None)
    assert match.reason == (
        "S$5,000.00 would cost S$5,450.08 in all, S$450.08 more than you get: S$222.92 a month for 24 months."
    )
    assert match.steps[0] == "Half of your last 5 months left S$1,255.00 or more: S$1,032.08 of it would stay."
    large = judged(index, Loan(amount=sgd("30000"), percent=Decimal(0), months=12))
    assert large.steps[0].endswith("S$1,245.00 more than that.")
    assert large.steps[1] == "In 5 of them less was left than an instalment."


def test_without_a_whole_month_nothing_is_made_up(tmp_path: Path) -> None:
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        held.upsert([RecordMaker().paid("2026-11-02", 20, "FairPrice", "groceries")])
        for terms in (CARD, SAVER, Loan(amount=sgd("1"), percent=Decimal(1), months=1)):
            assert refused(held, terms).startswith("No whole month")


def test_a_cheaper_plan_is_told_beside_what_is_paid_now(index: LocalIndex) -> None:
    plan = Plan(monthly=sgd("18"), months=12, fee=sgd("24"))
    match = judged(index, plan, categories=("telecom",))
    assert match.saving == sgd("300")  # 12 x 27.00 - 24.00
    assert match.reason == (
        "You pay Singtel S$45.00 a month; this costs S$18.00 and S$24.00 once, if it does the same for you. "
        "It binds you for 12 months."
    )
    assert len(match.evidence) == 3
    assert "it is not cheaper" in refused(index, Plan(monthly=sgd("45")), categories=("telecom",))
    assert refused(index, plan, categories=("insurance",)) == "You pay nobody each month for insurance."


def test_shopping_that_varies_is_no_plan(tmp_path: Path) -> None:
    maker = RecordMaker()
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as held:
        held.upsert(
            maker.paid(f"2026-{month}-03", amount, "Challenger", "telecom")
            for month, amount in (("08", 20), ("09", 60), ("10", 30))
        )
        held.upsert(maker.paid(f"2026-{month}-03", 30, "M1", "telecom") for month in ("09", "10"))
        assert "You pay nobody" in refused(held, Plan(monthly=sgd("5")), categories=("telecom",))


def test_offers_of_banks_are_gone_with_the_input_flows_and_others_with_history(index: LocalIndex) -> None:
    plan = offer(Plan(monthly=sgd("18")), categories=("telecom",), iri="https://bank.example/c#2")
    both = [offer(CARD), plan]
    names = {
        without: [match.offer.name for match in match_offers(both, index, TODAY, without=frozenset(without.split()))]
        for without in ("", "flows", "history", "flows history")
    }
    assert names == {"": ["2", "1"], "flows": ["2"], "history": ["1"], "flows history": []}
