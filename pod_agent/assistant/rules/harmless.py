"""Words that weigh nothing in a question: speech, thought, feeling, address. Data, and the common words of English.

A harmless word may be left unused, but not where a name stands ("at Happy", "played Maybe"): there it may be one.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["HARMLESS", "is_english"]

HARMLESS = frozenset(
    """
    about absolutely absorbed abt accordingly actual ahead aint aiya aiyah aiyo alamak along already also altogether
    amid amongst answer answered answers anyhow anyway apparently appear appeared appears appended around arrive
    arrived ask asked asking asks assess assistant assume aware bare basically basis began begin being believe bit bo
    brief briefly bro brought buddy bygone came carefully carried carry check checked checking chill clear clearly
    clocked collect collected collectively combined come comes coming completely compute computed concerned concerning
    consider considered considering consist consolidated consumed counted crossed curiosity curious data database
    dataset deal dear describe described detail detailed details determine devoted digit digits display do doing done
    down dude effectively either enter entire entirely entry equal equals essentially estimate evenly eventually
    everyday exact exactly existing express expressed extent fact fairly feel felt figure figured figures find
    fine follow following forth found frankly full fully funny further gather gave general generally generate
    genuinely gimme give given gives giving glad glance go gonna gosh gotta great guess guys had hand handed handle
    hands happen happened happening happens happy hard hear heck held help helpful here hereby hmm hold honest
    honestly hope hoping however huge idea ideally imagine important indeed indicate individually info inform
    information inside instance interested interesting itself jialat jot judge judged judging keep kena kept kinda
    kindly knew know knowing known knows laid lay lead learn leh lei let lets liao line lines little lol long look
    looked looking looks lor lot lovely made mah make makes making manage managed manner mate matter matters may mean
    means meh mention mentioned mentioning merely might mind moment moreover much myself namely naturally necessarily
    need needed needs nia nice normal normally note noted notice obtain obtained obviously occasion occasioned occur
    occurred occurs odd oh okay old omg onto originally ought outright overview paiseh particular particularly parts
    passed perhaps period personal personally picture piece place placed plain plainly please pocket pockets point pop
    possible possibly present presented pretty probably proceed produce produced proper properly provide provided pull
    pulled pure purpose purse put query question questions quick quickly quite rack racked rather reach reached read
    readily real really reckon record recorded recording records refer reference regard regarding regards register
    registered relating relation relevant remember report reported reporting request require required respect response
    result results reveal right rough roughly rundown said sake saw say saying says see seek seem seemed seems seen
    sense sequence sequentially set setting sheer shiok show showed showing shown shows sian siao sibei side sigh
    simple simply siol sis sit snapshot some somehow somemore somewhat sorry sort sorta sorts span specific
    specifically splitting stand standing standpoint started state stated statement statements stating stood straight
    stretch strictly stuff suffice suffices summarise summarised summarize summarized summary summore supplied supply
    suppose supposed sure surely swallowed tabulate taken taking talk talking tally tell telling tend tends term terms
    thank thanks themselves then thereby therefore thing things think thinking thought throughout thus tidy timeframe
    together told toward towards trace track tracked tracking truly try trying turn turned turns typed ultimately
    understand understood undertake undertaken up update updates upon usage useful usual utterly various verify very
    wa wah walao wallet wanna want wanted wants way ways weird well went whatever whatsoever wherever while wholly
    wise wish wonder wondered wondering wor word words work world worried would wow write written yeah yep yes you
    your yours yourself
    """.split()
)
"""May be left unused anywhere but where a name stands."""


@cache
def _english() -> frozenset[str]:
    """12,000 words of English, by the vocabulary of the tokenizer of all-MiniLM-L6-v2 (Apache-2.0): facts, no text."""
    words = Path(__file__).with_name("english.txt").read_text(encoding="ascii")
    return frozenset(words.split())


def is_english(word: str) -> bool:
    """Whether this is a common word of English: it is no misspelling, and no name by itself."""
    if word in _english():
        return True
    stems = (
        re.sub(r"(?:es|s|ed|d|ing|ly)$", "", word),
        re.sub(r"ies$", "y", word),
        re.sub(r"(.)\1(?:ed|ing)$", r"\1", word),
    )
    return any(len(stem) > 3 and stem in _english() for stem in stems)
