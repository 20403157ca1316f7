"""From a business's TOML file to what one person is told: published, served, fetched, matched, asked about."""

from __future__ import annotations

import io
import json
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from aggregator.catalogue import InvalidOfferError, demo_offers, publish, published_offers, read_offers
from aggregator.catalogue.examples import EXAMPLES
from aggregator.catalogue.lifecycle import keep_draft, standing
from aggregator.cli import cli
from aggregator.config import LeaderConfig, init_helper, init_leader
from aggregator.leader import Leader, create_leader_app
from aggregator.portal.app import create_app
from aggregator.portal.entry import Entry
from pod_agent.agent import Agent
from pod_agent.cli.main import main
from pod_agent.config import save_settings
from pod_agent.errors import UsageError
from pod_agent.index.local import LocalIndex
from pod_agent.offers.match import OfferMatch, Unfit
from pod_agent.offers.matching import Judge
from tests.support.daily_life import LifeMaker
from tests.support.households import SINGAPORE, RecordMaker
from tests.support.releases import ShelfInMemory, every_release
from tests.support.serving import served
from vocab.offers import OfferKind
from vocab.query import QuerySpec
from vocab.records import Money, Record

NOW = datetime(2026, 11, 15, 4, tzinfo=UTC)
TODAY = date(2026, 11, 15)
PLAIN = (
    '[[offer]]\nname = "a"\ntitle = "A"\nseller = "FairPrice"\nvalid_from = 2026-11-01\nvalid_through = 2026-11-30\n'
)


RELEASE = next(release for release in every_release() if release.statistic == "item_counts")
SHOWN = next(row for row in RELEASE.rows if not row.withheld and row.low is not None)
COUNTED = structs.replace(RELEASE, dimensions=("offer",), rows=(structs.replace(SHOWN, labels=("a",)),))


@pytest.fixture
def shop(tmp_path: Path) -> LeaderConfig:
    return set_up(tmp_path / "shop", "https://studies.shop.example/")


def set_up(home: Path, url: str) -> LeaderConfig:
    invited = init_helper(home / "helper", url="https://helper.example/", helper="https://pods.example/profile#us")
    return init_leader(home, invited, url=url, controller="https://shop.example/profile#us")


def offers_file(folder: Path, text: str) -> Path:
    path = folder / "offers.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.usefixtures("shop")
def test_a_shop_without_a_catalogue_is_told_so_and_one_offer_is_one(tmp_path: Path) -> None:
    arguments = ["--home", str(tmp_path / "shop"), "catalogue"]
    assert CliRunner().invoke(cli, arguments).output.startswith("No catalogue is published yet.")
    file = offers_file(tmp_path, PLAIN + "percent = 5\n")
    assert CliRunner().invoke(cli, [*arguments, str(file), "--check"]).output.startswith("1 offer that every agent")


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_example_can_be_published_as_it_is(kind: str, tmp_path: Path, shop: LeaderConfig) -> None:
    printed = CliRunner().invoke(cli, ["--home", str(tmp_path), "catalogue", "--template", kind])
    assert printed.exit_code == 0
    assert ("FairPrice" in printed.output) is (kind in {"discount", "products", "test", "loyalty"})
    made = publish(tmp_path / "shop", shop, read_offers(offers_file(tmp_path, printed.output)), NOW)
    assert made.serial == 1
    assert published_offers(tmp_path / "shop") is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PLAIN, "offer 1 (a): percent: the offer has neither a discount nor a price"),
        (PLAIN + 'percent = 5\nimage = "x.png"\n', "offer 1 (a): Object contains unknown field `image`"),
        (PLAIN + "percent = [5]\n", "offer 1 (a): Expected `decimal | null`, got `array` - at `$.percent`"),
        (PLAIN + "percent = 500\n", "offer 1 (a): percent: it is more than 100 %"),
        (PLAIN + "off = 1.234\n", "offer 1 (a): an amount of SGD has too many decimal places"),
        (PLAIN + 'percent = 5\ncode = "7F3A-99B2-C41D"\n', "offer 1 (a): code: it looks like one person's own"),
        (PLAIN + "percent = 5\n" + PLAIN + "percent = 5\n", "two offers have the name a"),
        (PLAIN.replace('"a"', '"A b"') + "percent = 5\n", "name: it has small letters"),
        (PLAIN.replace("2026-11-30", "2026-10-30") + "percent = 5\n", "valid_through: the offer ends before it begins"),
        (PLAIN + "[offer.card]\nannual_fee = 5\n[offer.plan]\nmonthly = 3\n", "an offer has one of them"),
        (PLAIN + "[offer.loyalty]\npoints_per_unit = 1\n", "missing required field `rewards`"),
        (PLAIN + 'off = 1\nproducts = [{ group = "yachts" }]\n', "group: 'yachts' is no public kind of goods"),
        ("[[offer]\n", "cannot be read"),
        ("offer = 3\n", "one [[offer]] table"),
    ],
)
def test_a_file_that_cannot_be_published_says_which_offer_and_field(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidOfferError, match=re.escape(told)):
        read_offers(offers_file(tmp_path, text))


