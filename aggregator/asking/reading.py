"""From a question to a ``Reading``: which words it has of each kind, and what was not understood.

Every word has to be used. One that stands in no list and names nothing is left over, and the planner then asks back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from aggregator.asking.names import Lexicon, Mention
from aggregator.asking.periods import PERIOD_WORDS, Period, take_periods
from aggregator.asking.plan import Operation, Refusal
from aggregator.asking.text import MAX_LENGTH, TAKEN, Words, plain, stem, tokens
from aggregator.asking.words import (
    ACTIVITIES,
    COMPARING,
    DIMENSION_WORDS,
    FOLK,
    FORETELLING,
    LIMITS,
    LOW,
    NEUTRAL,
    NUMBERS,
    OPERATIONS,
    PEOPLE,
    PERSON,
    REASONS,
    STATES,
    known_words,
)

__all__ = ["Reading", "read"]

NO_PERSON = "No release holds a person: every figure is a sum over many people, with noise."
HARMLESS = (
    (rf"({FOLK}|those|anyone|everyone|everybody|them) (?:who|whose|that)\b", r"\1"),
    (r"\b(?:can|could|may|might) i\b|\b(?:did|do) i (?:ask|have|hold|publish)\b|\blet me\b", TAKEN),
)
"""Words about people in general, and about who asks, which are no question about one person."""
STUDY_LIST = (
    r"(?:what|which|list|show|all|any|name|how many|are there|there|give)(?: (?:me|us|the|all|of|are|"
    r"there|is|any|were|my|our|do|we|you|have))*"
    rf"(?: (?:{'|'.join(STATES)}))?(?: (?:studies|surveys|releases))(?: (?:are|is|were|there|exist|do|we|"
    rf"have|you|{'|'.join(STATES)}))*"
    r"|(?:do you have|have you|have you got|is there|do we have) (?:anything|something)(?: (?:about|on|for))?"
    r"|what (?:can|could|may|do) (?:i|we|you) (?:ask|know|have|hold|tell)(?: (?:here|about|you))?|"
    r"what (?:is|data is|can be|figures are) (?:there|available|asked|held)|help"
)
ASKING = (
    r"(?:what|which question|which questions|what question|how) (?:did|does|do|was|is|were|had)(?: (?:the|"
    r"this|that))*(?: (?:study|release|survey))*(?: _)*(?: (?:study|release|survey))*(?: (?:ask|asks|"
    r"asked|about|mean|means|count|counts|counted|measured?|computed))+(?: (?:people|for|about))*"
    r"|(?:explain )?(?:the )?question (?:of|in|behind)|what was asked(?: (?:in|by))?"
)
SHARE_OF_PEOPLE = (
    rf"(?:shares?|proportion|percent|percentage|per cent|%|fraction|portion|part) (?:of )?(?:all )?(?:the |"
    rf"our )?{FOLK}"
)
SHARE_WORD = r"shares?|proportions?|percent|percentages?|per cent|%|fractions?|portions?|part"
COMPARISON = (
    rf"{COMPARING}(?: than)?|than|compar(?:e|es|ed|ing|ison)(?: (?:to|with|against))?|versus|vs|"
    rf"differences?(?: between)?|"
    r"differ(?:s|ed)?|ahead of|against|beats?|between"
)
BY = r"(?:by |per |each |every |across |for )?(?:the )?"
DOING = re.compile(
    r"\b(?:did|does|has|is|was)\s+([^\W\d_]+)(?:\s+[^\W\d_]+)?"
    r"\s+(?:spend|spent|buy|bought|pay|paid|purchase|listen|watch|earn|eat|have|go)",
    re.IGNORECASE,
)
HOUSEHOLD = r"(?:per|each|every|one|a) household"
"""Before names are taken: a household is people here, and not the category."""
HOW_MANY_LABELS = rf"how many (?:{'|'.join(text for texts in DIMENSION_WORDS.values() for text in texts)})"
"""A question for the number of labels, which is no figure about people."""
BEING = re.compile(r"\b(?:is|was)\s+([^\W\d_]+)(?:\s+[^\W\d_]+)?\s+(?:a|an|among|one)\b", re.IGNORECASE)
OWNING = re.compile(r"\b([^\W\d_]+)'s\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The parts of a question. ``releases`` has, for each one named, the ids that it can be."""

    operations: frozenset[Operation]
    names: tuple[Mention, ...] = ()
    unknown: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    releases: tuple[frozenset[str], ...] = ()
    dimensions: tuple[str, ...] = ()
    activities: frozenset[str] = frozenset()
    limits: tuple[tuple[str, int], ...] = ()
    top: int = 0
    low: bool = False
    people: bool = False
    counted: bool = False
    amount: bool = False
    how_many: bool = False
    people_share: bool = False
    latest: bool = False
    lately: bool = False
    total: bool = False
    joined: str = ""
    state: str = ""
    left: tuple[str, ...] = ()
    mended: tuple[tuple[str, str], ...] = ()


