"""What an event about a member of a team says, as a sentence for a reader."""

from collections.abc import Mapping
from typing import Any

from store.member_records import MemberPasswordRow, MemberRow

ABOUT_MEMBERS = frozenset({MemberRow.event_type, MemberPasswordRow.event_type})


def of_member(event_type: str, payload: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What became of whom; `names` holds the names of coders by GUID.

    >>> of_member("member.set", {"coder": "g", "role": "reader", "identity": None, "by": "Ana"}, {"g": "Ben"})
    'Ben is a member from then on: reader, set by Ana'
    >>> of_member("member.password_set", {"coder": "g", "verifier_sha256": None}, {"g": "Ben"})
    'Ben has no password from then on'
    """
    guid = str(payload.get("coder", ""))
    who = names.get(guid, guid)
    if event_type == MemberPasswordRow.event_type:
        given = payload.get("verifier_sha256") is not None
        return f"{who} has {'a new' if given else 'no'} password from then on"
    by = f", set by {payload['by']}" if payload.get("by") else ""
    if payload.get("role") is None:
        return f"{who} is no member from then on{by}"
    identity = f", signs in as {payload['identity']}" if payload.get("identity") else ""
    return f"{who} is a member from then on: {payload['role']}{identity}{by}"
