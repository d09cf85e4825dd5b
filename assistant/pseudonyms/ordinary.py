"""Words that are names and ordinary words at once, and words with a capital letter that name nobody."""

from functools import cache

_NAMES_TOO = """
    ace amber angel april art ash august austin autumn bailey baker barber basil bay bell berry bill bishop black bond
    booth brand brook brooks brown buck bud butcher butler carpenter carter cash chance chase christian church clay
    cliff cole cook cooper crystal daisy dale dawn dean dick dollar drew duke earl ebony eve faith fay field finn fisher
    fleet flora ford forest foster fox frank gale gene ginger glen gold grace grant gray green guy hall harmony harper
    hart hazel heather heaven holly hope hunt hunter iris ivy jack jade jasmine jay jewel joy june king kit knight lake
    lance lane laurel leaf lee lily lord love major mark marsh mason may mercy miles mill miller misty moor moss noble
    olive page pat patience pearl peg penny pepper piper pope porter price prince ray reed rich rob robin rock rod rose
    rowan ruby rusty sally sage sandy shepherd skip sky smith sonny stone storm sue summer taylor trinity tucker turner
    victor violet wade walker ward wells west will willow wood woods young
"""
_SPELLED_LARGE = """
    i i'm i've i'll i'd mr mrs ms miss dr prof sir madam monday tuesday wednesday thursday friday saturday sunday
    january february march april may june july august september october november december christmas easter ok okay tv
    god yes no mm mhm hmm uh um unintelligible inaudible
"""


@cache
def _ordinary() -> frozenset[str]:
    from faker.providers.lorem.en_US import Provider

    return frozenset(word.casefold() for word in Provider.word_list) | frozenset(_NAMES_TOO.split())


def is_ordinary(word: str) -> bool:
    """Whether a single word is an ordinary English word, whatever else it may be; case makes no difference."""
    return word.casefold() in _ordinary()


@cache
def _large() -> frozenset[str]:
    return frozenset(_SPELLED_LARGE.split())


def names_nobody(word: str) -> bool:
    """Whether a word has its capital letter wherever it stands: I, Monday, Mrs."""
    return word.casefold().replace("’", "'") in _large()