def test_a_test_with_one_arm_is_refused_and_nothing_is_published(tmp_path: Path, shop: LeaderConfig) -> None:
    offers = read_offers(offers_file(tmp_path, PLAIN + 'percent = 5\ntest = "t"\narm = "x"\n'))
    with pytest.raises(InvalidOfferError, match="offer a: test: it has 2 to 4 arms"):
        publish(tmp_path / "shop", shop, offers, NOW)
    assert published_offers(tmp_path / "shop") is None


def test_the_number_rises_with_every_change_and_only_then(tmp_path: Path, shop: LeaderConfig) -> None:
    home, offers = tmp_path / "shop", demo_offers(TODAY)
    numbers = [
        publish(home, shop, made, NOW + timedelta(days=days)).serial
        for days, made in enumerate((offers, offers[::-1], offers[1:], offers))
    ]
    assert numbers == [1, 1, 2, 3]
    (home / "catalogue.jsonld").write_bytes(b"{}")
    with pytest.raises(InvalidOfferError, match="not a catalogue that was published"):
        publish(home, shop, offers, NOW)


def test_drafts_are_shown_and_not_served(tmp_path: Path, shop: LeaderConfig) -> None:
    home = tmp_path / "shop"
    offers = read_offers(
        offers_file(
            tmp_path,
            PLAIN + "percent = 5\n"
            + PLAIN.replace('"a"', '"b"').replace("2026-11-30", "2026-11-14") + "percent = 5\n"
            + PLAIN.replace('"a"', '"c"').replace("2026-11-01", "2026-11-16") + "percent = 5\n",
        )
    )  # fmt: skip
    publish(home, shop, offers, NOW)
    keep_draft(home, shop, read_offers(offers_file(tmp_path, PLAIN.replace('"a"', '"d"') + "off = 5\n")), NOW)
    states = standing(home, TODAY)
    assert [(each.offer.name, each.state) for each in states] == [
        ("d", "drafted"), ("c", "coming"), ("a", "running"), ("b", "ended"),
    ]  # fmt: skip
    leader = Leader(home, shop)
    with create_leader_app(leader).test_client() as client:
        response = client.get("/catalogue")
        sent = response.get_data(as_text=True)
        response.close()
    leader.close()
    assert "#a" in sent
    assert "#d" not in sent
    door = Entry(51_000)
    client = create_app(ShelfInMemory([], [COUNTED], offers=states), 51_000, door=door).test_client()
    ours = "http://127.0.0.1:51000"
    client.get(door.link().removeprefix(ours), base_url=ours)
    page = unescape(client.get("/offers", base_url=ours).text)
    assert f"Used by about <strong>{COUNTED.rows[0].value:,}</strong> people" in page
    assert page.index("Running") < page.index("Coming") < page.index("Drafted") < page.index("Ended")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A person who buys at FairPrice and Giant, told of the demonstration's catalogue in a file."""
    made = tmp_path / "person"
    publisher = set_up(tmp_path / "shop", "https://studies.shop.example/")
    publish(tmp_path / "shop", publisher, demo_offers(datetime.now(SINGAPORE).date()), datetime.now(UTC))
    with Agent.create(made) as agent:
        today = agent.today()
        maker = RecordMaker()
        agent.index.upsert(
            maker.paid((today - timedelta(days=9 * week)).isoformat(), 70 + week, name, "groceries")
            for week in range(12)
            for name in ("FairPrice", "Giant")
        )
    save_settings(made, catalogue=str(tmp_path / "shop" / "catalogue.jsonld"))
    return made


