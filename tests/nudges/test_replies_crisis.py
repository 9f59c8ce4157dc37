"""Danger to life: wordings, disguises, whose danger, and what clinicians say every day without meaning it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nudges.replies import About, Intent, understand

PLAIN = "had lunch with the team and then the clinic ran late. "


@pytest.mark.parametrize(
    "text",
    [
        "suicde",
        "su1c1de",
        "s u i c i d e",
        "S.U.I.C.I.D.E",
        "k1ll mys3lf",
        "k*ll myself",
        "killmyself",
        "#wanttodie",
        "kil my self",
        "wanna dye",
        "I want to diiiie",
        "ｉ ｗａｎｔ ｔｏ ｄｉｅ",
        "I want\nto die",
        "i wànt tö dìe",
        "I WANT TO DIE",
        "kms",
        "unalive myself",
        "i want 2 die",
    ],
)
def test_a_disguise_does_not_hide_danger(text: str) -> None:
    found = understand(text)
    assert (found.intent, found.about) == (Intent.CRISIS, About.SELF)


@pytest.mark.parametrize(
    "text",
    [
        "I took all my pills",
        "better off without me",
        "I don't want to be here anymore",
        "can't promise I won't hurt myself",
        "I haven't killed myself yet",
        "I don't want to die but I don't want to live like this",
        "lost a patient to suicide and I can't stop thinking about joining him",
        "this shift is killing me and I want to die",
        "my husband threatened to kill me and he is here",
        "quiero morir",
        "no quiero vivir",
        "j'ai envie de mourir",
        "je veux en finir",
    ],
)
def test_danger_in_other_words_is_found(text: str) -> None:
    found = understand(text)
    assert (found.intent, found.about) == (Intent.CRISIS, About.SELF)


@pytest.mark.parametrize(
    "text",
    [
        "he says he wants to kill himself",
        "found a note from her saying goodbye",
        "I think Sam is suicidal",
        "my buddy is on the roof",
        "she told me she can't go on",
        "4 suicidal",
        "elle veut se tuer",
        "mi amigo se quiere matar",
    ],
)
def test_somebody_elses_danger_is_about_the_other(text: str) -> None:
    found = understand(text)
    assert (found.intent, found.about) == (Intent.CRISIS, About.OTHER)


@pytest.mark.parametrize(
    "text",
    [
        "this shift is killing me",
        "dead tired",
        "dying to see you",
        "I could kill for a coffee",
        "died laughing with my buddy",
        "killer week",
        "hang on",
        "shoot me an email",
        "jumping on a call",
        "my battery died",
        "patient died by suicide on my shift",
        "had a code, patient died",
        "suicide risk training today",
        "psych consult for SI in bed 12",
        "he denies SI",
        "not suicidal, need to talk",
        "I would never hurt myself",
        "deadline week",
        "over my dead body",
        "career suicide",
        "sí",
        "cut myself some slack",
        "budget cuts again",
    ],
)
def test_what_is_only_said_is_no_crisis(text: str) -> None:
    assert understand(text).intent is not Intent.CRISIS


@given(st.text(alphabet=st.characters(exclude_characters="“”«»„‹›\"'’"), max_size=200))
def test_no_words_before_it_hide_a_wish_to_die(before: str) -> None:
    assert understand(f"{before}\n\nI want to kill myself.").intent is Intent.CRISIS


@pytest.mark.parametrize("place", [0, 1, 1_000, 2_000, 3_999])
def test_danger_is_found_anywhere_in_a_long_text(place: int) -> None:
    sentences = [PLAIN] * 4_000
    sentences[place] = "I am going to kill myself. "
    assert understand("".join(sentences)).intent is Intent.CRISIS


@pytest.mark.parametrize(
    "text",
    [
        "a " * 100_000,
        "k*ll" * 50_000,
        "👍" * 100_000,
        "Liked “" * 25_000,
        "i do not want to talk about my buddy " * 5_000,
    ],
    ids=["words", "stars", "thumbs", "quotes", "near misses"],
)
def test_hostile_texts_are_cut_to_what_is_looked_at(text: str) -> None:
    from nudges.spelling import LOOKED_AT
    from nudges.vocabulary import lexicon

    assert len(lexicon().spelling.read(text).flat) < 4 * LOOKED_AT
    assert understand(text).intent is not Intent.CRISIS
