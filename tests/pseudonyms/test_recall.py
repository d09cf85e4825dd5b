"""After the names were typed in, nearly all planted ones are found, also without the model and without capitals."""

import random

from pseudonyms import interview, listed, measured

from assistant.pseudonyms.language_model import nothing_heard


def test_listed_people_are_found_however_they_are_written():
    """At least 98 of 100, by lists and forms alone; contact data as well."""
    chance = random.Random(7)
    report = measured([interview(chance) for _ in range(12)], listed(), nothing_heard)
    assert report["recall"]["person"] >= 0.98
    assert report["recall"]["contact"] >= 0.98
    assert report["recall"]["all"] >= 0.98
    assert report["precision"] >= 0.9
    assert report["planted"]["person"] > 80