def run(home: Path, *arguments: str, capsys: pytest.CaptureFixture[str]) -> Any:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--home", str(home), "--json"])
    assert ended.value.code == 0
    return json.load(io.StringIO(capsys.readouterr().out))


def upserted(home: Path) -> int:
    with LocalIndex(home / "index.sqlite", SINGAPORE) as index:
        return index.count()


def test_the_commands_tell_offers_reasons_and_progress(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert upserted(home) == 24
    listed = run(home, "offers", capsys=capsys)
    assert all(set(each) == {"offer", "title", "score", "reason", "saving", "evidence"} for each in listed)
    assert [each["score"] for each in listed] == sorted((each["score"] for each in listed), reverse=True)
    names = {each["offer"].partition("#")[2] for each in listed}
    assert {"fairprice-8", "giant-5", "fairprice-points"} <= names
    assert len(names & {"cold-storage-arm-a", "cold-storage-arm-b"}) == 1
    assert "merlion-loan" not in names
    everything = run(home, "offers", "--all", capsys=capsys)
    reasons = {each["offer"].partition("#")[2]: each["reason"] for each in everything}
    assert reasons["circles-life-1"] == "You pay nobody each month for telecom."
    assert len(everything) == 34  # one arm of the test is not this device's
    [loan] = run(home, "offers", "--kind", "loan", capsys=capsys)
    assert loan["saving"] is None
    told = run(home, "offers", "show", "fairprice-8", capsys=capsys)
    assert (told["fits"], told["kind"], len(told["evidence"])) == (True, "discount", 12)
    assert abs(sum(told["inputs"].values()) - told["score"]) < 1e-3
    [points] = run(home, "offers", "loyalty", capsys=capsys)
    assert points["points"] == sum(70 + week for week in range(12))
    assert run(home, "offers", "--without", "history", "--without", "flows", capsys=capsys) == []


def test_two_people_can_compare_which_catalogue_they_were_given(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Agent.open(home) as agent:
        edition = agent.offer_desk.edition()
    assert edition is not None
    with pytest.raises(SystemExit):
        main(["offers", "--home", str(home)])
    assert f"Catalogue number 1, {edition.digest[:32]}: " in capsys.readouterr().err


def test_what_a_study_counts_of_offers_is_read_from_the_kept_catalogue_alone(home: Path) -> None:
    with Agent.open(home) as agent:
        first = agent.today().replace(day=1)
        spec = QuerySpec(measures=("purchases",), dimensions=("offer",), period=(first, agent.today()))
        counted = {row[0] for row in agent.offer_desk.counted().run(spec).rows}
        bought = bool(agent.query(QuerySpec(measures=("purchases",), period=(first, agent.today()))).rows[0][0])
        assert counted == ({"fairprice-8", "giant-5"} if bought else set())
    save_settings(home, catalogue="http://127.0.0.1:9/catalogue")
    with Agent.open(home) as agent:
        assert agent.offer_desk.counted().run(spec).rows == ()  # nothing is fetched for it


def test_why_an_offer_was_shown_is_told_after_it_is_gone(home: Path) -> None:
    with Agent.open(home) as agent:
        assert agent.offer_desk.matches(kind="discount")
        shown = agent.offer_desk.why("giant-5")
    shop_home = home.parent / "shop"
    content = json.loads((shop_home / "catalogue.jsonld").read_bytes())
    content["itemListElement"] = [one for one in content["itemListElement"] if "giant" not in one["@id"]]
    del content["proof"]
    save_settings(home, catalogue=str(offers_file(home.parent, json.dumps(content))))
    with Agent.open(home) as agent:
        kept = agent.offer_desk.why(shown["offer"])
        with pytest.raises(UsageError):
            agent.offer_desk.why("nothing")
    assert (kept["fits"], kept["now"]) == (False, "It is no longer in the catalogue.")
    assert (kept["reason"], kept["saving"], kept["steps"]) == (shown["reason"], shown["saving"], shown["steps"])
    assert kept["evidence"] == shown["evidence"]
    assert kept["shown"] is not None


def test_an_agent_fetches_from_a_leader_and_matches_without_it_later(home: Path) -> None:
    shop_home = home.parent / "served"
    with served(lambda port: _served(shop_home, port)) as port:
        save_settings(home, catalogue=f"http://127.0.0.1:{port}/catalogue")
        with Agent.open(home) as agent:
            there = agent.offers()
            edition = agent.offer_desk.edition()
            assert edition is not None
            assert (edition.serial, edition.stale) == (1, False)
    with Agent.open(home) as agent:
        agent.offer_desk.edition(refresh=True)
        assert agent.offers() == there
    assert there


def _served(home: Path, port: int) -> Any:
    config = set_up(home, f"http://127.0.0.1:{port}/")
    publish(home, config, demo_offers(datetime.now(SINGAPORE).date()), datetime.now(UTC))
    return create_leader_app(Leader(home, config))


def basket(maker: LifeMaker) -> list[Record]:
    old, new = maker.ordered("2026-07-01T10:00", 30.0), maker.ordered("2026-11-03T18:00", 40.0)
    other = maker.ordered("2026-11-10T18:00", 20.0, shop="Lazada")
    return [
        old, new, other,
        maker.bought(old, "Meiji Fresh Milk 2L", "2", 12.0, ("Dairy", "Milk")),
        maker.bought(new, "Meiji Fresh Milk 2L", "3", 18.0, ("Dairy", "Milk")),
        maker.bought(new, "Buttermilk Biscuits", "1", 4.0, ("Snacks",)),
        maker.bought(other, "Royal Jasmine Rice 5kg", "1", 14.5),
        maker.bought(new, "Fresh Milk 1L", "1", 3.3, status="cancelled"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "saving", "records"),
    [
        ('off = 0.60\nproducts = [{ name = "fresh milk" }]', "1.80", 2),
        ('percent = 10\nproducts = [{ section = "milk" }]', "1.80", 2),
        ('percent = 10\ncap = 1\nproducts = [{ section = "dairy" }, { name = "biscuits" }]', "1", 3),
        ('price = 11.90\nproducts = [{ name = "jasmine rice" }]', "2.60", 1),
        ('percent = 20\nproducts = [{ group = "milk" }]', "3.60", 2),
        ('price = 5\nproducts = [{ name = "meiji" }]', "3", 2),
        ('percent = 10\nproducts = [{ name = "jasmine rice" }]', None, 0),
        ('off = 1\nproducts = [{ name = "salmon" }]', None, 0),
    ],
)
def test_offers_of_products_are_computed_on_the_lines_of_orders(
    terms: str, saving: str | None, records: int, tmp_path: Path
) -> None:
    [offer] = read_offers(offers_file(tmp_path, PLAIN + terms + "\n"))
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.upsert(basket(LifeMaker()))
        found = Judge(index, TODAY).judge(offer)
    if saving is None:
        assert isinstance(found, Unfit)
    else:
        assert isinstance(found, OfferMatch)
        assert found.saving is not None
        assert (found.saving, len(found.evidence)) == (Money(round(float(saving) * 100), "SGD"), records)


def test_an_order_alone_makes_a_person_known_to_a_shop(tmp_path: Path) -> None:
    [offer] = read_offers(offers_file(tmp_path, PLAIN + 'category = "groceries"\npercent = 5\nfirst_purchase = true\n'))
    with LocalIndex(tmp_path / "index.sqlite", SINGAPORE) as index:
        index.upsert(basket(LifeMaker()))
        found = Judge(index, TODAY).judge(offer)
    assert isinstance(found, Unfit)
    assert found.reason == "It is for a first purchase, and you bought at FairPrice on 1 Jul 2026."


def test_the_demonstration_has_offers_of_every_kind_that_are_valid_on_any_day() -> None:
    for day in (date(2026, 11, 15), date(2028, 2, 29), date(2027, 1, 31)):
        assert {offer.kind for offer in demo_offers(day)} == set(OfferKind)
    assert tomllib.loads(EXAMPLES["plan"])["offer"][0]["plan"]["monthly"] == 18
