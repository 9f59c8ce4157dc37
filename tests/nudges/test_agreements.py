"""What is agreed to: the very words, under a version that no edit escapes."""

from dataclasses import replace

from nudges.agreements import BY_MAIL, LIMITS, Agreement
from nudges.languages import translator
from scripts.program import load_program


def test_a_consent_names_every_limit_and_the_way_of_writing() -> None:
    wording = Agreement(separation="Apart from evaluation. A. Silva, CMO.").agreed("sms").wording
    assert all(limit in wording for limit in LIMITS)
    assert "A. Silva" in wording
    assert "STOP" in wording
    assert wording != Agreement().agreed("email").wording


def test_a_consent_is_kept_in_the_words_that_were_read_and_its_version_names_the_language() -> None:
    english, spanish = Agreement().agreed("email"), Agreement().agreed("email", "es")
    assert BY_MAIL in english.wording
    assert translator("es")(BY_MAIL) in spanish.wording
    assert BY_MAIL not in spanish.wording
    assert spanish.version == f"{english.version}-es"


def test_an_edit_changes_the_version_even_where_the_edition_was_forgotten() -> None:
    plain = Agreement()
    edited = replace(plain, limits=(*plain.limits[:-1], "Another last sentence."))
    attested = replace(plain, separation="Apart from evaluation.")
    versions = {plain.version, edited.version, attested.version, replace(plain, edition="join-2").version}
    assert len(versions) == 4
    assert all(version.startswith("join-") for version in versions)
    assert replace(plain, is_draft=False).version == plain.version


def test_the_built_in_program_file_has_the_sentences_that_are_translated() -> None:
    assert tuple(load_program().agreement.limits) == tuple(LIMITS)
    assert load_program().agreement.is_draft
