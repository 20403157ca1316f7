"""What a bank's descriptions say: the way the money took, and the text that names the other side.

The phrases are those of Singapore's banks (OCBC, DBS and POSB, UOB, Citi, HSBC, Standard Chartered) and the common ones
of OFX and SWIFT files. The text is a few fixed phrases round a name. ``read_wording`` finds the first phrase that fits;
what is left of the text is the payee, still with branch, terminal and place (``merchants`` cleans it). A bank's own
entries are told by how the text starts, so that a shop called *Fee & Charge* is no fee.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from vocab.errors import VocabularyError
from vocab.records import Money

__all__ = ["Way", "Wording", "original_amount", "read_wording"]


class Way(Enum):
    """How money moved, as far as the text tells."""

    CASH = auto()
    INTEREST = auto()
    FEE = auto()
    CARD_BILL = auto()
    OWN_ACCOUNT = auto()
    DEPOSIT = auto()
    PERSON = auto()
    """PayNow to or from the mobile or identity number of a person."""
    BUSINESS = auto()
    """PayNow to or from a registered business, or its QR code."""
    UNSAID = auto()
    """A transfer that does not say whether the other side is a person."""
    GIRO = auto()
    PURCHASE = auto()
    """A payment by card or code, as the text says."""
    REWARD = auto()
    """What a bank gives back for using its card."""
    PLAIN = auto()
    """A name alone: a purchase on a card's statement; on an account it may be anything."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The way, the payee's text, the note that the payer wrote, and whether the text speaks of a salary."""

    way: Way
    payee: str
    note: str = ""
    salary: bool = False


_BILL = r"(?:IBG )?(?:GIRO|BILL PAYMENT)\b"
_UNDONE = r"(?:(?:WAIVER|WAIVED|REVERSAL|REVERSE|REFUND|REBATE)(?: OF| -|:)? )?"
_FEES = (
    r"SERVICE CHARGE|SERVICE FEE|COUNTER SERVICE|FALL[ -]BELOW|(?:MONTHLY|ACCOUNT|ANNUAL|ADMIN\w*|PROCESSING|LATE|"
    r"OVER ?LIMIT|CASH ADVANCE|CARD REPLACEMENT|CHEQUE|CHQ|RETURNED?|CURRENCY CONVERSION|CCY CONVERSION|"
    r"FOREIGN (?:CURRENCY|TRANSACTION|EXCHANGE)|CROSS BORDER|REMITTANCE|TELEGRAPHIC|CABLE|COMMISSION|GST ON)"
    r"(?: \w+){0,3} (?:FEES?|CHARGES?)|FINANCE CHARGES?|INTEREST CHARGES?|DEBIT INTEREST|OVERDRAFT"
)
_CARDS = r"\b(?:CARDS?|CCARD|CARD CENT(?:RE|ER)|AMEX|AMERICAN EXPRESS|DINERS|CCRD)\b"
_ENTRIES: tuple[tuple[Way, str], ...] = (
    (Way.FEE, rf"{_UNDONE}(?:{_FEES})\b"),
    (Way.CASH, r"(?:\w+ )?(?:CASH|ATM)(?: CASH)? WITHDRAWAL|WITHDRAWAL\b.*\bATM\b|ATM (?:CASH|DEBIT)\b|CASH ADVANCE"),
    (Way.INTEREST, r"(?:CREDIT |MONTHLY |SAVINGS )?INT(?:EREST)?(?: CREDIT| EARNED| PAID| PAYMENT|$)"),
    (Way.INTEREST, r"(?:\w+ )?BONUS INTEREST|INTEREST ON (?:PURCHASE|CASH|RETAIL|BALANCE)S?\b"),
    (Way.REWARD, r"(?:\w+ ){0,2}(?:CASH ?BACK|CASH REBATE|REBATE)(?: \w+){0,2}$"),
    (
        Way.CARD_BILL,
        r"(?:E-?|ONLINE |INTERNET )?(?:PAYMENT|PAYMT|PYMT) (?:BY|VIA|-|THRU|THROUGH|RECEIVED|THANK)|AUTO-?PAY",
    ),
    (Way.CARD_BILL, rf"(?:{_BILL}|IBG\b|SI TO\b|STANDING INSTRUCTION\b).*{_CARDS}|.*\bCARD CENT(?:RE|ER)\b"),
    (Way.CARD_BILL, r"CREDIT CARD (?:BILL|PAYMENT)\b|(?:MBK|IB|PIB)-\w+ CARDS?\b"),
    (
        Way.OWN_ACCOUNT,
        r".*(?:\b|\d)(?:to|from) OWN ACCOUNT|.*\bOWN ACCOUNT TRANSFER|.*\bTOP-?UP TO \w*(?:PAYLAH|WALLET)",
    ),
    (
        Way.OWN_ACCOUNT,
        r"(?:ONLINE |INTERNET |MOBILE |AUTOMATIC )?TRANSFER (?:TO|FROM) (?:SAV|CHK|CHECKING|SAVINGS|MY )",
    ),
    (Way.DEPOSIT, r"(?:CASH|CHEQUE|CHQ|CHECK|CDM|ATM|MOBILE|QUICK CHEQUE)\b.*\bDEPOSIT|DEPOSIT$|DEPOSIT \d"),
)
_WAYS = tuple((way, re.compile(phrase, re.IGNORECASE)) for way, phrase in _ENTRIES)
_CARD_PAYMENT = re.compile(
    r"(?:(?:GIRO|AUTO|E-?|ONLINE|INTERNET|FAST|INCOMING|BILL|DIRECT|CASH|CHEQUE|MOBILE)[ -]*)*"
    r"(?:PAYMENT|PAYMT|PYMT|PAYMNT|TRANSFER)\b|AUTO-?PAY|GIRO\b|IBG\b|FAST\b|.*\bTHANK YOU\b|.*\bPAYMENT RECEIVED\b",
    re.IGNORECASE,
)
"""A credit on a card's statement that pays the bill."""
_UNDONE_PURCHASE = re.compile(r"\b(?:REFUND|REVERSAL|CHARGEBACK)\b", re.IGNORECASE)
_TRANSFER = re.compile(
    r"(?:ADVICE )?(?:FAST PAYMENT|FAST TRANSFER|(?:INCOMING|INWARD|OUTGOING|OUTWARD) (?:CREDIT[ -])?(?:FAST|PAY ?NOW)|"
    r"PAY ?NOW-FAST|PAY ?NOW(?: TRANSFER)?|FUNDS? TRANSFER|FUNDS TRF(?: - FAST)?|PAYMENT/TRANSFER|INSTANT TRANSFER|"
    r"IBFT|MEPS|TELEGRAPHIC TRANSFER|SEND MONEY|TRANSFER|FAST$)(?!\w)\s*(?:REF )?(?P<rest>.*)",
    re.IGNORECASE,
)
_FAST_REFERENCE = re.compile(r"(?:\w+ )?\d{8}[A-Z]{4}SG\w+(?: \w+)?$", re.IGNORECASE)
"""All that DBS prints of a transfer between banks: a purpose, the reference with day and bank, the purpose's code."""
_PAYNOW = re.compile(r"\s*via PayNow[- ](?P<key>[A-Z]+)(?: Code)?", re.IGNORECASE)
_PAYNOW_KEYS = {
    "mobile": Way.PERSON,
    "nric": Way.PERSON,
    "fin": Way.PERSON,
    "uen": Way.BUSINESS,
    "qr": Way.BUSINESS,
}
_PARTY = re.compile(r"(?P<note>.*)(?<![a-z])(?:(?:to|from) |\b(?:TO|FROM|To|From) ?: ?)(?P<payee>[^a-z].*)")
_CODE = (
    r"(?:BEXP|BONU|CASH|CBFF|CCRD|CHAR|COLL|COMM|DIVD|EDUC|FWLV|GOVT|HSPC|IHRP|INSU|INTC|INTE|INVS|IVPT|LOAN|MDCS|"
    r"NITX|OTHR|PHON|PTXP|RDTX|REBT|REFU|RENT|SALA|SUPP|TAXS|TBIL|TCSC|TRAD|TREA|TRPT|TRWI|UBIL|VATX|WHLD)"
)
"""Purpose codes of ISO 20022 as Singapore's banks use them."""
_FIRST_CODE = re.compile(rf"{_CODE}\b(?:\s*-\s*|\s+|$)")
_LAST_CODE = re.compile(rf"\s+(?:{_CODE}|OTHER)$")
_PURCHASE = re.compile(
    r"(?:NETS QR|NETS PURCHASE|NETS DEBIT(?:-CONSUMER)?|NETS|"
    r"(?:VISA |MASTERCARD )?DEBIT (?:CARD )?PURCHASE|(?:MISC DR-?|POS )DEBIT(?: CARD)?|POS PURCHASE|CHECK ?CARD|"
    r"POINT OF SALE(?: TRANSACTION)?)\b(?: (?:REFUND|REVERSAL|PAYMENT(?= \d)))?(?: \d{6,})?(?: TO ?:)?[\s:]*"
    r"(?:(?:\d\d/\d\d(?:/\d\d(?:\d\d)?)?|\d\d [A-Z]{3}(?: \d{4})?)\s)?\s*(?:xx-\d{4}\s)?(?P<payee>.*)",
    re.IGNORECASE,
)
_GIRO = re.compile(rf"{_BILL}[ -]*(?:(?:INB|MB|MOBILE|INTERNET)\b)?(?P<payee>.*)", re.IGNORECASE)
_NOISE = re.compile(r"\bNETS QR PURCHASE\b|\bI-BANK\b|\bVIA QR CODE\b|\bvia PayNow: *\d+|\bS\$$", re.IGNORECASE)
_REFERENCE = re.compile(r"\s\S*\d{4}\S*")
_SALARY = re.compile(r"\b(?:SALARY|SALA|PAYROLL|WAGES|BONU)\b", re.IGNORECASE)
_SALARY_WORDS = re.compile(r"\b(?:SALARY|SALA|PAYROLL|WAGES|BONUS?)\b|(?<!\w)-(?!\w)", re.IGNORECASE)
_FOREIGN = re.compile(r"(?P<text>.*\S)\s+(?P<currency>[A-Z]{3}) ?(?P<amount>\d[\d,]*(?:\.\d+)?)$")
_TWICE = re.compile(r"( [A-Z]{3} ?\d[\d,]*(?:\.\d+)?)\1$")
_CURRENCIES = frozenset(
    "AED ARS AUD BDT BHD BND BRL CAD CHF CLP CNY COP CZK DKK EGP EUR FJD GBP HKD HUF IDR ILS INR ISK JOD JPY KES KHR"
    " KRW KWD LAK LKR MAD MMK MNT MOP MUR MVR MXN MYR NGN NOK NPR NZD OMR PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB"
    " TRY TWD UAH USD VND XPF ZAR".split()
)


