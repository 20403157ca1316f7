"""Ways to speak of money that comes in, is left, is drawn as cash or comes back, in plain words. Data only."""

from __future__ import annotations

__all__ = ["FLOWS"]

FLOWS = (
    (
        (
            r"\b(?:people|friends|anyone|anybody|someone|somebody) (?:sent|send|paynow(?:ed)?|paid|pay|gave"
            r"|give|transfer(?:red)?) me\b"
        ),
        "i received",
    ),
    (
        (
            r"\b(sent|send|sending|transferred|transfers?|paynow(?:s|ed)?|received?)((?: \w+){0,3}?) (?:to|from)"
            r" (?:people|friends|anyone|anybody|someone|somebody)\b"
        ),
        r"\1\2",
    ),
    (r"\b(paynow(?:ed)?|paynows) (?:people|friends|anyone|anybody|someone|somebody)\b", r"\1"),
    (
        r"\b(?:incoming|inward|inbound) (transfers?)\b|\b(transfers?) (?:(?:came|come|coming|that came) in|in(?= ?$))",
        r"\1\2 received",
    ),
    (
        r"\b(?:outgoing|outward|outbound) (transfers?)\b|\b(transfers?) (?:(?:went|gone|going|that went) )?out\b",
        r"\1\2 made",
    ),
    (r"\b(paid|pay|pays|paying|sent|send|sends|gave|give|transferred|transfer) me back\b", r"\1 me"),
    (r"\b(?:remit(?:ted)?|pay|paid|send|sent|give|gave|transfer(?:red)?)(?: any money| money)? to me\b", "send me"),
    (r"\b(?:draw|drew|drawn|drawing)\b(?! (?:up|out))", "withdraw"),
    (
        (
            r"(\b(?:left|remain(?:ed|s)?|left over|leftover|income|salary)\b(?! in\b.*\bthan\b).*?) (?:once"
            r"|after|when) (?:all |of |my |the |any )*(?:spending|expenses|costs|spend"
            r"|outgoings|bills)(?: (?:is|was|has|had|were|are|have)(?: been)?)?(?: (?:deducted|taken off"
            r"|subtracted|paid|covered|settled))?\b"
        ),
        r"\1",
    ),
    (
        (
            r"\b(?:once|after|when|less|minus) (?:all |my |the |any )*(?:spending|expenses|costs|spend|outgoings"
            r"|bills)(?: (?:is|was|has|had"
            r"|were|are|have)(?: been)?)?(?: (?:deducted|taken off|subtracted|paid|covered"
            r"|settled))?\b(?=.*\b(?:left|remain|income|over|salary))"
            r"|(?:(?<=income)|(?<=salary)|(?<=left)|(?<=remained)) (?:once|after|when) (?:all |my |the "
            r"|any )*(?:spending|expenses|costs|spend"
            r"|outgoings|bills)(?: (?:is|was|has|had|were|are|have)(?: been)?)?(?: (?:deducted|taken off"
            r"|subtracted|paid|covered|settled))?\b"
        ),
        " ",
    ),
    (
        (
            r"\b(?:bonus|bonuses) (?:included|inclusive)\b|\b(?:including|incl|inclusive of|with) (?:the |my "
            r"|any )?bonus(?:es)?\b"
        ),
        " ",
    ),
    (
        (
            r"\b(?:my |the |our )(?:employer|boss|company|work|workplace|job) (?:has |have )?(?:pay|pays|paid"
            r"|credit|credits|credited|give|gave|gives)"
            r" (?:to )?me\b"
        ),
        "salary",
    ),
    (
        (
            r"\b(?:did|does|has|have) (?:my |the )(?:employer|boss|company|work|workplace|job) (?:pay|paid|credit"
            r"|credited|give|given|gave) (?:to )?me\b"
        ),
        "salary",
    ),
    (
        (
            r"\b(?:take ?home |net |gross |monthly |my )pay(?: ?(?:cheque|check|slip|packet|cheques"
            r"|checks))?\b(?! (?:to|at|by|with)\b)"
        ),
        "salary",
    ),
    (
        (
            r"\bhow much (?:money )?(?:did|have|do) (?:i|we) (?:make|made|bring home|brought home|bring in"
            r"|brought in|take home|took home|take in"
            r"|pull in)\b(?= ?$| (?:in|last|this|since|from|during|over|per|on average|P\d))"
        ),
        "how much income",
    ),
    (
        (
            r"\b(?:money|cash|how much) (?:that )?(?:came|come|comes|coming|flowed) in\b|\binflows?\b"
            r"|(?<!me )(?<!us )(?<!received )(?<!sent )(?<!send )(?<!spent )(?<!spend )(?<!get )(?<!got )\bmoney in\b"
            r"|\btakings\b"
        ),
        "income",
    ),
    (
        (
            r"\b(?:draw|drew|drawn|drawing|pull|pulled|took|take|taken|get|got|withdrew|withdraw"
            r"|withdrawn) (?:out )?(?:cash|money)(?: out)?"
            r"(?: (?:from|at|out of) (?:the |an? |any )?(?:atms?|machines?|cash machines?|cash points?"
            r"|cashpoints?|banks?|wall))?\b(?! from E\d)"
        ),
        "withdraw cash",
    ),
    (
        (
            r"\b(?:took|taken|take|pulled|pull|got|get|drew) (?:out )?(?:of|from) (?:the |an? |any )?(?:atms?|machines?"
            r"|cash machines?|cash ?points?)\b"
        ),
        "withdraw cash",
    ),
    (
        (
            r"(?<=cash) (?:from|at|out of) (?:the |an? |any )?(?:atms?|machines?|cash machines?|cash points?"
            r"|cashpoints?|banks?|wall)\b"
        ),
        " ",
    ),
    (
        (
            r"\b(?:credited|came|come|had|paid|given|got|get|gotten|received|returned|handed|flowed"
            r"|sent) back(?: to me)?\b|\breimburse[ds]?\b|\breimbursements?\b"
        ),
        "refunded",
    ),
    (r"\b(?:reach(?:ed)?|came to|come to|arrived(?: to)?|credited(?: to)?) me\b|\bi (?:was|were) credited\b", " "),
)
"""Pairs of a pattern and what it becomes, in order."""
