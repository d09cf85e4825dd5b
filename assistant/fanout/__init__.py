"""Past one machine: recordings and interviews spread over the workers of a Dask cluster; this process alone writes."""

from assistant.fanout.cluster import Cluster, cluster_at
from assistant.fanout.recordings import transcribe_spread
from assistant.fanout.suggesting import asking_spread, embed_spread, is_of_this_machine

__all__ = ["Cluster", "asking_spread", "cluster_at", "embed_spread", "is_of_this_machine", "transcribe_spread"]