def read_wording(text: str, *, card: bool = False, incoming: bool = False) -> Wording:
    """The way, payee and note of a description whose white space is folded, of a card's statement or an account's."""
    own = _own_entry(text, card=card, incoming=incoming)
    if own is not None:
        return Wording(own, text)
    text = _NOISE.sub(" ", text).strip()
    if transfer := _TRANSFER.match(text):
        return _transfer(transfer["rest"])
    if purchase := _PURCHASE.match(text):
        return Wording(Way.PURCHASE, purchase["payee"].strip() or text)
    if (giro := _GIRO.match(text)) and giro["payee"].strip(" -"):
        return _giro(giro["payee"])
    return _unphrased(text, card=card)


def _own_entry(text: str, *, card: bool, incoming: bool) -> Way | None:
    """The way of an entry that is the bank's own; None for all others."""
    if card and incoming and _CARD_PAYMENT.match(text) and not _UNDONE_PURCHASE.search(text):
        return Way.CARD_BILL
    return next((way for way, phrase in _WAYS if phrase.match(text)), None)


def _unphrased(text: str, *, card: bool) -> Wording:
    """A text without any of the phrases: on a card's statement a shop, else whatever its name says."""
    if _FAST_REFERENCE.match(text):
        return Wording(Way.UNSAID, "")
    if card or _UNDONE_PURCHASE.search(text):
        return Wording(Way.PURCHASE, text)
    return Wording(Way.PLAIN, _without_references(text), salary=_SALARY.search(text) is not None)


