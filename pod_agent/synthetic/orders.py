"""A made-up person's orders as the shops tell them: FairPrice's order service, Lazada's pages (``mtop``).

Every order is the basket of a charge on the account or a card, so it adds what was bought and no spending. Now and then
an order at Lazada was cancelled; nothing was charged for it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Any

from pod_agent.synthetic.baskets import Basket, BasketLine
from pod_agent.synthetic.household import Household
from pod_agent.synthetic.money import account_movements, second_card_movements

__all__ = ["fairprice_json", "fairprice_orders", "lazada_json", "lazada_orders"]

DELIVERY_DAYS = 3
"""A parcel takes so long."""


def fairprice_orders(person: Household, first: date, last: date) -> Iterator[tuple[Basket, str]]:
    """Orders that were charged from ``first`` to ``last``, newest first, each with how it was paid."""
    paid = [(move, "NETS") for move in account_movements(person, first, last)]
    paid += [(move, "Mastercard") for move in second_card_movements(person, first, last)]
    found = [(move.basket, how) for move, how in paid if move.basket and move.basket.store]
    return iter(sorted(found, key=lambda order: order[0].placed, reverse=True))


def fairprice_json(person: Household, first: date, last: date) -> bytes:
    """The answer of the order service, as the browser saves it."""
    orders = [_fairprice(basket, how, person) for basket, how in fairprice_orders(person, first, last)]
    return json.dumps({"data": {"orders": orders}}, separators=(",", ":")).encode()


def lazada_orders(person: Household, first: date, last: date) -> Iterator[Basket]:
    """Orders that were charged from ``first`` to ``last`` and those called off beside them, newest first."""
    for move in reversed(list(second_card_movements(person, first, last))):
        if move.basket and not move.basket.store:
            yield move.basket
            if random.Random(move.basket.number).random() < 0.1:  # noqa: S311 - made-up people need no secrecy
                yield move.basket.called_off()


def lazada_json(person: Household, first: date, last: date) -> bytes:
    """The answer of *My orders*: a flat set of blocks."""
    baskets = enumerate(lazada_orders(person, first, last), 1)
    blocks = dict(chain.from_iterable(_lazada(basket, number, last) for number, basket in baskets))
    answer = {"api": "mtop.lazada.om.orderlist", "data": {"data": blocks}, "ret": ["SUCCESS::OK"], "v": "1.0"}
    return json.dumps(answer, separators=(",", ":")).encode()


def _fairprice(basket: Basket, how: str, person: Household) -> dict[str, Any]:
    return {
        "id": str(basket.number),
        "createdAt": f"{basket.placed:%Y-%m-%d %H:%M:%S}",
        "status": "Completed",
        "orderType": "DELIVERY" if basket.online else "IN_STORE",
        "store": {"name": basket.store},
        "payment": {"method": how, "maskedCard": f"xxxx-{person.second_card[-4:]}" if how != "NETS" else None},
        "items": [_item(str(number), line) for number, line in enumerate(basket.lines, 1)],
        "total": _dollars(basket.cents),
    }


def _item(number: str, line: BasketLine) -> dict[str, Any]:
    product = line.product
    category: dict[str, Any] | None = None
    for name in reversed(product.section):
        category = {"name": name, "parentCategory": category}
    return {
        "id": number,
        "name": f"{product.brand} {product.name}",
        "brand": product.brand,
        "barcodes": [f"888{_number(product.name, 10)}"],
        "primaryCategory": category,
        "orderDetails": {
            "orderedQuantity": line.quantity,
            "deliveredQuantity": line.quantity,
            "unitPrice": _dollars(line.cents),
            "lineTotal": _dollars(line.cents * line.quantity),
        },
    }


def _lazada(basket: Basket, sequence: int, last: date) -> Iterator[tuple[str, dict[str, Any]]]:
    order = f"84920{basket.number}86"
    stamp = f"{basket.placed:%d %b %Y  %H:%M:%S}"
    paid = {} if basket.cancelled else {"paidAt": f"Paid on {stamp}"}
    status = "Cancelled" if basket.cancelled else "Paid"
    about = {"createdAt": f"Placed on {stamp}", "tradeOrderId": int(order), "status": status, **paid}
    yield _block("order", order, {"sequence": sequence, "tradeOrderId": int(order)})
    yield _block("orderInfo", order, about)
    is_there = basket.placed.date() + timedelta(days=DELIVERY_DAYS) <= last
    state = "Cancelled" if basket.cancelled else "Delivered" if is_there else "Shipped"
    for number, line in enumerate(basket.lines, 1):
        yield _block("orderItem", f"{order}{number:02}", _parcel(order, line, state, number))
    summary = {"title": f"{len(basket.lines)} Items, Total: ", "value": f"SGD{_dollars(basket.cents)}"}
    yield _block("orderExtraSummary", order, summary)


def _parcel(order: str, line: BasketLine, state: str, sequence: int) -> dict[str, Any]:
    product = line.product
    return {
        "itemType": "normal",
        "quantity": line.quantity,
        "isFreeGift": False,
        "groupId": order,
        "tradeOrderId": order,
        "title": product.name,
        "itemId": _number(product.name, 9),
        "sequence": sequence,
        "sellerId": f"1000{_number(product.seller, 6)}",
        "sellerName": product.seller,
        "price": f"SGD{_dollars(line.cents)}",
        "skuId": _number(product.name, 8),
        "status": state,
    }


def _block(tag: str, name: str, fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return f"{tag}_{name}", {"tag": tag, "id": name, "type": "biz", "fields": fields}


def _number(name: str, digits: int) -> str:
    """A number that a name always has."""
    return "".join(random.Random(f"{name} {digits}").choices("123456789", k=digits))  # noqa: S311


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
