"""Statement texts of other banks than OCBC, and prefixes and tails of real card texts."""

from __future__ import annotations

import pytest

from pod_agent.enrich.transactions import meaning_of
from pod_agent.enrich.wording import original_amount
from vocab.records import Money

ACCOUNT = [
    ("NETS QR PAYMENT 123456789012345 TO: RED STOOL LAKSA", "-", "spend", "eating-out", "Red Stool Laksa"),
    ("DBS CARD CENTRE DCC (CARDHOL 123456789012", "-", "transfer", "transfers", ""),
    ("BRIGHT PATH PTE LTD 1234567890123456", "+", "income", "income", "Bright Path Pte Ltd"),
    ("PAYNOW TRANSFER 1234567 TO: JANE LIM OTHER", "-", "transfer", "transfers", ""),
    ("INCOMING PAYNOW REF 1234567 FROM: JANE LIM OTHER", "+", "transfer", "transfers", ""),
    ("TOP-UP TO PAYLAH! : 91234567", "-", "transfer", "transfers", ""),
    ("Other 20260110BANKSGSGREF123456 OTHR", "+", "transfer", "transfers", ""),
    ("CASH WITHDRAWAL 12345678 ORCHARD", "-", "cash", "cash", ""),
    ("WITHDRAWAL AT ATM 4451", "-", "cash", "cash", ""),
    ("INTEREST EARNED", "+", "income", "income", "Plum Interest"),
    ("ONE BONUS INTEREST", "+", "income", "income", "Plum Interest"),
    ("NETS DEBIT-CONSUMER 12345678 RED STOOL LAKSA", "-", "spend", "eating-out", "Red Stool Laksa"),
    ("MISC DR-DEBIT CARD 12 JAN 1234 BLUE BENCH COFFEE SINGAPORE", "-", "spend", "eating-out", "Blue Bench Coffee"),
    ("BILL PAYMENT MBK-UOB CARDS XXXXXXXXXXXX1234", "-", "transfer", "transfers", ""),
    ("INWARD CREDIT-FAST BRIGHT PATH PTE LTD SALA", "+", "income", "income", "Bright Path Pte Ltd"),
    ("FAST FOOD KING", "-", "spend", "eating-out", "Fast Food King"),
    ("ONLINE TRANSFER TO SAVINGS", "-", "transfer", "transfers", ""),
    ("MONTHLY SERVICE FEE", "-", "fee", "fees", "Plum Fees"),
    ("INTEREST CHARGES REVERSAL", "+", "refund", "fees", "Plum Fees"),
]
CARD = [
    ("PAYMENT - THANK YOU", "+", "transfer", "transfers", ""),
    ("PAYMT THRU E-BANK/HOMEB/CYBERB (EP01)", "+", "transfer", "transfers", ""),
    ("PAYMENT - DBS INTERNET/WIRELESS", "+", "transfer", "transfers", ""),
    ("AUTO-PAY PAYMENT", "+", "transfer", "transfers", ""),
    ("IBG GIRO", "+", "transfer", "transfers", ""),
    ("FAST INCOMING PAYMENT", "+", "transfer", "transfers", ""),
    ("CASH ADVANCE", "-", "cash", "cash", ""),
    ("CASH ADVANCE FEE", "-", "fee", "fees", "Plum Fees"),
    ("ANNUAL FEE WAIVER", "+", "refund", "fees", "Plum Fees"),
    ("INTEREST ON PURCHASES", "-", "fee", "fees", "Plum Fees"),
    ("LATE CHARGES", "-", "fee", "fees", "Plum Fees"),
    ("CASH REBATE", "+", "income", "income", "Plum Rewards"),
    ("RED STOOL LAKSA PAYMENT REVERSAL", "+", "refund", "eating-out", "Red Stool Laksa Payment Reversal"),
    ("HARDWARE STORE PTE L SINGAPORE SG", "-", "spend", "household", "Hardware Store"),
    ("BLUE BENCH SINGAPOR SINGAPORE SG XXXX-XXXX-XXXX-0005", "-", "spend", "other", "Blue Bench"),
    ("TRAM MUSIC TRAM.COM US USD 10.90 USD 10.90", "-", "spend", "other", "Tram Music"),
    ("RIDER* A-ABCD1234XYZSingapore SGP", "-", "spend", "other", "Rider"),
    ("SP BLUE BENCH SINGAPORE SG", "-", "spend", "other", "Blue Bench"),
    ("SP SERVICES LTD SINGAPORE SG", "-", "spend", "utilities", "SP Services"),
    ("PAYPAL *PAPERMOON 35314369001 GBR", "-", "spend", "other", "Papermoon"),
    ("AXS PTE LTD*NORTH TOWN COUNCIL SINGAPORE SG", "-", "spend", "utilities", "North Town Council"),
    ("AXS PTE LTD SINGAPORE SG", "-", "spend", "other", "AXS"),
]


@pytest.mark.parametrize(
    ("text", "sign", "kind", "category", "merchant", "card"),
    [(*row, False) for row in ACCOUNT] + [(*row, True) for row in CARD],
)
def test_what_other_banks_print_is_understood(
    text: str, sign: str, kind: str, category: str, merchant: str, *, card: bool
) -> None:
    incoming = sign == "+"
    left = original_amount(text, Money(100 if incoming else -100, "SGD"))[0]
    found = meaning_of(left, incoming=incoming, bank="Plum", card=card)
    assert (found.kind, found.category, found.merchant) == (kind, category, merchant)


@pytest.mark.parametrize(
    "text", ["PAYNOW TRANSFER 1234567 TO: JANE LIM OTHER", "PAYNOW-FAST PIB2601234567 JANE LIM OTHR"]
)
def test_the_person_on_the_other_side_is_named(text: str) -> None:
    assert meaning_of(text, incoming=False, bank="Plum").counterparty == "Jane Lim"


def test_a_card_payment_that_was_taken_back_is_no_purchase() -> None:
    assert meaning_of("PAYMENT - RETURNED", incoming=False, bank="Plum", card=True).kind == "transfer"
