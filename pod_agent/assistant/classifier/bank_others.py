"""The bank's shapes of what devices measured, of subscriptions, and of what is never computed.

Written as in ``bank_counted.py``; ``declined`` lines carry the reason.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MEASURED", "OTHERS"]

MEASURED: Final = """
= health value steps
how many steps did i (walk|take|make|do|get) {t}
(total|number of|my|sum of) steps {t}
steps {t} how many
how far did i get in steps {t}
{t} i walk how many steps
what was my step count {t}
= health mean steps per=day
how many steps did i (walk|take) (per|a|each) day on average {t}
(what is|what was|) my average [daily] (steps|step count|number of steps) {t}
on average how many steps do i walk {t}
avg daily steps {t}
how many steps do i average on weekends {t}
mean steps a day {t}
= health value steps beyond
(on|) how many days did i (walk|reach|do|hit) (more than|at least|over|fewer than|at or above) 10000 steps {t}
how often did i (walk|reach|get past|hit) 10000 steps {t}
how many days in {t} fell at or above 10000 steps
days with over 10000 steps {t}
= health share steps
(on|) what (share|percentage) of days did i (walk|reach) (more than|at least) 10000 steps {t}
= health any steps
did i [ever] walk (more than|over) 10000 steps in (a|one) day {t}
was there a day with over 10000 steps {t}
= health peak steps group=day
(on which day|when) did i (walk|take) the most [steps] {t}
which day had the most steps {t}
what was my most active day {t}
= health peak steps group=day low
(on which day|when) did i (walk|take) the (fewest|least) [steps] {t}
which day had the fewest steps {t}
= health extreme steps
what (is|was) (my|the) (highest|largest|record|most) number of steps in (a|one|a single) day {t}
the most steps i walked in one day {t}
my step record {t}
= health peak steps group=month
in which month did i walk the most [steps] {t}
= health peak steps group=month low
in which month did i walk the least [steps] {t}
= health peak steps group=weekday
on which (weekday|day of the week) do i walk the most {t}
= health series steps
(show|chart|) my steps (per|by) month {t}
how many steps did i walk (per|each) month {t}
monthly steps {t}
= health series steps per=day
(average|mean) daily steps (by|per) month {t}
my average steps per day for each month {t}
how has my daily step count developed by month {t}
= health difference steps
compare my steps in August and September
August vs September steps
difference in steps between August and September
= health difference steps per=day
compare my (average|mean) daily steps in August and September
did my average steps change between August and September, by how much
= health difference steps sign=more
how many more steps did i walk in August than in September
= health change steps
by what (percentage|percent|%) did my steps change from August to September
= health change steps per=day
by what percent did my average daily steps change from August to September
= health exceeds steps sign=more
did i walk more [steps] in August than in September
did i walk more on weekends than on weekdays {t}
= health value sleep
how (long|many hours) did i sleep {t}
how much sleep did i get {t}
{t} sleep how many hours
total hours of sleep {t}
= health mean sleep per=night
how (long|many hours) did i sleep on average {t}
(what is|what was|) my average (sleep|night|hours of sleep) [per night] {t}
on average how much do i sleep a night {t}
average sleep {t} how many hours
how long is my typical night {t}
= health value sleep beyond
(on|) how many nights did i sleep (less than|under|more than|at least) 6 hours {t}
nights under 6 hours {t}
how often did i sleep less than 6 hours {t}
= health share sleep
(on|) what (share|percentage) of nights did i sleep (less than|under) 6 hours {t}
= health any sleep
did i [ever] sleep (less than|more than) 6 hours {t}
= health peak sleep group=day
(when|on which night|on which day) did i sleep the (longest|most) {t}
which night was my longest {t}
the date of my longest night {t}
= health peak sleep group=day low
(when|on which night) did i sleep the (shortest|least) {t}
which night was my shortest {t}
what date was my worst night of sleep {t}
= health extreme sleep
how long was my longest (night|sleep) {t}
= health extreme sleep low
how long was my shortest (night|sleep) {t}
the least hours i slept in a night {t}
= health peak sleep group=month
in which month did i sleep the (longest|most) [on average] {t}
= health series sleep
(show|chart|) my [average] sleep (per|by) month {t}
hours of sleep month by month {t}
= health difference sleep per=night
compare my [average] sleep in August and September
how did my sleep in September compare with August
= health change sleep per=night
by what percentage did my [average] sleep change from August to September
= health exceeds sleep sign=more per=night
did i sleep (longer|more) in August than in September
do i sleep longer on weekends than on weekdays {t}
= health mean resting_heart_rate per=day
(what is|what was|) my [average|mean] resting (heart rate|pulse|heartbeat) {t}
resting heart rate {t}
rhr {t} how much
average rhr {t}
= health extreme resting_heart_rate
(what is|what was|) my (highest|maximum|peak) resting (heart rate|pulse) {t}
= health extreme resting_heart_rate low
(what is|what was|) my (lowest|minimum) resting (heart rate|pulse) {t}
= health peak resting_heart_rate group=day
(when|on which day) was my resting heart rate (highest|the highest) {t}
= health peak resting_heart_rate group=day low
(when|on which day) was my resting heart rate (lowest|the lowest) {t}
= health peak resting_heart_rate group=month
in which month was my resting heart rate the highest {t}
= health series resting_heart_rate
(show|chart|) my resting heart rate (per|by) month {t}
= health difference resting_heart_rate
compare my resting heart rate in August and September
= health value resting_heart_rate beyond
on how many days was my resting heart rate (over|above|below|under) 60 {t}
= health value weight
(what is|what was|) my [latest|current|last] weight {t}
how much (do|did) i weigh [now] {t}
how heavy (am|was) i {t}
weigh how much {t}
= health difference weight
(by how much|how much) did (my weight|i) (change|lose|gain|drop) {t}
how has my weight changed {t}
how many kg did i (lose|gain|put on|shed) {t}
weight change {t}
= health difference weight compared
compare my weight in August and September
= health extreme weight
(what is|what was|) my (highest|maximum) weight {t}
= health extreme weight low
(what is|what was|) my (lowest|minimum) weight {t}
= health peak weight group=day
when (was i|did i weigh) the (heaviest|most) {t}
= health peak weight group=day low
when (was i|did i weigh) the (lightest|least) {t}
= health mean weight per=day
(what is|what was) my average weight {t}
= health series weight
(show|chart|) my weight (per|by) month {t}
how has my weight developed month by month {t}
= health mean heart_rate per=day
(what is|what was|) my [average] heart rate {t}
average pulse {t}
"""

OTHERS: Final = """
= subscriptions subscriptions list
(which|what) subscriptions (do i have|am i paying [for]|are active|am i still paying) [now|right now] [and how much each]
list my [active] subscriptions
what am i (subscribed to|paying for every month)
(which|what) services am i subscribed to [and at what price]
what subs am i still paying monthly and how much each
show me everything i subscribe to
= subscriptions subscriptions list conditions=yearly
(which|what) services am i subscribed to on an annual basis, and at what price
(list|which are) my (yearly|annual) subscriptions
= subscriptions subscriptions list conditions=monthly
(list|which are) my monthly subscriptions
= subscriptions subscriptions count
how many [active] subscriptions do i have [now]
number of [active] subscriptions
= subscriptions subscriptions monthly
(what|how much) do my [monthly] subscriptions cost [me] (per|a|each) month [in total] [right now]
how much am i paying for subscriptions every month
total monthly cost of my subscriptions
= subscriptions subscriptions rises
which [of my] subscriptions (became|got|have become) (more expensive|dearer|pricier), and by how much
which subscription raised its price [and by how much]
got any subscription increase price, which one and by how much
by how much did my subscriptions go up
= subscriptions subscriptions dearer
(did|has|have) any [of my] subscription[s] (become|became|got|gotten) (more expensive|dearer|pricier)
= subscriptions subscriptions changes
which subscriptions (changed their|had a change of) price
= subscriptions subscriptions active named
(am i still|do i still) (paying for|subscribed to) Acme
is my Acme [subscription] still active
= subscriptions subscriptions cost named
how much (is|does) [my] Acme [subscription] cost [me] [per month|now]
what do i pay for Acme (per|a|each) month
how much do i pay for my Acme subscription
= subscriptions subscriptions top
(which|what) [of my] subscription[s] (is|costs) the most [expensive]
my (most expensive|dearest) subscription
= subscriptions subscriptions top low
(which|what) subscription is the (cheapest|least expensive)
= declined advice
should i (cancel|buy|take|sell|change|switch to|get|keep) (Acme|a loan|another phone plan|my gym)
(is it worth|would it be (prudent|wise|smart|better) to|do you think i should) (keep|give up|keeping|cancel|cancelling) [my] Acme [membership]
what would you (recommend|advise|do about my spending)
can i afford (a car|a holiday|a condo)
how can i (save|spend|sleep) (more|less|better)
am i spending too much [on groceries]
which card is best for me
eh should i change Acme to another telco
is my resting heart rate (healthy|normal|good)
give me tips to cut my spending
= declined future
(how much|what) will i (spend|save|earn|pay|weigh) next (month|year|week)
(predict|forecast|project|estimate) my (spending|groceries|weight|sleep) for next month
what is my spending going to be in (december|the coming weeks)
when will my salary (come|be paid) next
how much am i likely to spend by the end of the year
expected expenses for next week
next month groceries will be how much
= declined cause
why (did|was|is|has) my (spending|weight|electricity bill|sleep) (go up|drop|so high|fall|gone up) [in August]
for what reason did my (electricity bill|spending) (fall|rise) {t}
what (caused|made|explains|is behind) [the jump in] my (spending|weight|sleep) {t}
how come i (spent|slept) so much {t}
= declined action
(cancel|renew|end|stop) my (Acme|gym) (subscription|membership)
(pay|settle|clear) my (card|phone|electricity) bill [today|now|please]
(transfer|send|paynow) [John] $20 [to John] [now] [please]
paynow John $20 now please
(delete|erase|remove|change) (my records|this transaction|the category of Acme)
(set|make) a (budget|reminder) of $500 for groceries
book me a (table|flight|ride)
(play|skip|buy|order) (Coldplay|milk|this song) [now]
move $100 to my savings account
block my card
= declined others
how much (does|did|do) (John|my wife|my friend|my neighbour|other people|the average person) (earn|spend|weigh|pay|sleep) [each month] [on groceries]
what rent does John pay each month
how many steps did my (wife|boyfriend|friend|colleague) walk {t}
John every month spend how much on groceries
what is John's salary
my boyfriend last night sleep how many hours
does my husband listen to Coldplay
how do i compare with other people
= declined not-held
what (is|was) my (blood pressure|cholesterol|body temperature|credit score|bank balance|net worth|electricity usage) {t}
how many (messages|emails|calls|photos|calories did i eat) {t}
where was i (on monday|yesterday|{t})
how many (minutes|hours) of (youtube|videos) did i watch {t}
what (stocks|shares|investments|loans|debts|insurance policies) do i have
how many kilometres did i (run|cycle|drive) {t}
how much (tax|cpf|gst|mortgage) did i pay {t}
what time did i go to bed {t}
what was the weather {t}
how many (cashback points|miles|rewards) do i have
what is the full number of my (credit card|account)
what is my (pin|password|iban|cvv)
who called me {t}
= declined unclear
how (much|well) did i do {t}
what was my (best|worst) (month|week|day)
how did {t} compare with August
how much (groceries|Acme) (recently|lately|these days)
{p} vs {q} compare
top 3
my favourite
how am i doing
how was {t}
the most
how much for the holidays
"""
