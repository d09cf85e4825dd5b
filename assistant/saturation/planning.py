"""How many interviews to plan for, so that a theme that so many people would speak of is met often enough.

Fugard & Potts (2015, International Journal of Social Research Methodology 18:669–684): the number of people in a sample
who speak of the theme is binomial. It answers a question before the study; it is no measure of saturation.
"""

from math import exp, lgamma, log, log1p

from store.errors import InvalidInputError

MOST = 10_000_000


def needed_interviews(prevalence: float, times: int = 1, power: float = 0.8) -> int:
    """Smallest number of people among whom at least `times` speak of the theme with a chance of at least `power`.

    `prevalence` is the share of people who would speak of it, above 0 and up to 1; `power` lies between 0 and 1.
    Raises InvalidInputError for others, or where more than ten million people would be needed.

    >>> needed_interviews(0.1, times=2), needed_interviews(0.5)
    (29, 3)
    """
    _check(prevalence, times)
    if not 0 < power < 1:
        msg = f"Power is a chance above 0 and below 1, such as 0.8; it was given as {power}."
        raise InvalidInputError(msg)
    high = times
    while chance_of_meeting(high, prevalence, times) < power:
        high *= 2
        if high > MOST:
            msg = f"A theme that {prevalence:g} of people speak of would need more than ten million interviews."
            raise InvalidInputError(msg)
    low = times - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if chance_of_meeting(middle, prevalence, times) >= power else (middle, high)
    return high


def chance_of_meeting(interviews: int, prevalence: float, times: int = 1) -> float:
    """Chance that at least `times` of so many people speak of the theme, by the binomial distribution.

    >>> chance_of_meeting(3, 0.5)
    0.875
    """
    _check(prevalence, times)
    if interviews < times:
        return 0.0
    if prevalence == 1:
        return 1.0
    fewer = sum(exp(_log_chance(k, interviews, prevalence)) for k in range(times))
    return min(max(1 - fewer, 0.0), 1.0)


def _log_chance(k: int, n: int, p: float) -> float:
    ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return ways + k * log(p) + (n - k) * log1p(-p)


def _check(prevalence: float, times: int) -> None:
    if not 0 < prevalence <= 1:
        msg = f"Prevalence is the share of people who would speak of the theme, above 0 and up to 1, not {prevalence}."
        raise InvalidInputError(msg)
    if times < 1:
        msg = f"A theme is to be met once or more often; it was given as {times} times."
        raise InvalidInputError(msg)
