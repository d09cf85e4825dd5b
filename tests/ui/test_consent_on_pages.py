"""Consent on the page of participants, and what is due on the study page."""

import pytest
from consented_study import consented_study

from store.consent import ConsentChange, ConsentState, Covers, consent_of, record_consent
from store.interviews import interviews


@pytest.fixture
def study(tmp_path):
    with consented_study(tmp_path) as made:
        yield made


def html(app):
    return "\n".join(block.proto.body for block in app.get("html"))


def widget(kind, start, end=""):
    """The one widget whose key begins and ends so."""
    (found,) = [each for each in kind if (each.key or "").startswith(start) and each.key.endswith(end)]
    return found


def test_a_consent_is_recorded_on_the_page(page, study):
    """State, what it covers, dates and a note, under the name of who recorded it."""
    app = page("participants", "Ana")
    assert not app.exception, app.exception[0].value
    assert "everything is let through" in html(app)
    app.selectbox(key="consent_interview").set_value("I4").run()
    widget(app.selectbox, "consent_", "_state").set_value(ConsentState.GIVEN)
    widget(app.checkbox, "consent_", "_quotes").check()
    widget(app.text_input, "consent_", "_note").set_value("form <4>")
    widget(app.button, "FormSubmitter:consent_").click().run()
    assert not app.exception
    given = consent_of(study, "I4")
    assert (given.state, given.covers, given.note, given.coder) == (
        ConsentState.GIVEN,
        {Covers.ANALYSIS, Covers.QUOTES},
        "form <4>",
        "Ana",
    )
    assert "The consent to I4 is recorded." in html(app)
    assert "form &lt;4&gt;" in html(app)


def test_nothing_is_erased_until_its_label_is_written_out(page, study):
    """The button alone says what to do; with the label the interview is gone, and what repeats it is named."""
    app = page("participants", "Ana")
    app.selectbox(key="withdraw_interview").set_value("I4").run()
    app.button(key="withdraw_do").click().run()
    assert "Write I4 into the field first" in html(app)
    assert "I4" in {each.label for each in interviews(study)}
    app.text_input(key="withdraw_confirm").set_value("I4")
    app.button(key="withdraw_do").click().run()
    assert not app.exception
    assert "I4 is erased from records, index and recordings." in html(app)
    assert "the code “animals”" in html(app)
    assert {each.label for each in interviews(study)} == {"I1", "I2", "I3"}


def test_quotes_are_taken_back_without_erasing(page, study):
    """No label is asked for, and the interview stays."""
    app = page("participants", "Ana")
    app.selectbox(key="withdraw_interview").set_value("I1").run()
    app.radio(key="withdraw_I1").set_value("quotes").run()
    app.button(key="withdraw_do").click().run()
    assert "I1 is quoted no more" in html(app)
    assert Covers.QUOTES not in consent_of(study, "I1").covers


def test_what_is_due_stands_on_both_pages_and_is_chosen_for_erasing(page, study):
    """The study page tells of it, the page of participants offers the recording first."""
    assert "may not be kept" not in html(page("study", "Ana"))
    record_consent(study, "I4", ConsentChange(keep_recording_until="2020-01-01"), coder="ada")
    assert "The recording of I4 could be kept until 2020-01-01; erase it." in html(page("study", "Ana"))
    app = page("participants", "Ana")
    assert "could be kept until 2020-01-01" in html(app)
    assert (app.selectbox(key="withdraw_interview").value, app.radio(key="withdraw_I4").value) == ("I4", "recording")


def test_without_a_name_nothing_can_be_recorded(page, study):
    """Who recorded a consent is kept, so somebody must be named."""
    app = page("participants", "")
    assert "consent_interview" not in [each.key for each in app.selectbox]
    assert "who recorded a consent is kept" in html(app)
