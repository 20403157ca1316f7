"""Transfers, refunds and orders: what belongs together, and what is left alone because it is not sure."""

from __future__ import annotations

import random

import pytest

from pod_agent.enrich.links import Relation
from pod_agent.enrich.matching import match_orders
from pod_agent.enrich.refunds import find_refunds
from pod_agent.enrich.transfers import find_transfers
from tests.support.money_rows import ZONE, bought, paid
from vocab.records import OrderStatus, Transaction

CARD = {"account": "Plum Card 9876", "source": "dbs", "card": True}
SAVINGS = {"account": "Savings 1111", "source": "dbs"}


def bill(amount: str, day: int = 0) -> Transaction:
    return paid("BILL PAYMENT INB DBS CARDS 4556000011119876 I-BANK", f"-{amount}", day=day)


def settled(amount: str, day: int = 0) -> Transaction:
    return paid("PAYMENT - DBS INTERNET/WIRELESS", amount, day=day, **CARD)  # type: ignore[arg-type]


def sent(amount: str, day: int = 0) -> Transaction:
    return paid("FUND TRANSFER OTHR - SAVINGS 695-123456to OWN ACCOUNT", f"-{amount}", day=day)


def arrived(amount: str, day: int = 0) -> Transaction:
    return paid("FUNDS TRANSFER FROM: 626-123", amount, day=day, **SAVINGS)  # type: ignore[arg-type]


def test_a_card_bill_is_paired_on_both_sides() -> None:
    out, came = bill("120.50"), settled("120.50", day=2)
    found = find_transfers([came, out])
    assert found.links == ((out.iri, Relation.TRANSFER, came.iri),)
    assert found.unsure == ()


def test_a_move_between_own_accounts_is_paired() -> None:
    out, came = sent("500.00"), arrived("500.00", day=1)
    assert [(link.iri, link.other) for link in find_transfers([out, came]).links] == [(out.iri, came.iri)]


@pytest.mark.parametrize(
    ("out", "came"),
    [
        (bill("120.50"), settled("120.50", day=4)),
        (bill("120.50"), settled("120.51")),
        (bill("120.50"), arrived("120.50")),
        (sent("120.50"), paid("FUND TRANSFER OTHR from OWN ACCOUNT", "120.50")),
        (bill("120.50"), paid("UNIQLO NEX SINGAPORE SGP", "120.50", **CARD)),  # type: ignore[arg-type]
    ],
    ids=["too late", "another amount", "not the card", "the same account", "a refund"],
)
def test_what_is_not_the_same_money_is_not_paired(out: Transaction, came: Transaction) -> None:
    assert find_transfers([out, came]).links == ()


@pytest.mark.parametrize(("sender", "is_own"), [("LIM AH LIAN", True), ("LIM AH", True), ("TAN MEI HUA", False)])
def test_money_to_one_person_is_not_what_came_from_another(sender: str, is_own: bool) -> None:
    out = paid("FAST PAYMENT OTHR-x via PayNow-Mobile to LIM AH LIAN", "-500.00")
    came = paid(f"FAST PAYMENT OTHR-y via PayNow-Mobile from {sender}", "500.00", **SAVINGS)  # type: ignore[arg-type]
    assert bool(find_transfers([out, came]).links) is is_own


def test_the_nearest_days_are_paired_first() -> None:
    rows = [bill("80.00", 0), bill("80.00", 1), settled("80.00", 0), settled("80.00", 1)]
    assert {(link.iri, link.other) for link in find_transfers(rows).links} == {
        (rows[0].iri, rows[2].iri),
        (rows[1].iri, rows[3].iri),
    }


def test_a_bill_that_says_so_is_paired_with_the_card_before_a_plain_transfer() -> None:
    bare, out, came = sent("80.00"), bill("80.00"), settled("80.00")
    assert [(link.iri, link.other) for link in find_transfers([bare, out, came]).links] == [(out.iri, came.iri)]
    assert [(link.iri, link.other) for link in find_transfers([bare, came]).links] == [(bare.iri, came.iri)]


def test_two_equal_sides_leave_all_unpaired_and_are_asked_about() -> None:
    out = sent("500.00")
    ones = [
        arrived("500.00", day=1),
        paid("FUNDS TRANSFER FROM: 626-123", "500.00", day=1, account="Second 2222", source="dbs"),
    ]
    found = find_transfers([out, *ones])
    assert found.links == ()
    assert set(found.unsure) == {out.iri, ones[0].iri, ones[1].iri}


def test_as_many_sides_on_either_hand_are_still_not_sure_where_they_differ() -> None:
    outs = [sent("500.00"), paid("FUND TRANSFER OTHR 123to OWN ACCOUNT", "-500.00", account="Second 2222")]
    found = find_transfers([*outs, arrived("500.00"), arrived("500.00")])
    assert found.links == ()
    assert len(found.unsure) == 4


def test_twins_that_nothing_tells_apart_are_paired() -> None:
    rows = [sent("500.00"), sent("500.00"), arrived("500.00"), arrived("500.00")]
    found = find_transfers(rows)
    assert len(found.links) == 2
    assert found.unsure == ()


def test_pairs_do_not_depend_on_the_order_of_rows() -> None:
    rows = [make("70.00", day) for day in range(6) for make in (bill, settled, sent, arrived)]
    expected = find_transfers(rows)
    for seed in range(5):
        assert find_transfers(random.Random(seed).sample(rows, len(rows))) == expected
    assert len(expected.links) == 12