def read(question: str, lexicon: Lexicon, today: date) -> Reading | Refusal:
    """Take a question apart; a Refusal where it is of a kind that no release answers."""
    text = plain(question)
    if not text:
        return Refusal(status="clarify", text="There is no question.")
    if len(text) > MAX_LENGTH:
        return Refusal(status="declined", text=f"A question has at most {MAX_LENGTH} characters.")
    quoted = re.findall(r'"([^"]+)"', text)
    bare = re.sub(r'"[^"]+"', f" {TAKEN} ", text)
    words = Words(_split(bare))
    known = known_words() | lexicon.words() | PERIOD_WORDS
    mended = words.repair(known)
    taker = _Taker(words, lexicon)
    titles = [frozenset(found) for found in lexicon.take_titles(words)]
    refused = _refused(bare, words, known)
    if refused is not None:
        return refused
    try:
        return taker.reading(quoted, titles, today, tuple(mended))
    except ValueError:
        return Refusal(status="clarify", text="One of the days named is no day of the calendar.")


def _split(text: str) -> list[str]:
    return [word for part in text.split(TAKEN) for word in (*tokens(part), TAKEN)][:-1]


def _refused(text: str, words: Words, known: set[str]) -> Refusal | None:
    general = words.text
    for pattern, instead in HARMLESS:
        general = re.sub(pattern, instead, general)
    probe = Words(general.split())
    if "@" in text or "://" in text or any(probe.has(pattern) for pattern in PERSON) or _names_somebody(text, known):
        return Refusal(status="declined", text=NO_PERSON)
    if probe.has(FORETELLING):
        return Refusal(status="declined", text="Releases tell what was. None of them says what will be.")
    if probe.has(REASONS):
        return Refusal(status="declined", text="Releases hold figures. None of them gives a reason or an advice.")
    return None


def _names_somebody(text: str, known: set[str]) -> bool:
    """Whether somebody seems to be named: an unknown word that does something, or to whom something belongs."""
    stems = known | {stem(word) for word in known}
    named = [*DOING.findall(text), *BEING.findall(text), *OWNING.findall(text)]
    return any(word.casefold() not in stems and stem(word.casefold()) not in stems for word in named)


