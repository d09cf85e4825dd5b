"""Relations: codes that stand together, codes by attribute of the interviews, and codes through an interview."""

from assistant.relations.crosstab import Crosstab, Tested, attributes_of, crosstab, crosstab_record
from assistant.relations.map import ThemeMap, map_record, theme_map
from assistant.relations.rows import Level, Rows
from assistant.relations.timeline import Mark, Timeline, timeline, timeline_record
from assistant.relations.together import (
    Cooccurrence,
    Pair,
    Within,
    cooccurrence,
    cooccurrence_record,
    counted_words,
    pairs,
    read_within,
    within_words,
)

__all__ = [
    "Cooccurrence",
    "Crosstab",
    "Level",
    "Mark",
    "Pair",
    "Rows",
    "Tested",
    "ThemeMap",
    "Timeline",
    "Within",
    "attributes_of",
    "cooccurrence",
    "cooccurrence_record",
    "counted_words",
    "crosstab",
    "crosstab_record",
    "map_record",
    "pairs",
    "read_within",
    "theme_map",
    "timeline",
    "timeline_record",
    "within_words",
]
