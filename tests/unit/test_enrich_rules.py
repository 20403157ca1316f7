"""The person's rules: which text a pattern fits, which of several rules holds, CSV in and out."""

from __future__ import annotations

import pytest

from pod_agent.enrich.rules import Rule, Rulebook, fold, read_rules, write_rules


def holds(pattern: str, text: str) -> bool:
    return Rulebook([Rule(pattern, "Name", "other")]).find(text) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("RED STOOL", "red stool laksa bedok"),
        ("red  stool", "RED STOOL LAKSA"),
        ("RED-STOOL", "RED STOOL LAKSA"),
        ("STOOL", "THE RED STOOL"),
        ("AUNTIE MAY'S", "AUNTIE MAYS KITCHEN"),
        ("TUNES P", "TUNES PQ7X81Z SINGAPORE"),
        ("TUNES P", "TUNES PQXZ SINGAPORE"),
        ("RIDER* TRIP A", "RIDER* TRIP A-98XYZ SINGAPORE SGP"),
        ("LUNCHBOX SG*", "LUNCHBOX SG* K1J2H3"),
        ("LUNCHBOX*KATONG", "LUNCHBOX 0012 KATONG SINGAPORE"),
        ("*KATONG", "LUNCHBOX EASTKATONG"),
        ("CLOUD", "CLOUD77812 SINGAPORE"),
        ("24 HOUR", "24-HOUR MART"),
        ("全家", "上海全家便利店"),
        ("カフェ", "渋谷カフェ"),
    ],
)
def test_a_pattern_fits_words_of_the_text_however_they_are_written(pattern: str, text: str) -> None:
    assert holds(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("COURT", "COURTSIDE CAFE"),
        ("STOOL", "FOOTSTOOL SHOP"),
        ("UNIT 1", "UNIT 12"),
        ("RED STOOL", "RED BIG STOOL"),
        ("LAKSA RED", "RED LAKSA"),
        ("A*B", "B A"),
        ("P", "PIZZA"),
    ],
)
def test_a_pattern_does_not_fit_parts_of_words(pattern: str, text: str) -> None:
    assert not holds(pattern, text)


def test_a_pattern_of_many_stars_takes_no_longer_than_its_length() -> None:
    assert not holds("A*" * 90 + "B", "A " * 2000)
    assert holds("A*" * 90 + "B", "A " * 2000 + "B")


def test_the_most_specific_rule_holds_in_any_order() -> None:
    rules = [Rule("RED", "A", "other"), Rule("RED STOOL", "B", "other"), Rule("STOOL LAKSA", "C", "other")]
    for order in (rules, rules[::-1], rules[1:] + rules[:1]):
        found = Rulebook(order).find("RED STOOL LAKSA")
        assert found is not None
        assert found.name == "C"


def test_a_star_counts_for_nothing_in_how_specific_a_rule_is() -> None:
    found = Rulebook([Rule("RED****", "A", "other"), Rule("RED S*", "B", "other")]).find("RED STOOL")
    assert found is not None
    assert found.name == "B"


def test_a_rule_may_be_asked_for_at_the_start_alone() -> None:
    rules = Rulebook([Rule("STOOL", "A", "other")])
    assert rules.find("RED STOOL", only_at_start=True) is None
    assert rules.find("STOOL RED", only_at_start=True) is not None


def test_a_new_rule_takes_the_place_of_one_with_its_pattern() -> None:
    rules = Rulebook([Rule("RED STOOL", "A", "other")]).with_rules([Rule("red-stool", "B", "shopping")])
    assert [rule.name for rule in rules.rules] == ["B"]
    assert len(rules.without("Red Stool")) == 0


@pytest.mark.parametrize(("pattern", "folded"), [("a**b", "A*B"), ("a * b", "A* B"), ("*", ""), ("!?", ""), ("", "")])
def test_patterns_are_folded(pattern: str, folded: str) -> None:
    assert fold(pattern) == folded


def test_rules_are_read_from_csv_and_bad_rows_are_told_by_line() -> None:
    text = (
        "\ufeffcategory,pattern,note,name\r\n"
        "eating-out,RED STOOL,,Red Stool\r\n"
        "\r\n"
        "nonsense,BLUE BENCH,,Blue\r\n"
        "shopping,***,,Stars\r\n"
        'groceries,"GREEN, FIELDS",,"Green ""Fields"""\r\n'
        "groceries\r\n"
        f"groceries,{'LONG ' * 60},,Long\r\n"
        "groceries,EVIL\u202eLIVE,,Evil\r\n"
        "Eating-Out,red stool,,Redder\r\n"
    )
    rules, bad = read_rules(text)
    assert rules == [Rule("GREEN, FIELDS", 'Green "Fields"', "groceries"), Rule("red stool", "Redder", "eating-out")]
    assert [row.line for row in bad] == [4, 5, 7, 8, 9]


@pytest.mark.parametrize("text", ["", "pattern\nA\n", "name,category\nA,other\n"])
def test_a_file_without_the_columns_holds_no_rule(text: str) -> None:
    rules, bad = read_rules(text)
    assert rules == []
    assert len(bad) == (1 if text else 0)


def test_rules_that_were_written_are_read_again_and_no_cell_is_a_formula() -> None:
    rules = [Rule("=1+1 SHOP", "@Shop", "other"), Rule("-MINUS", "", "shopping"), Rule('A "B", C', "x, y", "other")]
    text = write_rules(rules)
    assert all(not cell.startswith(("=", "-", "@", "+")) for line in text.splitlines() for cell in line.split(","))
    assert read_rules(text) == (sorted(rules), [])
