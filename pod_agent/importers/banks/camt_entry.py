"""One entry of CAMT (``Ntry``): the payments in it, each with its amount, day, texts and references."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from pod_agent.importers.banks.interchange import joined, read_money
from pod_agent.importers.banks.xml_tree import Element
from pod_agent.importers.faults import RowError
from pod_agent.importers.reading import fold
from vocab.records import Money

__all__ = ["Payment", "payments"]

DAY = re.compile(r"\s*(\d{4})-(\d\d)-(\d\d)")
UNTOLD: Final = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"})
CARD_DAYS: Final = timedelta(days=60)
"""How long before its booking a card may have been used: another date is no date of the payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment of an entry; texts are folded."""

    amount: Money
    day: date
    value_date: date | None
    text: str
    counterparty: str
    reference: str
    hint: str
    original: Money | None
    mcc: str | None
    pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """What all payments of an entry share."""

    element: Element
    amount: Money
    day: date
    value_date: date | None


def payments(element: Element, currency: str) -> list[Payment]:
    """The payments of an entry; ``currency`` is that of the account. RowError where the entry cannot be read."""
    amount = _signed(element.first("Amt"), element.value("CdtDbtInd"), currency)
    value_date = _day(element, "ValDt")
    day = _day(element, "BookgDt") or value_date
    if day is None:
        raise RowError("no_date", "the entry has neither a booking date nor a value date", "BookgDt")
    entry = _Entry(element=element, amount=amount, day=day, value_date=value_date)
    details = element.all("NtryDtls/TxDtls")
    amounts = _amounts(entry, details)
    if len(details) < 2 or amounts is None:
        return [_payment(entry, details, amount)]
    return [_payment(entry, [detail], part, shared=False) for detail, part in zip(details, amounts, strict=True)]


def _amounts(entry: _Entry, details: Sequence[Element]) -> list[Money] | None:
    """The amounts of a collected booking, None where one lacks or they do not add up to it."""
    whole = entry.amount
    direction = entry.element.value("CdtDbtInd")
    try:
        amounts = [
            _signed(
                detail.first("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"),
                detail.value("CdtDbtInd") or direction,
                whole.currency,
            )
            for detail in details
        ]
    except RowError:
        return None
    if any(amount.currency != whole.currency for amount in amounts):
        return None
    return amounts if sum(amount.minor for amount in amounts) == whole.minor else None


def _payment(entry: _Entry, details: Sequence[Element], amount: Money, *, shared: bool = True) -> Payment:
    """One payment; of several that were booked as one sum the texts are joined."""
    element = entry.element
    incoming = amount.minor > 0
    only = details[0] if len(details) == 1 else None
    name = _party(only, incoming=incoming) if only else ""
    texts = dict.fromkeys(text for detail in details for text in _texts(detail) if text)
    text = joined(name, " ".join(texts))
    if shared or not text:
        text = joined(text, fold(element.value("AddtlNtryInf")))
    return Payment(
        amount=amount,
        day=_card_day(only, entry.day) if only else entry.day,
        value_date=entry.value_date,
        text=text or _code(element),
        counterparty=name,
        reference=_reference(element, only, alone=shared),
        hint=_code(only or element) or _code(element),
        original=_original(only, amount) or _original(element, amount) if shared and len(details) < 2 else None,
        mcc=_merchant_code(only or element),
        pending=element.value("Sts/Cd", "Sts") in {"PDNG", "FUTR"},
    )


def _signed(amount: Element | None, direction: str, currency: str) -> Money:
    if amount is None:
        raise RowError("no_amount", "the entry has no amount", "Amt")
    if direction not in {"CRDT", "DBIT"}:
        raise RowError("bad_direction", "the entry is neither a credit nor a debit", "CdtDbtInd")
    text = amount.text.strip()
    if text.startswith("-"):
        raise RowError("bad_amount", "the amount is negative: the sign is told apart from it", "Amt")
    value = read_money(text, amount.attributes.get("Ccy", currency))
    return -value if direction == "DBIT" else value


def _day(element: Element, name: str) -> date | None:
    """The day of a date, or of a date and time as the bank wrote it, in its own zone."""
    text = element.value(f"{name}/Dt", f"{name}/DtTm")
    if not text:
        return None
    day = _iso(text)
    if day is None:
        raise RowError("bad_date", "the date is no day as YYYY-MM-DD", name)
    return day


def _iso(text: str) -> date | None:
    parts = DAY.match(text)
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])) if parts else None
    except ValueError:
        return None


def _card_day(detail: Element, booked: date) -> date:
    """The day on which a card was used, where the bank tells it; else that of the booking."""
    if detail.first("CardTx") is None:
        return booked
    used = _iso(detail.value("RltdDts/TxDtTm", "RltdDts/AccptncDtTm"))
    return used if used and timedelta() <= booked - used <= CARD_DAYS else booked


def _party(detail: Element, *, incoming: bool) -> str:
    """The name of the other side."""
    side = "Dbtr" if incoming else "Cdtr"
    paths = (f"{role}{part}" for role in (side, f"Ultmt{side}") for part in ("/Nm", "/Pty/Nm"))
    return fold(detail.value(*(f"RltdPties/{path}" for path in paths)))


def _texts(detail: Element) -> list[str]:
    """What the payer wrote, and what the bank adds to it."""
    free = " ".join(fold(element.text) for element in detail.all("RmtInf/Ustrd"))
    structured = [*detail.all("RmtInf/Strd/CdtrRefInf/Ref"), *detail.all("RmtInf/Strd/AddtlRmtInf")]
    return [free, *(fold(element.text) for element in structured), fold(detail.value("AddtlTxInf"))]


def _reference(element: Element, detail: Element | None, *, alone: bool) -> str:
    """The bank's own reference, else the payer's: that of the entry only where it has but one payment."""
    candidates = [] if detail is None else [detail.value("Refs/AcctSvcrRef")]
    if alone:
        candidates.append(element.value("AcctSvcrRef"))
    if detail is not None:
        candidates += [detail.value("Refs/EndToEndId"), detail.value("Refs/TxId")]
    candidates.append(element.value("NtryRef"))
    return next((fold(text) for text in candidates if text.upper() not in UNTOLD), "")


def _code(element: Element) -> str:
    """What kind of payment it is: ISO's domain, family and sub-family or its own code, and the purpose."""
    iso = [element.value(f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    own = element.value("BkTxCd/Prtry/Cd")
    purpose = element.value("Purp/Cd", "Purp/Prtry")
    return fold(" ".join(part for part in ("-".join(part for part in iso if part) or own, purpose) if part))


def _original(element: Element | None, amount: Money) -> Money | None:
    """The amount in the currency of the payment, where that is another one than the account's."""
    if element is None:
        return None
    for kind in ("InstdAmt", "TxAmt", "CntrValAmt"):
        other = element.first(f"AmtDtls/{kind}/Amt")
        if other is not None and other.attributes.get("Ccy", amount.currency) != amount.currency:
            try:
                value = read_money(other.text.strip(), other.attributes["Ccy"])
            except RowError:
                return None
            return -value if amount.minor < 0 else value
    return None


def _merchant_code(element: Element) -> str | None:
    code = next((leaf.text.strip() for leaf in element.leaves() if leaf.name in {"MrchntCtgyCd", "MCC"}), "")
    return code if re.fullmatch(r"\d{4}", code) else None