class _Taker:
    """Takes the words of one question, each kind in its turn; what names something goes before what asks."""

    def __init__(self, words: Words, lexicon: Lexicon) -> None:
        self.words = words
        self.lexicon = lexicon

    def reading(
        self, quoted: list[str], titles: list[frozenset[str]], today: date, mended: tuple[tuple[str, str], ...]
    ) -> Reading:
        """All parts of the question."""
        releases, names, unknown = self._quoted(quoted)
        releases += titles
        by_household = self._any(HOUSEHOLD)
        names += self.lexicon.take_labels(self.words)
        limits = self._limits()
        periods = take_periods(self.words, today)
        state, listed = self._studies(releases)
        people_share = self.words.has(SHARE_OF_PEOPLE)
        how_many = self.words.has("how many")
        of_labels = self.words.has(HOW_MANY_LABELS)
        if self.words.has(SHARE_WORD):
            self._any(r"(?:falls?|fell|goes|went|go) (?:on|to|into|in)")
        operations = self._operations(releases, listed=listed)
        operations |= {Operation.MEAN} if by_household else set()
        counted_people = self._any(
            rf"(?:how many|number of|what number of|count of)(?: of)?(?: the| our)? {FOLK}(?: (?:who|that))?"
        )
        top, low = self._top(operations)
        dimensions = tuple(name for name, texts in DIMENSION_WORDS.items() if self._any(BY + _either(texts)))
        activities = frozenset(pattern for pattern in ACTIVITIES if self._any(pattern))
        people = self._any(PEOPLE)
        return Reading(
            operations=frozenset(operations),
            names=tuple(names),
            unknown=tuple(unknown),
            periods=tuple(periods),
            releases=tuple(releases),
            dimensions=dimensions,
            activities=activities,
            limits=limits,
            top=top,
            low=low,
            people=people or counted_people,
            counted=self._any(r"how many|number of|count of") or counted_people,
            amount=self._any(r"how much"),
            how_many=how_many,
            people_share=people_share,
            latest=self._any(r"(?:the )?(?:latest|newest|most recent)"),
            lately=self._any(r"lately|recently|recent"),
            total=self._any(r"in all|in total|total|altogether|overall|summed|sum"),
            joined="or" if self._any(r"or|either") else "and" if "and" in self.words.tokens else "",
            state=state,
            left=(*self._left(), *(["how many"] if of_labels else [])),
            mended=mended,
        )

    def _any(self, pattern: str) -> bool:
        return bool(self.words.take(pattern))

    def _left(self) -> tuple[str, ...]:
        self._any(r"ever|each other|any|some|95 %")
        return tuple(word for word in self.words.tokens if word not in NEUTRAL and word != TAKEN)

    def _quoted(self, quoted: list[str]) -> tuple[list[frozenset[str]], list[Mention], list[str]]:
        releases, names, unknown = [], [], []
        for text in quoted:
            ids, labels = self.lexicon.quoted(text)
            if labels:
                names.append(labels)
            elif ids:
                releases.append(frozenset(ids))
            else:
                unknown.append(text)
        return releases, names, unknown

    def _limits(self) -> tuple[tuple[str, int], ...]:
        found = []
        for pattern, kind in LIMITS:
            for match in self.words.take(pattern):
                number = next(text for text in match.groups() if text)
                found.append((kind, int(number)))
        return tuple(found)

    def _studies(self, releases: list[frozenset[str]]) -> tuple[str, bool]:
        matches = [] if releases else self.words.take(STUDY_LIST)
        said = [STATES[word] for match in matches for word in match.group().split() if word in STATES]
        if matches:
            said += [STATES[match.group()] for match in self.words.take("|".join(STATES))]
        return (said[0] if said else ""), bool(matches)

    def _operations(self, releases: list[frozenset[str]], *, listed: bool) -> set[Operation]:
        found: set[Operation] = {Operation.STUDIES} if listed else set()
        if releases and self._any(ASKING):
            found.add(Operation.ASKED)
        found |= {operation for operation, pattern in OPERATIONS if self._any(pattern)}
        if self._any(COMPARISON):
            found.add(Operation.COMPARE)
        return found

    def _top(self, operations: set[Operation]) -> tuple[int, bool]:
        low = self._any(LOW)
        if low:
            operations.add(Operation.TOP)
        if Operation.TOP not in operations:
            return 0, low
        numbers = self.words.take("|".join([r"\d{1,2}", *NUMBERS]))
        said = [NUMBERS.get(match.group()) or int(match.group()) for match in numbers]
        return (said[0] if len(said) == 1 else 0), low


def _either(texts: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(sorted(texts, key=len, reverse=True))})"