def test_a_refund_belongs_to_the_purchase_of_its_amount_else_to_the_latest_that_covers_it() -> None:
    exact, later = paid("UNIQLO NEX", "-40.00"), paid("UNIQLO JEM", "-90.00", day=3)
    small = paid("UNIQLO JEM", "-5.00", day=4)
    whole, part = paid("UNIQLO NEX", "40.00", day=5), paid("UNIQLO NEX", "30.00", day=6)
    found = find_refunds([part, whole, small, later, exact])
    assert {(link.iri, link.other) for link in found} == {(whole.iri, exact.iri), (part.iri, later.iri)}
    assert {link.relation for link in found} == {Relation.REFUND_OF}


def test_a_purchase_gives_back_no_more_than_was_paid() -> None:
    purchase = paid("UNIQLO NEX", "-50.00")
    refunds = [paid("UNIQLO NEX", "30.00", day=day) for day in (1, 2)]
    assert [(link.iri, link.other) for link in find_refunds([purchase, *refunds])] == [(refunds[0].iri, purchase.iri)]


@pytest.mark.parametrize(("text", "day"), [("MUJI NEX", 1), ("UNIQLO NEX", 121), ("UNIQLO NEX", -1)])
def test_other_shops_and_other_times_give_no_refund(text: str, day: int) -> None:
    assert find_refunds([paid("UNIQLO NEX", "-50.00"), paid(text, "50.00", day=day)]) == ()


def test_a_waived_fee_belongs_to_the_fee() -> None:
    fee, waived = paid("ANNUAL FEE", "-196.20", **CARD), paid("ANNUAL FEE WAIVER", "196.20", day=9, **CARD)  # type: ignore[arg-type]
    assert [(link.iri, link.other) for link in find_refunds([waived, fee])] == [(waived.iri, fee.iri)]


@pytest.mark.parametrize(
    ("shop", "text"),
    [
        ("FairPrice", "NTUC FP-BEDOK SINGAPORE SGP"),
        ("FairPrice", "NETS QR NTUC FAIRPRICE 12345678 NETS QR PURCHASE"),
        ("Lazada", "REDMART SINGAPORE SGP"),
        ("Lazada", "LAZADA SINGAPORE PTE LTD"),
        ("Quiet Hollow", "QUIET HOLLOW BOOKS SINGAPORE SGP"),
    ],
)
def test_an_order_is_paid_by_the_charge_of_its_total_at_its_shop(shop: str, text: str) -> None:
    order, row = bought(shop, "58.30"), paid(text, "-58.30", day=2)
    assert match_orders([order], [row], ZONE) == ((order.iri, Relation.PAID_BY, row.iri),)


@pytest.mark.parametrize(
    ("text", "amount", "day"),
    [
        ("LAZADA SINGAPORE", "-58.31", 0),
        ("LAZADA SINGAPORE", "58.30", 0),
        ("SHOPEE SINGAPORE", "-58.30", 0),
        ("LAZADA SINGAPORE", "-58.30", 8),
        ("LAZADA SINGAPORE", "-58.30", -2),
    ],
)
def test_other_amounts_shops_and_days_pay_no_order(text: str, amount: str, day: int) -> None:
    assert match_orders([bought("Lazada", "58.30")], [paid(text, amount, day=day)], ZONE) == ()


def test_each_charge_pays_one_order_the_nearest() -> None:
    orders = [bought("Lazada", "20.00", day=0), bought("Lazada", "20.00", day=3), bought("Lazada", "20.00", day=3)]
    rows = [paid("LAZADA SINGAPORE", "-20.00", day=4), paid("LAZADA SINGAPORE", "-20.00", day=0)]
    found = {link.iri: link.other for link in match_orders(orders, rows, ZONE)}
    assert found[orders[0].iri] == rows[1].iri
    assert len(found) == 2


def test_a_cancelled_order_is_paid_by_nothing() -> None:
    order = bought("Lazada", "20.00", status=OrderStatus.CANCELLED)
    assert match_orders([order], [paid("LAZADA SINGAPORE", "-20.00")], ZONE) == ()


@pytest.mark.parametrize(
    ("paid_with", "row"),
    [
        ("Cash", paid("NTUC FP-BEDOK SINGAPORE SGP", "-20.00", **CARD)),  # type: ignore[arg-type]
        ("Cash on delivery", paid("NETS QR NTUC FAIRPRICE 12345678 NETS QR PURCHASE", "-20.00")),
        ("NETS", paid("NTUC FP-BEDOK SINGAPORE SGP", "-20.00", **CARD)),  # type: ignore[arg-type]
        ("Mastercard 5432", paid("NTUC FP-BEDOK SINGAPORE SGP", "-20.00", **CARD)),  # type: ignore[arg-type]
        ("Visa 9876", paid("NETS QR NTUC FAIRPRICE 12345678 NETS QR PURCHASE", "-20.00")),
    ],
    ids=["cash", "cash at the door", "nets", "another card", "a card"],
)
def test_a_charge_of_other_means_pays_no_order(paid_with: str, row: Transaction) -> None:
    order = bought("FairPrice", "20.00", paid_with=paid_with)
    assert match_orders([order], [row], ZONE) == ()
    assert match_orders([bought("FairPrice", "20.00")], [row], ZONE) != ()


def test_of_two_charges_that_of_the_order_s_own_means_pays_it() -> None:
    card, nets = (
        paid("NTUC FP-BEDOK SINGAPORE SGP", "-20.00", day=1, **CARD),  # type: ignore[arg-type]
        paid("NTUC FAIRPRICE", "-20.00"),
    )
    orders = [bought("FairPrice", "20.00", paid_with=how) for how in ("Mastercard 9876", "NETS", "Cash")]
    found = match_orders(orders, [nets, card], ZONE)
    assert {link.iri: link.other for link in found} == {orders[0].iri: card.iri, orders[1].iri: nets.iri}
