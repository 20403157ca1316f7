"""The bank's own shapes of money, music, videos and orders: shares, rankings, lists, extremes, first and last times.

A line that begins with ``=`` names what the lines after it mean: topic, operation, measure, and fields of a sketch.
"""

from __future__ import annotations

from typing import Final

__all__ = ["COUNTED"]

COUNTED: Final = """
= money share spend
what (share|percentage|proportion|fraction|part|portion) of (my|all my|the) (spending|money|expenses) {t} (went to|was on|was) (groceries|Acme)
how many (percent|%) of my (spending|expenses) {t} (went to|is|was) (groceries|Acme)
(groceries|Acme) as a (percentage|share|fraction) of (everything i spent|my spending|all spending) {t}
of everything i spent {t}, what (percentage|share) went to (groceries|Acme)
of everything i spent on groceries {t}, what percentage went to Acme
(groceries|Acme) take up (what|how many) % of my spending {t}
groceries how many % of my spending {t}
Acme take up what % of groceries spend {t}
what (share|proportion) of my groceries (spending|money) {t} (went to|was spent at) Acme
what proportion of {t} spending was (swallowed|eaten up|absorbed|taken) by groceries
how big (a share|a part) of my spending is groceries {t}
what percent of my spending was on weekends {t}
weekend spending is what percent of the total {t}
what share of my spending was paid with the card {t}
how much of my spending was groceries, in percent {t}
which (part|fraction) of my money goes to (groceries|Acme)
the share of groceries in my spending {t}
groceries in percent of the total {t}
express my groceries spending as a percentage of all spending {t}
if Acme is left out, what share of {t} spending was groceries
what percentage of my outgoings does Acme get
how large is the slice of groceries in my expenses {t}
what do groceries make up of my spending, in percent
= money share purchases
what (share|percentage|proportion) of my purchases {t} were (over 100|at Acme|on weekends|groceries)
how many percent of my (payments|purchases) were (over 100|at Acme) {t}
of my purchases {t}, what share were at Acme
what fraction of all payments {t} were under 100
= money ranking spend group=merchant
(my|the|what were my|which are my) [top] [5] (merchants|shops|stores|places) by (spending|spend|money|amount) {t}
(name|list|rank|show) my [5] (largest|biggest|top|most expensive) (merchants|shops|stores|places) {t}
where did (most of|the most of) my money go {t}, [top] 5 (shops|places)
which 5 (shops|merchants|places) (cost me the most|did i spend the most at|swallowed the most money|did i pay most) {t}
at which 5 (shops|places) did i (spend|leave|part with) the most [money] {t}
top 5 groceries (shops|places) by money {t}
top 5 shops i throw money at {t}
which shops got most of my money {t}
who were the 5 biggest receivers of my money {t}
rank my merchants by what i spent {t}
5 shops where i spent the most, without groceries {t}
= money ranking purchases group=merchant
(my|the) 5 most (visited|frequented|frequent|often visited) (shops|places|merchants|restaurants) {t}
which 5 (shops|merchants|places|restaurants) did i (visit|go to|pay|eat at|buy from) most (often|frequently) {t}
top 5 (shops|places|restaurants) by (number of (visits|purchases|payments)|how often i went) {t}
where do i (eat|shop|buy|go) most (often|frequently), top 5 {t}
the 5 places i keep going back to {t}
rank shops by the number of visits {t}
5 shops with the most purchases {t}
= money ranking spend group=category
(my|the|what were my|which are my) [top] [5] [spending] categories [by spending] {t}
which 5 categories (cost me the most|did i spend the most on|absorbed the most money|were the largest) {t}
(name|list|rank|show) the 5 categories (with the most spending|that absorbed the most money|i spent most on) {t}
what do i spend my money on, by category {t}
on which 5 kinds of things did most money go {t}
break my spending down by category {t}
what are the biggest areas of my spending {t}
rank categories by money {t}
= money leader spend group=merchant
which (shop|merchant|store|place|company) did i spend the most [money] at {t}
(where|at which shop) did i spend the most [on groceries] {t}
which merchant (got|received|took) the most of my money {t}
who got most of my money {t}
(my|the) (biggest|top|most expensive) (merchant|shop|store) {t}
which groceries shop did i spend most at {t}
i spend most at which shop {t}
what shop cost me the most {t}
= money leader spend group=merchant low
which (shop|merchant) did i spend the least at {t}
where did i spend the least {t}
= money leader purchases group=merchant
which (shop|place|merchant|restaurant|outlet) did i (visit|go to|buy from|eat at|use|take) most (often|frequently) {t}
where do i (eat|shop|buy|go) most (often|frequently) {t}
at which (outlet|place|shop) did i (eat|buy|shop) most frequently {t}
my most (visited|frequented) (shop|restaurant|place) {t}
which (transport|groceries|shop) do i take most often {t}
which shop saw me most often {t}
= money leader spend group=category
(which|what) category did i spend the most on {t}
what do i spend the most [money] on {t}
on what did most of my money go {t}
(my|the) (biggest|top|largest|most expensive) [spending] category {t}
which category ate most of my money {t}
i spend most on what {t}
= money leader spend group=category low
which category did i spend the least on {t}
(my|the) smallest [spending] category {t}
= money difference spend sign=more
how much more did i spend (on|at) {p} than (on|at) {q} {t}
by how much did spending at {p} exceed spending at {q} {t}
i spend how much more at {p} than {q} {t}
= money exceeds spend sign=more
did i spend more (on|at) {p} than (on|at) {q} {t}
(do|did) i (pay|leave|spend) more money at {p} or at {q}
is {p} more expensive for me than {q} {t}
= money exceeds spend limited
did i spend more than $500 [on groceries] {t}
was my spending over $500 {t}
have i spent less than $500 (on groceries|at Acme) {t}
did groceries cost me more than $500 {t}
did my spending exceed $500 {t}
= money list purchases
(list|show|itemise|display|find) [all] [my|the] (purchases|payments|expenses|buys) [at Acme|on groceries|over 100] {t}
(list|show) every (purchase|payment) [made] [to Acme|over 100|on groceries] {t}
which (purchases|payments) (over 100 |)did i make [on groceries|at Acme] {t}
what did i buy [at Acme] {t}
what i buy {t} list can
what did i (pay for|purchase) {t}, one by one
i want to see the groceries purchases of {t}, one by one
Acme purchases {t}, list out
give me all payments to Acme
itemise every payment made to Acme
my [last] [5] (latest|last|most recent) purchases [at Acme]
groceries over 100 list out {t}
what were all the things i paid for {t}
show each purchase with its shop {t}
= money list transactions
(list|show) [all] [my] (transactions|movements|bookings) {t}
every transaction {t}
my [last] [5] (latest|last) transactions
= money list refunds
(list|show|what) [my] refunds [did i get|reached me|came in] {t} [show each with its shop]
which refunds did i get {t}
= money list income
(list|show) [my] (income|incoming payments|money that came in) {t}
what income reached me {t}
= money list cash
(list|show) [my] cash withdrawals {t}
each time i withdrew cash {t}
= money extreme purchases show=amount
what (was|is) my (biggest|largest|most expensive|highest|priciest|dearest) [single] (purchase|payment|expense|bill) {t}
how (large|much) was (my|the) (most expensive thing i bought|largest purchase) [at Acme] {t}
the most i [ever] (paid|spent) (in one go|at once|for one purchase) {t}
most ex single groceries ever, how much
what is the most i have ever paid for a single (ride|meal|journey) with Acme
how much was my biggest groceries bill {t}
largest single purchase {t} without Acme
= money extreme purchases show=amount low
what (was|is) my (smallest|cheapest|lowest|tiniest) [single] (purchase|payment) {t}
what is the least i have ever paid for a single (ride|journey|meal) with Acme
the cheapest purchase {t}
how little did i pay at the least {t}
= money extreme purchases show=merchant
(where|at which shop|at which merchant) did i make my (biggest|largest|most expensive) purchase {t}
which (shop|merchant|outlet) received my largest single payment {t}
who got my biggest payment {t}
which shop i kena biggest single bill {t}
what shop was my biggest purchase at {t}
Acme apart, which outlet received my largest single payment {t}
= money extreme purchases show=merchant low
where did i make my (smallest|cheapest) purchase {t}
which shop got my smallest payment {t}
= money extreme purchases show=date
(when|on which day|on what date) (did i make|was) my (biggest|largest|most expensive) [single] purchase {t}
= money extreme purchases top=5
(what were|list|show) my 5 (biggest|largest|most expensive) (purchases|payments|expenses) {t}
(the) 5 (priciest|biggest) things i bought {t}
which 5 purchases cost me the most {t}
= money occasion purchases
when did i last (buy [something]|shop|eat|go|order|pay) [at Acme|from Acme|groceries]
(when was|what was) (my|the) (last|latest|most recent) (time i bought something|purchase|visit|payment|order) (at|from|to) Acme
last time i (went to|ordered from|bought at|ate at) Acme when
when i last tapau from Acme
how long ago did i last buy at Acme, on what day
what day did i last pay Acme
when did i most recently use Acme
= money occasion purchases low
when did i first (buy [something]|shop|eat|order|pay) [at Acme|from Acme]
on what date did i make my very first purchase (from|at) Acme
(first|earliest) (time|purchase) at Acme when
since when do i buy at Acme
= money occasion cash
when did i last withdraw cash
the most recent day on which i drew cash: which was it
last cash withdrawal when
= money occasion salary
when was (my salary|i) last paid [by my employer]
when did my last (salary|pay) come in
= money any purchases
(did|have) i (buy|bought|pay|shop|eat|ordered) [anything] (at|from) Acme {t}
did i spend (anything|any money) (on groceries|at Acme) {t}
have i ever (been to|bought from|paid) Acme
was there any purchase (at Acme|over 100|of groceries) {t}
did i make any purchase over 100 {t}
got buy anything at Acme {t} or not
= money value distinct group=merchant
(at|in|from) how many (different|separate|distinct) (shops|places|merchants|stores|restaurants|grocers) did i (buy|shop|eat|pay|purchase) {t}
how many (different|distinct|unique|diff) (shops|merchants|places|supermarkets) (did i visit|were paid|did i pay|have i bought from) {t}
how many diff groceries places {t}
number of (different|distinct) merchants {t}
from how many different grocers have i bought {t}
= money value distinct group=category
(in|on) how many (different|distinct) categories did i spend [money] {t}
number of different [spending] categories {t}
= music ranking plays group=artist
(my|the|what were my|who are my) [top] [5] [favourite|most played|most listened to] (artists|bands|singers|musicians) [by plays] {t}
which 5 (artists|bands|singers) did i (play|listen to|hear) [the] most {t}
(name|list|rank) my 5 most-played artists {t}
who did i listen to most, top 5 {t}
= music ranking listening_minutes group=artist
(my|the) [top] [5] (artists|bands) by (listening time|minutes|hours|time) {t}
with which 5 artists did i spend the most time {t}
= music ranking plays group=track
(my|the|what were my) [top] [5] [favourite|most played|most-played] (songs|tracks|tunes) [of Coldplay|by Coldplay] {t}
which 5 songs did i (play|hear|stream) [the] most {t}
(name|list|rank) my five most-played songs of {t}
top 5 songs i keep playing {t}
= music ranking listening_minutes group=track
(my) [top] [5] songs by (listening time|minutes|time) {t}
= music ranking plays group=album
(my|what were my) [top] [5] [most played] albums {t}
which 5 albums did i play [the] most {t}
= music ranking podcast_minutes group=podcast
(my|what were my) [top] [5] podcasts [by (minutes|time|hours)] {t}
which 5 podcasts did i (listen to|hear) [the] most {t}
order my podcasts by the minutes i gave them; the top 5 suffice
rank my podcasts by listening time {t}
= music leader plays group=artist
(who|which artist|which band|which singer) did i (play|listen to|hear) [the] most {t}
(my|who is my) (top|favourite|most played|number one) (artist|band|singer) {t}
= music leader plays group=track
(which|what) song did i (play|hear|listen to) [the] most {t}
(my|what is my) (top|favourite|most played) song [by Coldplay] {t}
the song on heaviest rotation {t}
= music leader plays group=album
(which|what) album did i (play|listen to) [the] most {t}
my (top|favourite|most played) album {t}
= music leader podcast_minutes group=podcast
(which|what) podcast did i (hear|listen to) [the] most {t}
my (top|favourite) podcast {t}
= music share listening_minutes
what (share|percentage|proportion) of my listening [time] {t} (went to|was) Coldplay
how many percent of my listening is Coldplay {t}
of all the time i listened, how much was Coldplay in percent
= music share plays
what (share|percentage|proportion) of my [song] plays {t} (were|was) [of] Coldplay
how many % of the songs i played were by Coldplay {t}
= music share podcast_minutes
what (share|percentage|proportion) of my listening [time] {t} (went to|was|were) podcasts
podcasts take up how many percent of my listening {t}
= music value distinct group=artist
how many (different|distinct|unique|diff) (artists|bands|singers) did i (listen to|play|hear) {t}
= music value distinct group=track
how many (different|distinct|unique|diff) (songs|tracks) [of Coldplay] did i (listen to|play|hear) {t}
diff songs i play {t} count
= music value distinct group=album
how many (different|distinct) albums did i (listen to|play) {t}
= music value distinct group=podcast
how many (different|distinct) podcasts did i (listen to|hear) {t}
= music occasion plays
when did i last (play|hear|listen to|stream) (Coldplay|Serial)
(last|latest|most recent) time i (played|heard|listened to) Coldplay
when was Coldplay last played
= music occasion plays low
when did i (first|discover) (play|hear|listen to)  Coldplay
when did i discover Coldplay
(first|earliest) time i (played|heard|listened to) Coldplay
since when do i listen to Coldplay
= music any plays
(did|have) i (play|played|listen to|heard|ever play) Coldplay {t}
was Coldplay played {t}
= video ranking videos group=channel
(my|what were my) [top] [5] [most watched] [youtube] channels {t}
which 5 (channels|youtubers) did i watch [the] most {t}
(name|list|rank) my 5 most watched channels {t}
= video ranking videos group=video
(my|what were my) [top] [5] most watched videos {t}
which 5 videos did i watch [the] most [often] {t}
= video leader videos group=channel
(which|what) [youtube] (channel|youtuber) did i watch [the] most {t}
my (top|favourite|most watched) channel {t}
= video leader videos group=video
(which|what) video did i watch [the] most [often] {t}
= video share videos
what (share|percentage) of [my|the] videos [i watched] {t} were (from|by) Vsauce
= video value distinct group=channel
how many (different|distinct|diff) (channels|youtubers) did i watch {t}
yt how many diff channels i watch {t}
= video value distinct group=video
how many (different|distinct) videos did i watch {t}
= video occasion videos
when did i last (watch|view|see) (Vsauce|a video|something by Vsauce)
(last|latest) time i watched (Vsauce|youtube)
= video occasion videos low
when did i first (watch|view|see) (Vsauce|something by Vsauce)
= video any videos
(did|have) i (watch|watched|seen) [anything from] Vsauce {t}
= video peak videos group=hour
(at|in) which hour [of the day] do i watch the most videos {t}
at what time of day do i watch most [videos|youtube]
= video follows videos
(which|what) [youtube] channels (am i subscribed to|do i follow)
list my [youtube] channel subscriptions
= video follows channels
how many [youtube] channels (am i subscribed to|do i follow)
number of [youtube] channel subscriptions
= video follows channels named
am i subscribed to (the channel Vsauce|Vsauce)
do i follow Vsauce [on youtube]
= shops orders orders
(list|show) [my] [cancelled|refunded] [Acme] orders {t}
which of my [Acme] orders were (cancelled|refunded|delivered) {t}
which orders did i place [at Acme] {t}
what did i order {t}, order by order
my [last] [5] (latest|last) orders
= shops ratio order_value
what (is|was) (my|the) average (order value|order|basket) [at Acme] {t}
how much is an [Acme] order on average {t}
what does an order at Acme come to on average
how much do i spend per [online] order [at Acme]
= shops price items
(what is|what was) the [last|latest|unit] price of milk [at Acme]
how much (is|was|does) [a carton of] milk [cost] [the last time i bought it]
what did i last pay for [a] milk
milk last price how much
= shops ranking items group=product
(my|what were my) [top] [5] [most bought] (products|items) [at Acme|by quantity] {t}
which 5 [Acme] products did i buy (most often|in the greatest quantity|the most of) {t}
what do i buy most at Acme, top 5
= shops ranking product_spend group=product
(my) [top] [5] (products|items) by (money spent|spending|cost|money) [at Acme] {t}
which 5 products did i spend the most on {t}
Acme top 5 products by money spent {t}
= shops leader items group=product
(which|what) product did i buy (most often|the most) [at Acme] {t}
my most bought product {t}
= shops leader product_spend group=product
(which|what) product did i spend the most [money] on [at Acme] {t}
= shops ranking product_spend group=section
(my) [top] [5] (sections|aisles|departments) by (spending|money) [at Acme] {t}
= shops leader product_spend group=section
(which|what) (section|aisle|department) did i spend the most on [at Acme] {t}
= shops leader orders group=shop
(which|what) shop do i order from most often {t}
where do i place most of my [online] orders
= shops value distinct group=product
how many (different|distinct|unique) (products|items|articles) did i (buy|order) [at Acme] {t}
= shops extreme orders show=amount
what (was|is) my (biggest|largest|most expensive) [Acme] order [worth] {t}
how much was my largest order {t}
= shops extreme orders show=date
when did i place my (biggest|largest) order {t}
= shops occasion items
when did i last (buy|order|get) milk
last time (i bought|buy) milk when
(my) (latest|last) purchase of milk, when was it
when was milk last in my basket
= shops occasion items low
when did i first (buy|order) milk
= shops occasion orders
when (was|did i place) my (last|latest|most recent) order [at Acme]
= shops any items
(did|have) i (buy|bought|order|ordered) [any] milk {t}
got buy milk {t} or not
= shops any orders
(was|were) any [of my] orders (cancelled|refunded) {t}
= shops share product_spend
what (share|percentage) of my [spending on] products {t} (went to|was) milk
"""
