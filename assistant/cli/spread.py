"""Who embeds and asks in `interview suggest`: this process, or the workers of a scheduler."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assistant.cli.common import counted, note
from assistant.settings import Settings
from store.study import Study


@contextmanager
def spread_over(
    scheduler: str | None, study: Study, settings: Settings, model: Any
) -> Iterator[tuple[Callable[[Any], None], Any]]:
    """What embeds all texts of the study beforehand, and who asks the language model about its interviews.

    Without a scheduler, nothing is done beforehand and this process asks; so it does where the model is a served one.
    """
    from assistant.suggest.asking import one_by_one

    if scheduler is None:
        yield lambda _embeddings: None, one_by_one
        return
    from assistant.fanout import asking_spread, cluster_at, embed_spread, is_of_this_machine

    with cluster_at(scheduler, settings, note) as cluster:

        def embed(embeddings: Any) -> None:
            with counted("Embedding", "interviews") as progress:
                embed_spread(study, embeddings, cluster, lambda d, t: progress(d, t, ""))

        if is_of_this_machine(model):
            yield embed, asking_spread(study, model, settings, cluster)
            return
        if model is not None:
            note("The served language model is asked from here; the workers embed the passages.")
        yield embed, one_by_one
