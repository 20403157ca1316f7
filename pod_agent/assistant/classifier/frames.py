"""The bank's frames: shapes of questions with ``{ask}``, ``{noun}``, ``{did}`` and ``{where}`` of a measure. Data only.

``{t}`` is a period, ``{p}`` and ``{q}`` are two periods or two things that are compared.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COMPARED", "FRAMES"]

FRAMES: Final = {
    "value": (
        "{ask} {where} {t}", "{ask} {where} {t}", "{t} {ask} {where}", "{where} {t} {ask}", "{noun} {where} {t}",
        "what (was|is|were) {noun} {where} {t}", "what did {noun} {where} (come|amount) to {t}", "{t} {noun} {where}",
        "(tell me|give me|work out|i need|state|calculate|add up) {noun} {where} {t}", "{noun} {where} {t}, please",
        "(the total of|sum of|sum up) {noun} {where} {t}", "how (large|high|big) was {noun} {where} {t}",
        "{where} {t}, {ask}", "i want to know {noun} {where} {t}", "{ask} {where} in total {t}",
        "{ask} {where} altogether {t} (ah|sia|leh|lah|liao|alr)", "{t} {where} {noun} how much ah",
        "could you tell me {ask} {where} {t}", "all in {ask} {where} {t}", "taking all records together, {ask} {where}",
        "{ask} {where}", "what does {noun} {where} add up to {t}", "{noun} so far {t} {where}",
        "please work out {noun} {where} {t}", "kindly state {noun} {where} {t}", "{ask} {where} if groceries are left out",
        "{ask} {where} over the whole of {t}", "ignoring Acme, {ask} {t}",
    ),
    "mean": (
        "{ask} (per|a|each|every) (month|week|day) on average {where} {t}", "on average, {ask} (per|a) (month|week|day) {t}",
        "average (monthly|weekly|daily) {noun} {where} {t}", "what is (my|the) average of {noun} per (month|week|day) {where}",
        "{noun} (per|a) (month|week|day) on average {where} {t}", "in (a typical|an average) (month|week), {ask} {where}",
        "the (monthly|weekly|daily) average of {noun} {where} {t}", "averaged by the (week|month|day), {ask} {where} {t}",
        "what do i {did} in a (month|week), on average, looking at {t}", "how much do i {did} (a|per) (month|week|day) on average {t}",
        "avg (monthly|weekly|daily) {noun} {t}", "{noun} avg per (mth|month|week|day) {t}", "my (monthly|weekly|daily) average of {noun}",
        "{ask} {where} on an average (day|week|month) {t}", "{t} what is the mean of {noun} per (month|week|day)",
    ),
    "series": (
        "{ask} {where} (per|each|every|by) month {t}", "(show|chart|plot|graph|list|set out|break down) {noun} {where} (by|per) month {t}",
        "monthly {noun} {where} {t}", "{noun} {where} month by month {t}", "{noun} by (mth|month) {t} can show",
        "how (has|did) {noun} {where} (develop|developed|evolve|change) (over time|month by month|over the months) {t}",
        "(trend|development) of {noun} {where} {t}", "{noun} for (each|every) month {t}", "{ask} in each month {t}",
        "for every month {t}, {noun} {where}", "{noun} {where} split by month {t}", "a monthly (overview|table|breakdown) of {noun} {t}",
        "{noun} per calendar month {t}", "give me {noun} {where} for each of the months {t}", "month wise {noun} {t}",
        "{t} each month {ask} {where}", "how does {noun} look over the months {t}",
    ),
    "difference": (
        "compare {noun} {where} (in|for) {p} and {q}", "{p} (vs|versus) {q} {noun} {where}", "{noun} {where} {p} vs {q}",
        "what is the difference (in|of) {noun} {where} between {p} and {q}", "difference between {noun} in {p} and in {q}",
        "how did {noun} in {q} compare (with|to) {p}", "set {noun} {where} in {p} against {q} and give me the difference",
        "by how much did {noun} {where} (change|rise|fall|go up|go down|grow|drop) from {p} to {q}", "{p} vs {q} {noun} diff how much",
        "how much did {noun} (change|go up|increase|drop) between {p} and {q}", "{noun}: {p} compared with {q}",
        "(put|show) {noun} of {p} next to that of {q}", "how does {noun} in {p} differ from {q}", "{noun} {p} and {q} compare leh",
        "the gap between {noun} in {p} and {q}", "compare what i {did} in {p} and {q}",
    ),
    "difference more": (
        "how (much|many) more did i {did} in {p} than in {q}", "by how much did {noun} in {p} exceed that in {q}",
        "how much (higher|bigger|larger) was {noun} in {p} than in {q}", "{noun} {p} was how much more than {q}",
        "how much extra did i {did} in {p} over {q}", "how (much|many) more in {p} than {q} for {noun}", "in {p} i {did} how much more than {q}",
        "by how much was {noun} in {p} above {q}", "how far was {noun} in {p} ahead of {q}",
    ),
    "difference less": (
        "how (much|many) (less|fewer) did i {did} in {p} than in {q}", "by how much was {noun} in {p} below {q}",
        "how much (lower|smaller) was {noun} in {p} than in {q}", "{noun} {p} was how much less than {q}",
        "how (much less|many fewer) in {p} than {q} for {noun}", "by how much did {noun} in {p} fall short of {q}",
        "in {p} i {did} how much less than {q}",
    ),
    "change": (
        "by what (percentage|percent|%) did {noun} {where} (change|rise|fall|go up|drop|grow|increase) from {p} to {q}",
        "percentage change in {noun} {where} from {p} to {q}", "what (%|percent) did {noun} change from {p} to {q}",
        "{noun} {p} to {q} change how many %", "how many percent did {noun} (go up|go down|rise|drop) from {p} to {q}",
        "relative to {p}, how did {noun} move in {q}, in per cent", "express the change of {noun} from {p} to {q} as a percentage",
        "in percent, how did {noun} change between {p} and {q}", "what was the (growth|decrease|rise|drop) of {noun} from {p} to {q} in percent",
        "{noun} went up in {q}; express that as a percentage of {p}", "{noun} go up how many percent from {p} to {q}",
        "how did {noun} develop from {p} to {q} in %", "percent difference of {noun} {p} vs {q}",
    ),
    "exceeds more": (
        "did i {did} more in {p} than in {q}", "was {noun} (higher|more|larger) in {p} than in {q}", "is {noun} in {p} above that of {q}",
        "did {noun} in {p} exceed {q}", "have i {did} more in {p} than {q}", "yes or no: was {noun} in {p} more than in {q}",
        "did {noun} (rise|go up|increase) from {q} to {p}", "{p} got more {noun} than {q} or not", "was there more of {noun} in {p} than in {q}",
    ),
    "exceeds less": (
        "did i {did} (less|fewer) in {p} than in {q}", "was {noun} (lower|less|smaller) in {p} than in {q}",
        "did {noun} (drop|go down|fall|decrease) from {q} to {p}", "is {noun} in {p} below that of {q}", "was there less of {noun} in {p} than {q}",
    ),
    "peak month most": (
        "in which month did i {did} the most {where} {t}", "which month had the (highest|most) {noun} {t}", "what month was {noun} (highest|at its peak) {t}",
        "when, by month, was {noun} the highest {t}", "{t} which month {noun} most", "the month with the (highest|largest|most) {noun} {where} {t}",
        "my (most expensive|biggest|top|busiest) month for {noun} {t}", "in what month of {t} was {noun} greatest",
    ),
    "peak month least": (
        "in which month did i {did} the least {where} {t}", "which month had the (lowest|least) {noun} {t}", "what month was {noun} lowest {t}",
        "the month with the (lowest|smallest|least) {noun} {where} {t}", "{t} which month {noun} least", "my (cheapest|quietest) month for {noun} {t}",
    ),
    "peak day most": (
        "on which (day|date) did i {did} the most {where} {t}", "which day had the (highest|most) {noun} {t}", "what was the day with the most of {noun} {t}",
        "could you tell me the date on which i {did} the most {t}", "the date with the highest {noun} {t}", "{t} which day {noun} most",
        "on what date was {noun} the highest {t}", "my biggest day of {noun} {t}",
    ),
    "peak weekday most": (
        "on which weekday do i {did} the most {where} {t}", "which day of the week has the (highest|most) {noun} {t}",
        "on what day of the week does most of {noun} (go|happen|fall) {t}", "which weekday {noun} the most {t}", "what weekday was {noun} the highest",
        "monday to sunday, when do i {did} the most {t}", "which day of week i {did} the most {t}",
    ),
    "peak weekday least": (
        "on which weekday do i {did} the least {where} {t}", "which day of the week has the (lowest|least) {noun} {t}",
        "on what day of the week do i {did} least {t}",
    ),
}  # fmt: skip
"""By operation with its flags."""

COMPARED: Final = (("August", "September"), ("August", "September"), ("Acme", "Globex"), ("last year", "this year"))
"""What may stand for the two that are compared; names for measures that have them."""
