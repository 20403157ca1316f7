"""The bank's words for each measure: how people ask for it, name it and say that they did it. Data only.

``(a|b)`` is one of them, ``[a]`` is it or nothing. Names, periods and amounts stand as the placeholders that
``masking.py`` puts into a real question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["SPOKEN", "Spoken"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """How a measure is asked for (``ask``), named (``noun``), done (``did``, after "did I"), and narrowed (``where``)."""

    ask: str
    noun: str
    did: str
    where: str = ""


_MONEY = (
    "[(on groceries|for groceries|at Acme|on transport and groceries|to Acme|at Acme on weekends|with the card"
    "|on weekends|on groceries excluding Acme|in foreign currency|from the bank account|without groceries)]"
)
_MUSIC = "[(to Coldplay|of Coldplay|by Coldplay|on weekends|after 10 pm|excluding Coldplay)]"

SPOKEN: Final[Mapping[tuple[str, str], Spoken]] = {
    ("money", "spend"): Spoken(
        "(how much [money] did i (spend|pay|shell out|fork out|part with|lay out|blow|burn through)|how much have i spent"
        "|how much [money] (went|has gone) (out|to Acme)|what did i (spend|pay)|how much money left my pocket|i spend how much"
        "|spent how much|how much was spent|how much did it cost me|what did groceries cost me|how much was charged by Acme"
        "|what did Acme charge me|how much did i throw at Acme|what have i paid)",
        "(my [total] (spending|expenditure|outlay|expenses|spend|costs)|the [total] (amount|money|sum) (i spent|spent|paid)"
        "|what i spent|my (grocery|groceries|Acme) (bill|spending|costs)|the (cost|total cost) of groceries|my bills)",
        "(spend|pay|shell out|part with|lay out)",
        _MONEY,
    ),
    ("money", "purchases"): Spoken(
        "(how many (purchases|payments|buys) did i make|how many times did i (buy (something|food)|pay|shop|eat|go|order"
        "|ride|visit)|how often did i (buy|eat|go|order|shop|visit|pay)|on how many occasions did i (buy|order|go)"
        "|how many (trips|visits|rides|journeys|meals|orders) did i (make|take|have)|i (go|eat|buy|take) how many times"
        "|how many (groceries|Acme) (purchases|payments|rides|trips|visits) (were there|did i have)|how many coffees did i pay for)",
        "(the number of (purchases|payments|visits|trips|rides|times i paid)|my (number|count) of (purchases|payments|rides)"
        "|how many times i paid)",
        "(make [groceries] purchases|go|pay|buy)",
        "[(at Acme|on groceries|with Acme|over 100|over 100 at Acme|on weekends|with the card|in foreign currency)]",
    ),
    ("money", "transactions"): Spoken(
        "(how many (transactions|movements|entries|rows) (were there|did i have|are there|passed through|do i have)"
        "|count the transactions|transactions how many)",
        "(the number of [all] transactions|the transaction count|transactions of every kind)",
        "have transactions",
        "[(on the card|from the bank account|at Acme|of every description)]",
    ),
    ("money", "average_purchase"): Spoken(
        "(what (is|was) (my|the) average (purchase|payment|bill|ticket) [size]|how much do i (spend|pay) (per|each)"
        " (purchase|trip|visit|time|order|ride|meal) [on average]|what do i pay on average per (visit|ride|order|trip)"
        "|average per (trip|ride|order|visit|purchase)|avg per (order|ride|trip)|what does a (ride|meal|visit|trip) cost me"
        " on average|how big is a typical purchase|what does one (ride|visit|purchase) (cost|come to) on average)",
        "(my average (purchase|payment|ride|visit) [size]|the average amount per (purchase|visit|trip|ride|order)|my mean purchase)",
        "pay per purchase on average",
        "[(at Acme|on groceries|with Acme|on weekends)]",
    ),
    ("money", "income"): Spoken(
        "(how much (income did i (have|get|receive)|did i (earn|make)|money came in)|what did i earn|what was credited to me"
        " as income|i earn how much|what has the bank credited me in interest|how much interest did i get|how much money came in)",
        "(my [entire] (income|earnings)|the income i had|all money that came in|interest credited|government payouts)",
        "(earn|have income|make)",
    ),
    ("money", "salary"): Spoken(
        "(how much (salary|pay|wages) (did i get|was paid to me|came in)|what was i paid by my employer|how much salary,"
        " bonus included, was paid to me|my pay how much|how much was my (salary|paycheck|pay|bonus))",
        "(my (salary|pay|wages|paycheck|bonus)|what my employer paid me|my take home pay)",
        "get as salary",
    ),
    ("money", "net"): Spoken(
        "(how much did i save|what did i save|saved how much|how much was left over|how much did i put aside|what remained of"
        " my income once all spending had been deducted|income minus spending|what was left after all expenses)",
        "(my (net savings|savings|surplus|net)|what i saved|income less spending|what was left of my income)",
        "save",
    ),
    ("money", "refunds"): Spoken(
        "(how much (was refunded|did i get back|money came back|refund did i get)|what was refunded to me|refunded how much"
        "|how much was credited back to me as refunds|what came back in refunds)",
        "(my [total] refunds|the amount (refunded|credited back)|money i got back)",
        "get refunded",
        "[(at Acme|from Acme|for groceries)]",
    ),
    ("money", "cash"): Spoken(
        "(how much cash did i (withdraw|take out|draw)|how much did i withdraw [from (the atm|the machine)]|withdraw cash how"
        " much|i withdrew cash from the machine now and then; what does it add up to|what did i take out at the atm)",
        "(my cash withdrawals|cash withdrawn|the cash i took out|withdrawals from the machine)",
        "withdraw",
    ),
    ("money", "transfers_out"): Spoken(
        "(how much did i (send|transfer|paynow|give) to John|what did i send to John|paynow to John how much|how much went to"
        " John|how much money have i sent John)",
        "(what i sent to John|transfers to John|money sent to John)",
        "send to John",
    ),
    ("money", "transfers_in"): Spoken(
        "(how much did i (receive|get) from John|how much (has John paid|did John send|did John pay|did John transfer) [to] me"
        "|what came from John|John gave me how much|how much money did John paynow me)",
        "(what i received from John|transfers from John|money from John)",
        "receive from John",
    ),
    ("money", "savings"): Spoken(
        "(how much did i (move|send|transfer|put) (to|into) [my] savings|transfer to savings how much|what did i put into my"
        " savings account|how much went (to|into) my savings account|how much did i set aside in my own account)",
        "(what i moved to savings|transfers to my savings [account]|money put into savings)",
        "move to savings",
    ),
    ("money", "days"): Spoken(
        "(on how many [different] days did i (buy something|spend money|buy groceries|shop|go|eat out)|how many days did i (buy"
        " groceries|spend money|shop)|number of days (with a purchase|i bought something)|got how many days i buy groceries)",
        "(the number of days on which i (bought something|spent money)|days with a purchase)",
        "buy something on",
        "[(at Acme|on groceries)]",
    ),
    ("music", "plays"): Spoken(
        "(how many (songs|tracks|tunes) did i play|how many times did i (play|stream|hear) (Coldplay|songs|music)|how often did i"
        " play Coldplay|Coldplay how many plays|how many plays (of|did) Coldplay [have]|i play Coldplay how many times)",
        "(my [number of] [song] plays|the number of (plays|songs i played|streams)|plays of Coldplay|my play count)",
        "(play songs|play Coldplay|play music)",
        _MUSIC,
    ),
    ("music", "skips"): Spoken(
        "(how many (songs|tracks) did i skip|how many times did i skip [Coldplay|songs]|how often did i skip [songs|Coldplay])",
        "(my [number of] skips|the songs i skipped|skipped songs)",
        "skip songs",
    ),
    ("music", "listening_minutes"): Spoken(
        "(how (long|much time) did i (listen|spend listening) [to music]|how many minutes did i listen|how much did i listen"
        "|i listen how long|how much music did i listen to|how many minutes of music)",
        "(my listening [time]|the (time|minutes) i (listened|spent listening)|minutes of listening|my minutes of music)",
        "listen [to music]",
        _MUSIC,
    ),
    ("music", "listening_hours"): Spoken(
        "(how many hours did i (listen|spend listening) [to music]|how many hours of music [did i listen to]|listen how many hours"
        "|in hours, how long did i listen)",
        "(my listening hours|the hours i listened|hours of listening|hours of music|my listening time in hours)",
        "listen [to music] in hours",
        _MUSIC,
    ),
    ("music", "podcast_minutes"): Spoken(
        "(how long did i listen to (podcasts|Serial)|how many minutes of (podcasts|Serial) did i (hear|listen to)|how much time"
        " did i spend on podcasts|podcast how many minutes)",
        "(my podcast (time|minutes)|minutes of podcasts|the time i spent on podcasts)",
        "listen to podcasts",
    ),
    ("music", "podcast_hours"): Spoken(
        "(how many hours of (podcasts|Serial) did i (hear|listen to)|how many hours did i listen to (podcasts|Serial)|podcast how"
        " many hours|how many hours did i give to podcasts)",
        "(my podcast hours|hours of podcasts|podcast time in hours)",
        "listen to podcasts in hours",
    ),
    ("music", "episodes"): Spoken(
        "(how many [podcast] episodes did i (play|hear|listen to)|how many times did i play podcasts|how many episodes of Serial)",
        "(the number of [podcast] episodes|podcast episodes i played)",
        "play podcast episodes",
    ),
    ("music", "days"): Spoken(
        "(on how many days did i (listen to music|play Coldplay|listen)|how many days did i (play|listen to) (music|Coldplay))",
        "(the days on which i listened|days with music)",
        "listen on",
    ),
    ("video", "videos"): Spoken(
        "(how many [youtube] (videos|clips|vids) did i (watch|see|view)|how often did i watch (Vsauce|youtube)|how many videos by"
        " Vsauce did i watch|i watch how many videos|yt how many videos)",
        "(the number of videos [i watched]|my [number of] videos|videos watched|views)",
        "(watch videos|watch youtube)",
        "[(from Vsauce|by Vsauce|of Vsauce|about milk|on youtube)]",
    ),
    ("video", "music_videos"): Spoken(
        "(how many (songs|times) did i play [songs] on youtube music|how many youtube music plays|youtube music how many songs)",
        "(my youtube music plays|plays on youtube music|songs on youtube music)",
        "play songs on youtube music",
    ),
    ("video", "ads"): Spoken(
        "(how many (ads|advertisements|adverts) did i (watch|see|get) [on youtube]|youtube ads how many)",
        "(the number of [youtube] ads|advertisements on youtube)",
        "watch ads",
    ),
    ("video", "days"): Spoken(
        "(on how many days did i watch (videos|youtube|Vsauce)|how many days did i watch youtube)",
        "(the days on which i watched youtube|days with videos)",
        "watch videos on",
    ),
    ("shops", "orders"): Spoken(
        "(how many [online] orders did i (place|make|have)|how often did i place an order|how many (parcels|deliveries|baskets)"
        " did i (order|have)|Acme orders how many|how many (cancelled|refunded) orders were there)",
        "(my [number of] orders|the number of orders|my order count)",
        "place orders",
        "[(at Acme|with Acme|from Acme)]",
    ),
    ("shops", "order_value"): Spoken(
        "(what (was|is) the (total|value) of my orders|how much were my orders worth|what were my orders worth in total|what did my"
        " orders come to)",
        "(the [total] value of my orders|my order value|what my orders came to)",
        "order for",
        "[(at Acme|with Acme)]",
    ),
    ("shops", "items"): Spoken(
        "(how many (packs|cartons|bottles|units|pieces|cans|bags) of milk did i (buy|order|get)|how many milk did i buy|how many"
        " (items|products) did i buy|i buy how many (packs|bottles) of milk|what quantity of milk did i buy|milk buy how many)",
        "(the (number|quantity) of (packs of milk|milk|products|items) [i bought]|bottles of milk bought)",
        "buy milk",
        "[at Acme]",
    ),
    ("shops", "product_spend"): Spoken(
        "(how much did i spend on (milk|products|cat food)|what did milk cost me|how much money went on milk|i spend how much on"
        " milk|what did i pay for milk|how much did my milk come to)",
        "(my spending on (milk|products)|the money i spent on milk|what i paid for milk)",
        "spend on milk",
        "[at Acme]",
    ),
    ("shops", "days"): Spoken(
        "(on how many days did i (place an order|buy milk|order)|how many days did i buy milk)",
        "(the days on which i bought milk|days with an order)",
        "buy milk on",
    ),
}
"""By topic and measure; what devices measure is in ``bank_health.py``."""
