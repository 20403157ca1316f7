"""What statement texts mean: for any account in Singapore, by a table of chains and by rules."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from pod_agent.enrich.merchants import clean_name, known_merchant, title
from pod_agent.enrich.transactions import classify, meaning_of
from pod_agent.enrich.wording import original_amount
from tests.support.rows import read_all
from tests.support.shared import shared
from vocab.records import IRI, Money, Transaction, TransactionKind
from vocab.taxonomy import CATEGORIES

OUT = [
    ("NETS QR RED STOOL LAKSA 57240322 NETS QR PURCHASE", "Red Stool Laksa", "eating-out", "spend"),
    ("NETS QR RED STOOL LAKSA NETS QR PURCHASE 57240322", "Red Stool Laksa", "eating-out", "spend"),
    ("NETS QR YONG HENG PROVISION SHOP 12345678 NETS QR PURCHASE", "Yong Heng Provision Shop", "groceries", "spend"),
    (
        "NETS QR WELL FAMILY CLINIC PTE LTD 12345678 NETS QR PURCHASE",
        "Well Family Clinic",
        "health",
        "spend",
    ),
    ("NETS QR BLUE BENCH COFFEE-NEX 12345678 NETS QR PURCHASE", "Blue Bench Coffee", "eating-out", "spend"),
    ("NETS QR BIG BUBBLE LAUNDRY SERVICES 12345678 NETS QR PURCHASE", "Big Bubble Laundry", "household", "spend"),
    ("NETS QR GOLDEN PROSPERITY TRADING 12345678 NETS QR PURCHASE", "Golden Prosperity Trading", "other", "spend"),
    ("NETS QR NTUC FP-TAMPINES MALL NETS QR PURCHASE 5724", "FairPrice", "groceries", "spend"),
    ("DEBIT PURCHASE 08/11/26 xx-1234 PAPER MOON BOOKS LONDON GBR GBP 20.43", "Paper Moon Books", "shopping", "spend"),
    ("DEBIT PURCHASE 08/11/26 xx-1234 SQ *THE DAILY GREEN SINGAPORE SGP", "The Daily Green", "other", "spend"),
    ("GRAB* RIDE A-7X9YZ12QQ SINGAPORE SGP", "Grab Rides", "transport", "spend"),
    ("GRABFOOD* A-7X9YZ12QQ SINGAPORE SGP", "GrabFood", "eating-out", "spend"),
    ("MCDONALD'S (JEM) SINGAPORE SGP", "McDonald's", "eating-out", "spend"),
    ("H&M ION ORCHARD SINGAPORE SGP", "H&M", "shopping", "spend"),
    ("7-ELEVEN #01-22 BUGIS SINGAPORE SGP", "7-Eleven", "groceries", "spend"),
    ("IBG GIRO PRUDENTIAL ASSURANCE CO PREM098500098", "Prudential", "insurance", "spend"),
    ("IBG GIRO Premium May HARBOUR LIFE INSURANCE INSU 12345678", "Harbour Life Insurance", "insurance", "spend"),
    ("GIRO TX-BILL-0000012345 C9010022222 NORTH WEST TOWN COUNCIL", "North West Town Council", "utilities", "spend"),
    ("BILL PAYMENT INB STARHUB LTD 12345678 I-BANK", "StarHub", "telecom", "spend"),
    ("BILL PAYMENT INB CITIBANK CARDS 12345678 I-BANK", "", "transfers", "transfer"),
    ("GIRO CR CARD RECEIVABLE COLL 1234567890123456", "", "transfers", "transfer"),
    ("PAYMENT BY GIRO", "", "transfers", "transfer"),
    ("FUND TRANSFER OTHR-RENT NOV via PayNow-UEN to PALM COURT PTE LTD", "Palm Court", "household", "spend"),
    ("FUND TRANSFER OTHR-RENT NOV to PALM COURT PTE LTDvia PayNow-UEN", "Palm Court", "household", "spend"),
    ("FUND TRANSFER OTHR - REF1234 to CORNER BISTRO PTE via PayNow-QR Code", "Corner Bistro", "eating-out", "spend"),
    ("FAST PAYMENT OTHR-salary advance via PayNow-Mobile to LIM WEI JIE", "", "transfers", "transfer"),
    ("FUND TRANSFER OTHR - SAVINGS OCBC MOS 695-123456to OWN ACCOUNT", "", "transfers", "transfer"),
    ("CASH WITHDRAWAL ATM OCBC ATM NEX SINGAPORE", "", "cash", "cash"),
    ("SERVICE CHARGE FALL BELOW FEE", "OCBC Fees", "fees", "fee"),
    ("ANNUAL FEE", "OCBC Fees", "fees", "fee"),
    ("LATE CHARGE", "OCBC Fees", "fees", "fee"),
    ("CITY ACADEMY COURSE FEE SINGAPORE SGP", "City Academy", "education", "spend"),
    ("NOODLE SCHOOL SINGAPORE SGP", "Noodle School", "education", "spend"),
    ("LATE NIGHT SUPPER CLUB SINGAPORE SGP", "Late Night Supper Club", "other", "spend"),
]
IN = [
    ("GIRO - SALARY CLEARPATH LABS LLP SALA", "Clearpath Labs Llp", "income", "income"),
    ("GIRO - SALARY CLEARPATH LABS LLP BONUS", "Clearpath Labs Llp", "income", "income"),
    ("FAST PAYMENT SALA-Oct via PayNow-UEN from CLEARPATH LABS LLP", "Clearpath Labs Llp", "income", "income"),
    ("GIRO WORKFARE CPF BOARD", "CPF Board", "income", "income"),
    ("GIRO ASSURANCE PKG MINISTRY OF FINANCE", "Ministry of Finance", "income", "income"),
    ("INTEREST CREDIT", "OCBC Interest", "income", "income"),
    ("BONUS INTEREST 360 SALARY BONUS", "OCBC Interest", "income", "income"),
    ("FAST PAYMENT OTHR-Lunch via PayNow-Mobile from LIM WEI JIE", "", "transfers", "transfer"),
    ("PAYMENT BY INTERNET", "", "transfers", "transfer"),
    ("UNIQLO NEX SINGAPORE SGP", "Uniqlo", "shopping", "refund"),
    ("NETS QR REFUND RED STOOL LAKSA 12345678", "Red Stool Laksa", "eating-out", "refund"),
    ("ANNUAL FEE WAIVER", "OCBC Fees", "fees", "refund"),
]


@pytest.mark.parametrize(("text", "merchant", "category", "kind"), OUT)
def test_money_that_went_out_is_understood(text: str, merchant: str, category: str, kind: str) -> None:
    found = meaning_of(original_amount(text, Money(-100, "SGD"))[0], incoming=False, bank="OCBC")
    assert (found.merchant, found.category, found.kind) == (merchant, category, kind)


@pytest.mark.parametrize(("text", "merchant", "category", "kind"), IN)
def test_money_that_came_in_is_understood(text: str, merchant: str, category: str, kind: str) -> None:
    found = meaning_of(text, incoming=True, bank="OCBC")
    assert (found.merchant, found.category, found.kind) == (merchant, category, kind)


@pytest.mark.parametrize(
    "order",
    ["via PayNow-Mobile to LIM WEI JIE", "to LIM WEI JIE via PayNow-Mobile", "REFto LIM WEI JIEvia PayNow-Mobile"],
)
def test_a_transfer_keeps_the_person_on_the_other_side(order: str) -> None:
    found = meaning_of(f"FAST PAYMENT OTHR-Trip to Bali {order}", incoming=False, bank="OCBC")
    assert found.counterparty == "Lim Wei Jie"


@pytest.mark.parametrize(
    ("text", "original"),
    [
        ("SHOP LONDON GBR GBP 1,020.40", Money(-102040, "GBP")),
        ("SHOP AKIBA JPN JPY 3200", Money(-3200, "JPY")),
        ("SHOP SINGAPORE SGP SGD 12.00", None),
        ("BUS STOP 12", None),
        ("SHOP JPN JPY 32.50", None),
        ("USD 5", None),
    ],
)
def test_the_foreign_amount_is_read_from_the_end_of_the_text(text: str, original: Money | None) -> None:
    left, found = original_amount(text, Money(-500, "SGD"))
    assert found == original
    assert (left == text) == (original is None)


def test_nothing_but_the_meaning_changes() -> None:
    at = datetime(2026, 3, 1, tzinfo=ZoneInfo("Asia/Singapore"))
    row = Transaction(
        iri=IRI("data/ocbc/transaction/2026/2026-03.ttl#a"),
        source="ocbc",
        at=at,
        account="OCBC Rewards Card 3333",
        amount=Money(500, "SGD"),
        description="ANNUAL FEE WAIVER",
        merchant="",
        category="other",
        kind=TransactionKind.INCOME,
    )
    found = classify(row)
    assert (found.merchant, found.category, found.kind) == ("OCBC Card Fees", "fees", TransactionKind.REFUND)
    assert (found.iri, found.at, found.amount, found.description) == (row.iri, row.at, row.amount, row.description)
    assert classify(found) == found


@pytest.mark.parametrize("text", ["", " ", "GIRO", "GIRO -", "NETS QR", "&", "---", "12345678", "FUND TRANSFER", "* *"])
@pytest.mark.parametrize("incoming", [True, False])
def test_a_text_without_a_name_still_has_a_meaning(text: str, *, incoming: bool) -> None:
    assert meaning_of(text, incoming=incoming, bank="OCBC").category in CATEGORIES


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("MINISTRY OF FINANCE", "Ministry of Finance"),
        ("WATSON'S CORNER", "Watson's Corner"),
        ("BBQ KING", "BBQ King"),
        ("OF MICE", "Of Mice"),
        ("eBay", "eBay"),
        ("24-HOUR MART", "24-Hour Mart"),
    ],
)
def test_names_are_written_as_people_write_them(name: str, written: str) -> None:
    assert title(name) == written


@pytest.mark.parametrize("digits", ["88123456", "99000011", "00000000"])
def test_a_name_of_digits_alone_keeps_its_own_digits(digits: str) -> None:
    assert meaning_of(digits, incoming=False, bank="OCBC", card=True).merchant == digits
    person = meaning_of(f"FAST PAYMENT OTHR-x to {digits} via PayNow-Mobile", incoming=False, bank="OCBC")
    assert person.counterparty == digits


def test_a_long_pattern_wins_over_a_short_one() -> None:
    names = [known_merchant(text) for text in ("GRAB* A-1", "GRABFOOD* A-1", "CATHAY PACIFIC", "CATHAY CINEPLEXES")]
    assert [found.name for found in names if found] == ["Grab Rides", "GrabFood", "Cathay Pacific", "Cathay Cineplex"]


def test_a_pattern_matches_whole_words_alone() -> None:
    assert known_merchant("GIANTS CAUSEWAY GIFTS") is None
    assert known_merchant("THE GIANT") is None


@pytest.mark.parametrize("end", ["BEDOK", "#01-12", "PTE. LTD.", "SGP", "SINGAPORE SG", "12345678", "T3 SINGAPORE SGP"])
def test_branch_terminal_country_and_legal_form_are_no_part_of_a_name(end: str) -> None:
    assert clean_name(f"OLD STREET CAFE {end}") == "Old Street Cafe"


def test_every_category_of_the_tables_is_in_the_taxonomy() -> None:
    for text in ("GIANT", "GRABPAY", "CPF BOARD"):
        found = known_merchant(text)
        assert found is not None
        assert found.category in CATEGORIES
    folder = files("pod_agent.enrich")
    merchants = list(csv.reader(folder.joinpath("merchants.csv").read_text(encoding="utf-8").splitlines()))[1:]
    words = list(csv.reader(folder.joinpath("words.csv").read_text(encoding="utf-8").splitlines()))[1:]
    assert {row[1] for row in merchants} | {row[0] for row in words} <= set(CATEGORIES)
    assert len(merchants) > 400
    assert all(len(row) == 3 and all(row) for row in merchants)
    patterns = Counter(pattern for row in merchants for pattern in row[2].split("|"))
    assert [pattern for pattern, count in patterns.items() if count > 1] == []


def test_the_rows_of_the_account_mean_what_the_truth_says() -> None:
    found = [classify(row) for row in read_all(shared("qa/dev/exports/ocbc")) if isinstance(row, Transaction)]
    with shared("qa/dev/truth/transactions.csv").open(encoding="utf-8") as stream:
        truth = [row for row in csv.DictReader(stream) if row["source"] == "ocbc"]
    expected = Counter(
        (row["booking_date"], row["amount"], row["merchant"], row["category"], row["kind"], row["original_currency"])
        for row in truth
    )
    assert expected == Counter(
        (
            f"{row.at:%Y-%m-%d}",
            str(row.amount.amount),
            row.merchant,
            row.category,
            row.kind,
            row.original.currency if row.original else "",
        )
        for row in found
    )


def test_the_spend_of_every_month_equals_the_truth() -> None:
    signs = {"spend": -1, "fee": -1, "refund": -1}
    mine: dict[str, Decimal] = defaultdict(Decimal)
    for row in read_all(shared("qa/dev/exports/ocbc")):
        if isinstance(row, Transaction) and (kind := classify(row).kind) in signs:
            mine[f"{row.at:%Y-%m}"] += signs[kind] * row.amount.amount
    truth: dict[str, Decimal] = defaultdict(Decimal)
    with shared("qa/dev/truth/transactions.csv").open(encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if line["source"] == "ocbc" and line["kind"] in signs:
                truth[line["booking_date"][:7]] -= Decimal(line["amount"])
    assert mine == truth
    assert len(mine) == 19
