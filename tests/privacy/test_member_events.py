"""What the log says of members, in sentences."""

import doctest
import json

from assistant.privacy import member_events
from assistant.ui.event_lines import short
from store.coders import coder_list
from store.event_log import LogFilter, log
from store.members import MemberRole, remove_member, set_member, set_member_password
from store.study import create_study


def test_examples():
    assert doctest.testmod(member_events).failed == 0


def test_each_act_is_a_sentence_without_hashes(tmp_path):
    with create_study(tmp_path / "study") as study:
        set_member(study, "Ana", MemberRole.LEAD)
        set_member(study, "Ben", MemberRole.CODER, identity="ben@example.org", by="Ana")
        set_member_password(study, "Ben", "$argon2id$salt$x", by="Ana")
        remove_member(study, "Ben", by="Ana")
        found = log(study, wanted=LogFilter(tuple(sorted(member_events.ABOUT_MEMBERS))))
        names = {coder.guid: coder.name for coder in coder_list(study)}
    assert [short(each, names) for each in found] == [
        "Ana is a member from then on: lead",
        "Ben is a member from then on: coder, signs in as ben@example.org, set by Ana",
        "Ben has a new password from then on",
        "Ben is no member from then on, set by Ana",
        "Ben has no password from then on",
    ]
    assert all("$argon2id" not in json.dumps(each.payload) for each in found)
