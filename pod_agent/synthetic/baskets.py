"""What a made-up person buys at shops that tell the basket: made-up brands, prices in cents of SGD."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from pod_agent.synthetic.household import FAIRPRICE_ONLINE, LAZADA, Shop

__all__ = ["Basket", "BasketLine", "Product", "fill_basket"]


@dataclass(frozen=True, slots=True)
class Product:
    """A product, its usual price, its section from the narrowest name to the widest, or the seller's name."""

    name: str
    brand: str
    cents: int
    section: tuple[str, ...] = ()
    seller: str = ""


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many pieces of a product at a price each."""

    product: Product
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """An order: its number at the shop, the local time it was placed, and its lines, which come to what was charged."""

    number: int
    placed: datetime
    store: str
    online: bool
    lines: tuple[BasketLine, ...]
    cancelled: bool = False

    @property
    def cents(self) -> int:
        """What the order comes to."""
        return sum(line.cents * line.quantity for line in self.lines)

    def called_off(self) -> Basket:
        """A like order of a minute before that was cancelled, so that nothing was charged for it."""
        return replace(self, number=self.number + 1, placed=self.placed - timedelta(minutes=1), cancelled=True)


_COLD = "Dairy, Chilled & Eggs"
_FRESH = "Fruits & Vegetables"
_DRY = "Rice, Noodles & Cooking Ingredients"
GROCERIES = (
    Product("Jasmine Rice 5kg", "Golden Crane", 1390, ("Fragrant Rice", "Rice", _DRY)),
    Product("Brown Rice Bee Hoon 400g", "Golden Crane", 245, ("Bee Hoon", "Noodles", _DRY)),
    Product("Instant Noodles Laksa 5s", "Red Wok", 395, ("Instant Noodles", "Noodles", _DRY)),
    Product("Light Soya Sauce 640ml", "Red Wok", 365, ("Soya Sauce", "Sauces", _DRY)),
    Product("Sunflower Oil 2L", "Merribel", 995, ("Sunflower Oil", "Oil", _DRY)),
    Product("Fresh Milk 2L", "Greenfold", 690, ("Fresh Milk", "Milk", _COLD)),
    Product("Oat Drink 1L", "Greenfold", 480, ("Plant Milk", "Milk", _COLD)),
    Product("Greek Yoghurt 500g", "Two Hills", 590, ("Greek Yoghurt", "Yoghurt", _COLD)),
    Product("Cheddar Block 250g", "Two Hills", 675, ("Cheddar", "Cheese", _COLD)),
    Product("Fresh Eggs 10s", "Sunny Coop", 345, ("Fresh Eggs", "Eggs", _COLD)),
    Product("Silken Tofu 300g", "Merribel", 125, ("Tofu", "Beancurd", _COLD)),
    Product("Kai Lan 220g", "Kampong Patch", 145, ("Leafy Greens", "Vegetables", _FRESH)),
    Product("Broccoli 350g", "Kampong Patch", 250, ("Broccoli", "Vegetables", _FRESH)),
    Product("Tomatoes 500g", "Kampong Patch", 195, ("Tomatoes", "Vegetables", _FRESH)),
    Product("Bananas 1kg", "Kampong Patch", 260, ("Bananas", "Fruits", _FRESH)),
    Product("Fuji Apples 6s", "Kampong Patch", 420, ("Apples", "Fruits", _FRESH)),
    Product("Chicken Thigh 500g", "Sunny Coop", 640, ("Chicken", "Poultry", "Meat & Seafood")),
    Product("Salmon Fillet 200g", "Harbour Catch", 890, ("Salmon", "Fish", "Meat & Seafood")),
    Product("Wholemeal Bread 400g", "Morning Loaf", 285, ("Wholemeal Bread", "Bread", "Bakery & Breakfast")),
    Product("Rolled Oats 800g", "Morning Loaf", 520, ("Oats", "Cereals", "Bakery & Breakfast")),
    Product("Ground Coffee 250g", "Night Heron", 980, ("Ground Coffee", "Coffee", "Drinks")),
    Product("Sparkling Water 1.5L", "Night Heron", 190, ("Sparkling Water", "Water", "Drinks")),
    Product("Dark Chocolate 100g", "Night Heron", 450, ("Chocolate Bars", "Chocolate", "Snacks")),
    Product("Seaweed Crackers 60g", "Red Wok", 275, ("Crackers", "Crisps", "Snacks")),
    Product("Toilet Tissue 10 Rolls", "Cloudline", 765, ("Toilet Tissue", "Paper", "Household")),
    Product("Dish Liquid 1L", "Cloudline", 390, ("Dish Liquid", "Cleaning", "Household")),
    Product("Toothpaste 150g", "Cloudline", 430, ("Toothpaste", "Oral Care", "Health & Beauty")),
    Product("Cat Litter 10L", "Old Tom", 850, ("Cat Litter", "Cat", "Pet Care")),
)
PARCELS = (
    Product("USB-C Cable 2m Braided", "", 890, seller="Corridor Electronics"),
    Product("Phone Case Clear", "", 1290, seller="Corridor Electronics"),
    Product("Wireless Earbuds", "", 4590, seller="Corridor Electronics"),
    Product("Desk Lamp Warm White", "", 3290, seller="Small Flat Living"),
    Product("Storage Box 30L", "", 1490, seller="Small Flat Living"),
    Product("Cotton Bedsheet Queen", "", 3990, seller="Small Flat Living"),
    Product("Rice Cooker 1L", "", 4990, seller="Small Flat Living"),
    Product("Sunscreen SPF50 50ml", "", 1850, seller="Glasshouse Beauty"),
    Product("Hair Dryer 1600W", "", 2990, seller="Glasshouse Beauty"),
    Product("Running Socks 3 Pairs", "", 1590, seller="Track Nine Sports"),
    Product("Resistance Bands Set", "", 1990, seller="Track Nine Sports"),
    Product("Water Bottle 750ml", "", 1650, seller="Track Nine Sports"),
)


def fill_basket(shop: Shop, branch: str, day: date, budget: int, draw: random.Random) -> Basket:
    """A basket of about ``budget`` cents that is charged on ``day``: orders from home were placed the day before."""
    is_parcel, online = shop == LAZADA, shop in {LAZADA, FAIRPRICE_ONLINE}
    shelf = list(PARCELS if is_parcel else GROCERIES)
    draw.shuffle(shelf)
    lines: list[BasketLine] = []
    for product in shelf:
        quantity = 1 if is_parcel else draw.choice((1, 1, 1, 2))
        # Prices move a little from week to week, in steps of five cents.
        price = product.cents + 5 * draw.randrange(-4, 5)
        if not lines or sum(line.cents * line.quantity for line in lines) + price * quantity <= budget:
            lines.append(BasketLine(product, quantity, price))
        if len(lines) == (3 if is_parcel else 16):
            break
    at = time(draw.randrange(9, 22), draw.randrange(1, 60), draw.randrange(60))
    placed = datetime.combine(day - timedelta(days=1 if shop == FAIRPRICE_ONLINE else 0), at)
    return Basket(
        number=draw.randrange(10**6, 10**7) * 10,
        placed=placed,
        store="" if is_parcel else "FairPrice Online" if online else f"FairPrice {branch.title()}",
        online=online,
        lines=tuple(lines),
    )