def original_amount(text: str, billed: Money) -> tuple[str, Money | None]:
    """The text without a foreign amount at its end, and that amount with the sign of the billed one.

    Some issuers print the amount twice.
    """
    if not (text[-1:].isdecimal() or text.endswith(",")):  # most texts: two searches are saved
        return text, None
    found = _FOREIGN.match(_TWICE.sub(r"\1", text))
    if not found or found["currency"] not in _CURRENCIES or found["currency"] == billed.currency:
        return text, None
    amount = Decimal(found["amount"].replace(",", ""))
    try:
        original = Money.of(amount if billed.minor >= 0 else -amount, found["currency"])
    except VocabularyError:
        return text, None
    return found["text"], original


def _transfer(rest: str) -> Wording:
    paynow = _PAYNOW.search(rest)
    way = _PAYNOW_KEYS.get(paynow["key"].lower(), Way.UNSAID) if paynow else Way.UNSAID
    salary = _SALARY.search(rest) is not None
    rest = _FIRST_CODE.sub("", _PAYNOW.sub(" ", rest).strip(), count=1).strip(" -")
    party = _PARTY.match(rest)
    payee, note = (party["payee"], party["note"].strip(" -")) if party else (rest, "")
    return Wording(way, _without_references(payee), note, salary=salary)


def _giro(rest: str) -> Wording:
    """A bill or a payment by GIRO: the bank prints names in capitals, the payer's note as it was typed."""
    salary = _SALARY.search(rest) is not None
    payee = _without_references(_SALARY_WORDS.sub(" ", rest) if salary else rest)
    words = payee.split()
    size = next((place for place, word in enumerate(words) if word == word.upper()), 0)
    return Wording(Way.GIRO, " ".join(words[size:]), " ".join(words[:size]), salary=salary)


def _without_references(payee: str) -> str:
    """The other side's name without account numbers and the purpose code at its end."""
    name = " ".join(_REFERENCE.sub(" ", f" {payee}").split()) or payee
    return _LAST_CODE.sub("", name).strip(" -")
