"""Short forms, politeness, and the words that a misspelling may be corrected to. Data only."""

from __future__ import annotations

__all__ = ["POLITE", "SHORT", "SPELLABLE"]

SHORT = {
    "smth": "something",
    "mth": "month",
    "mths": "months",
    "mnth": "month",
    "yr": "year",
    "yrs": "years",
    "wk": "week",
    "wks": "weeks",
    "txn": "transaction",
    "txns": "transactions",
    "avg": "average",
    "amt": "amount",
    "pls": "please",
    "plz": "please",
    "hrs": "hours",
    "hr": "hours",
    "mins": "minutes",
    "slp": "sleep",
    "min": "minutes",
    "u": "you",
    "ytday": "yesterday",
    "b4": "before",
    "tis": "this",
    "dis": "this",
    "wkend": "weekend",
    "wkends": "weekends",
    "pct": "percent",
    "n": "and",
    "spnt": "spent",
    "whats": "what is",
    "wheres": "where is",
    "hows": "how is",
    "ive": "i have",
    "im": "i am",
    "wats": "what is",
    "alr": "already",
    "alrd": "already",
    "ald": "already",
    "acct": "account",
    "accts": "accounts",
    "acc": "account",
    "bdgt": "budget",
    "wat": "what",
    "wht": "what",
    "wad": "what",
    "wot": "what",
    "hw": "how",
    "hv": "have",
    "dun": "do not",
    "dont": "do not",
    "wan": "want",
    "wanna": "want to",
    "lemme": "let me",
    "gimme": "give me",
    "gonna": "going to",
    "dat": "that",
    "dem": "them",
    "lst": "last",
    "prev": "previous",
    "nxt": "next",
    "ystd": "yesterday",
    "yest": "yesterday",
    "ytdy": "yesterday",
    "yday": "yesterday",
    "ystday": "yesterday",
    "tdy": "today",
    "tday": "today",
    "2day": "today",
    "tmr": "tomorrow",
    "tmrw": "tomorrow",
    "tml": "tomorrow",
    "ltr": "later",
    "wkly": "weekly",
    "mthly": "monthly",
    "mnthly": "monthly",
    "mthy": "monthly",
    "dly": "daily",
    "yrly": "yearly",
    "qtr": "quarter",
    "qtrs": "quarters",
    "qtrly": "quarterly",
    "mo": "month",
    "mos": "months",
    "mnths": "months",
    "fav": "favourite",
    "fave": "favourite",
    "favs": "favourites",
    "faves": "favourites",
    "subs": "subscriptions",
    "yt": "youtube",
    "pods": "podcasts",
    "ep": "episode",
    "eps": "episodes",
    "groc": "groceries",
    "grocs": "groceries",
    "supermkt": "supermarket",
    "resto": "restaurant",
    "restos": "restaurants",
    "util": "utilities",
    "utils": "utilities",
    "tx": "transaction",
    "txs": "transactions",
    "trx": "transaction",
    "trxn": "transaction",
    "trxns": "transactions",
    "pmt": "payment",
    "pmts": "payments",
    "pymt": "payment",
    "pymts": "payments",
    "xfer": "transfer",
    "ttl": "total",
    "tot": "total",
    "amts": "amounts",
    "perc": "percent",
    "pcnt": "percent",
    "percnt": "percent",
    "btwn": "between",
    "btw": "by the way",
    "bf": "boyfriend",
    "gf": "girlfriend",
    "hubby": "husband",
    "wifey": "wife",
    "thx": "thanks",
    "tks": "thanks",
    "thks": "thanks",
    "tq": "thanks",
    "pl": "please",
    "plss": "please",
    "ppl": "people",
    "abt": "about",
    "shld": "should",
    "shd": "should",
    "cld": "could",
    "wld": "would",
    "whr": "where",
    "wen": "when",
    "whn": "when",
    "whch": "which",
    "wich": "which",
    "ur": "your",
    "nite": "night",
    "nites": "nights",
    "xmas": "christmas",
    "bday": "birthday",
    "govt": "government",
    "gov": "government",
    "cc": "credit card",
    "mc": "mastercard",
    "dolla": "dollars",
    "dollar": "dollars",
    "bux": "bucks",
    "sgds": "sgd",
    "tapau": "takeaway",
    "tapow": "takeaway",
    "dabao": "takeaway",
    "tabao": "takeaway",
    "tapao": "takeaway",
    "dapao": "takeaway",
    "stil": "still",
    "shoping": "shopping",
    "resturant": "restaurant",
    "diffs": "differences",
    "incl": "including",
    "excl": "excluding",
    "exp": "expenses",
    "exps": "expenses",
    "natl": "national",
    "sub": "subscription",
    "vid": "video",
    "trans": "transactions",
    "purch": "purchases",
    "subscrip": "subscription",
    "exc": "excluding",
    "exclu": "excluding",
    "arnd": "around",
    "approx": "approximately",
    "cos": "because",
    "coz": "because",
    "bcos": "because",
    "cuz": "because",
    "aft": "after",
    "bfr": "before",
    "bef": "before",
    "tgt": "together",
    "tgthr": "together",
    "everytime": "every time",
    "anot": "or not",
    "izit": "is it",
    "issit": "is it",
    "vs.": "vs",
    "aug.": "aug",
    "jan.": "jan",
    "nos": "number",
    "num": "number",
    "qty": "quantity",
    "avrg": "average",
    "ave": "average",
    "averg": "average",
    "avge": "average",
    "spnding": "spending",
    "spd": "spend",
    "kopitiam": "hawker",
    "makaning": "eating",
    "lunchs": "lunch",
    "pymnt": "payment",
    "wkday": "weekday",
    "wkdays": "weekdays",
    "thru": "through",
    "til": "until",
    "till": "until",
    "frm": "from",
    "wo": "without",
    "w/o": "without",
    "b/w": "between",
    "altogther": "altogether",
    "altgt": "altogether",
}
"""Short forms, written out before anything else."""

