"""What the machine suggests now, as codings of a user of its own."""

from collections.abc import Iterator

from assistant.exchange.refi.going import Going
from assistant.exchange.refi.own import derived, fitting
from assistant.exchange.refi.project import Finding, ProjectCoding
from assistant.suggest import propose
from store.segments import segments
from store.values import Span


def suggestions_given(going: Going) -> Iterator[tuple[str, Span, ProjectCoding]]:
    """Each suggestion that stands, with the label and the stretch of its segment.

    Those in interviews that somebody codes blind are hidden from them here too.
    """
    proposals = propose(going.study)
    if proposals.run is None:
        said = "no suggestions have been made yet; run `interview suggest` first"
        going.findings.append(Finding("left out", "Suggestions", said))
        return
    by = str(proposals.run.llm or proposals.run.settings.get("embedder", ""))
    user = going.machine(f"Suggestions ({by})" if by else "Suggestions")
    labels = {i.label for i in going.interviews} - going.hidden.interviews
    guids = {interview.label: interview.guid for interview in going.interviews}
    there = {code.guid for code in going.codes}
    for segment in segments(going.study):
        if segment.interview not in labels:
            continue
        for draft in proposals.of(segment):
            if draft.code in there:
                place = f"{guids[segment.interview]} {segment.span.start}-{segment.span.end} {draft.code}"
                guid = derived(proposals.run.guid, f"suggestion {place}")
                coding = ProjectCoding(guid, fitting(draft.code), user, proposals.run.created_at)
                yield segment.interview, segment.span, coding
