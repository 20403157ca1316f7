"""Names of strangers made harmless, and two spellings of a name made one."""

from __future__ import annotations

import json
import unicodedata

import pytest

from pod_agent.assistant.rules.text import canonical
from pod_agent.cli.options import json_text, plain
from pod_agent.suggesting.words import shown
from vocab.wording import HIDDEN, folded, unhidden

STEERING = (
    *("\x00", "\x1b", "\x7f", "\x9b", "\u00ad", "\u061c", "\u180e", "\u200b", "\u200d", "\u200f", "\u2028"),
    *("\u202e", "\u2060", "\u2066", "\u206f", "\ufeff", "\ufff9", "\ud800", "\udfff", "\U000e0001", "\U000e007f"),
)


@pytest.mark.parametrize("character", STEERING, ids=ascii)
def test_what_steers_or_hides_reaches_neither_sentences_nor_tables_nor_questions(character: str) -> None:
    name = f"Kopi{character}Tiam"
    assert unhidden(name) == shown(name) == "Kopi Tiam"
    assert plain(name) == "Kopi?Tiam"
    assert canonical(name) == "kopi tiam"
    assert character not in json_text([name])
    assert json.loads(json_text([name])) == [name]


def test_every_character_that_formats_or_controls_in_the_basic_plane_is_hidden_but_signs_of_numbers() -> None:
    """Those left are seen: they stand over or under digits and letters of Arabic, Syriac and Kaithi."""
    seen = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2}
    of_text = {code for code in range(0x10000) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert {code for code in of_text if not HIDDEN.match(chr(code))} == seen & of_text


def test_letters_of_every_script_and_pictures_stay() -> None:
    name = "Cafe\u0301 \u8c46\u6d46 \u0b95\u0bbe\u0baa\u0bbf \u05e9\u05dc\u05d5\u05dd \U0001f375"
    assert unhidden(name) == shown(name) == plain(name) == name


def test_case_and_white_space_make_no_other_name() -> None:
    assert folded("  Toast\tBOX ") == folded("toast box") == "toast box"
    assert folded("Stra\u00dfe") == folded("STRASSE")