POLITE = (
    r"\b(?:may|can|could) i (?:please )?(?:know|ask|see|get)\b|\b(?:can|could|would|will) you (?:please"
    r" )?(?:tell|show|give) me\b"
    r"|\bi (?:want|would like|need|like) to (?:know|see(?! (?:my|our|all|the) .*\b(?:orders|purchases|payments"
    r"|refunds)\b))\b|\b(?:do|does) (?:you|anyone) know\b|\b(?:tell|give) me\b"
    r"|\b(?:please|kindly|hey|hello|hi|thanks|thank you|help me|just|actually|roughly|exactly|say)\b"
    r"|\b(?:according to|in|from|based on) my records\b|\bdo you have\b"
)
"""Taken out: it asks politely and for nothing else."""

SPELLABLE = frozenset(
    (
        "account accounts active after afternoon against album albums altogether amount amounts annual apart"
        " april artist artists asleep august average averages basket before beginning between biggest bonus"
        " bottle bottles bought breakdown breakfast brought budget budgets buying calories cancel cancelled"
        " carton cartons cash categories category change changed channel channels cheapest cleaning clinic"
        " coffee combined compare compared cost costliest costs could currency current currently day days"
        " dearest december decrease decreased delivered delivery dentist difference different dining discover"
        " discovered display distance distinct dollars during each earliest earned earnings eating education"
        " electricity entertainment evening every everything exceed except excluding expenditure expense"
        " expenses expensive family favourite favourites february fewer fifth figure first following forecast"
        " foreign fourth fraction frequently friday furniture gave given government greatest groceries grocers"
        " grocery gym half hawker health heart higher highest hours household including income increase"
        " increased insurance interest internet january july june kilometres know largest last latest laundry"
        " leaving less list listen listened listening lower many march maximum merchant merchants minimum"
        " minutes monday money month monthly months more morning much netflix night nightly nights november"
        " number october offer offers often order ordered ordering orders outgoings outside overall overseas"
        " packet packets past payment payments paynow payout people percent percentage person petrol pharmacy"
        " place places played playing please podcast podcasts predict previous price prices priciest product"
        " products proportion purchase purchased purchases quantity quarter quarterly quarters receive"
        " received recent recently recorded refund refunded refunds regularly remind rent restaurant"
        " restaurants resting returned ride rides salary saturday saved saving savings second section sent"
        " september share shopping shops should show since skipped sleep sleeping slept smallest song songs"
        " spend spending spent spotify start step steps store stores stream streamed streaming subscribe subscribers"
        " subscribed subscription subscriptions summary sunday supermarket takeaway taxi telecom tell than"
        " theatre third thursday times today together total totals transaction transactions transfer"
        " transferred transferring transfers transport travel trip trips tuesday typical typically unique"
        " until usually utilities versus video videos visit visited visits walk walked walking watch watched"
        " watching wednesday week weekday weekdays weekend weekends weekly weeks weigh weighed weight what"
        " when where which withdraw withdrawal withdrawals withdrew without would year yearly years yesterday"
        " youtube"
    ).split()
)
"""Words that a misspelling may be corrected to."""
