"""The numbers of a report in words: what it amounts to, and the line by which groups and states are compared."""

from math import ceil

from assistant.saturation.ahead import NewCodes
from assistant.saturation.report import Report
from assistant.saturation.stopping import GuestDraws, GuestResult

_Z, _ALL = 1.96, 0.995

NO_PROOF = (
    "None of this proves saturation: it describes these interviews, read with this codebook, as far as the assumptions"
    " below hold."
)


def answer(of: Report) -> tuple[str, ...]:
    """What the numbers amount to, in a few sentences; what cannot be estimated is left out."""
    table, what = of.table, of.table.level
    count = len(table.interviews)
    if not count:
        return ("No interview counts yet: none of those chosen has been read, as far as is known.",)
    said = [
        f"After {_many(count, 'interview')}, {_many(of.richness.observed, what)} {_were(of.richness.observed)} found."
    ]
    if of.expected:
        said.append(f"The next interview is expected to bring {with_interval(of.expected[0])} new {what}s.")
    said.append(_rule(of.guest[0], count))
    if of.richness.coverage is not None:
        covered = share(of.richness.coverage, of.richness.coverage_ci)
        said.append(f"The {what}s found so far are estimated to cover {covered} of what a further interview brings up.")
    if of.interviews_to_95:
        said.append(f"To cover 95 % would take about {_many(of.interviews_to_95, 'more interview')}.")
    return (*said, NO_PROOF)


def _rule(chosen: GuestResult, count: int) -> str:
    setting = f"Guest et al. {100 * chosen.threshold:.0f} % (base {chosen.base}, run {chosen.run})"
    if count < chosen.base + chosen.run:
        return f"{setting}: cannot be applied to fewer than {chosen.base + chosen.run} interviews."
    return f"{setting}: {'not reached' if chosen.reported is None else f'reached at {chosen.reported}'}."


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def summary(of: Report) -> tuple[tuple[str, str], ...]:
    """The numbers that groups and states are compared by, as text, always in the same order."""
    found, chosen = of.richness, next(iter(of.guest), None)
    what = "Themes" if of.table.level == "theme" else "Codes"
    following = next(iter(of.expected), None)
    return (
        ("Interviews that count", str(len(of.table.interviews))),
        (f"{what} in the codebook", str(len(of.table.codes))),
        (f"{what} found", str(found.observed)),
        ("Expected new in the next interview", "" if following is None else with_interval(following)),
        ("Coverage", share(found.coverage, found.coverage_ci)),
        ("Chao2", ranged(found.chao2, found.chao2_ci)),
        ("Guest et al., base 4, run 2, 5 %", "" if chosen is None else _result(chosen, len(of.table.interviews))),
    )


def _reported(chosen: GuestResult | None) -> str:
    return "not reached" if chosen is None or chosen.reported is None else chosen.reported


def with_interval(new: NewCodes) -> str:
    """`0.3 (0.0–0.9)`."""
    return ranged(new.codes, _bounds(new))


def ranged(value: float | None, interval: tuple[float, float] | None, digits: int = 1) -> str:
    """A value with its interval, as text; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.{digits}f}" + ("" if interval is None else f" ({span(interval, digits)})")


def share(value: float | None, interval: tuple[float, float] | None) -> str:
    """The same of a share, in per cent; 100 only where it is all."""
    if value is None:
        return ""
    return _per_cent(value) + ("" if interval is None else f" ({_per_cents(interval)})") + " %"


def _per_cent(value: float) -> str:
    return ">99" if _ALL <= value < 1 else f"{100 * value:.0f}"


def _per_cents(interval: tuple[float, float] | None) -> str:
    return "" if interval is None else "–".join(_per_cent(end) for end in interval)


def guest_rows(of: Report) -> list[tuple[str, str, str, str, str, str]]:
    """Base, run, threshold, result in study order, in random orders, and over interviews drawn with replacement."""
    none, count = (None,) * len(of.guest), len(of.table.interviews)
    return [
        (
            *(str(each.base), str(each.run), f"{100 * each.threshold:.0f} %"),
            *(_result(each, count), _draws(reordered, count), _draws(resampled, count)),
        )
        for each, reordered, resampled in zip(of.guest, of.reordered or none, of.resampled or none, strict=True)
    ]


def _result(found: GuestResult, count: int) -> str:
    if count < found.base + found.run:
        return f"needs {found.base + found.run} interviews"
    return _reported(found)


def _draws(drawn: GuestDraws | None, count: int) -> str:
    """The middle result with the 5th and 95th percentile, and the share of draws that reached any."""
    if drawn is None or count < drawn.base + drawn.run:
        return ""
    if not drawn.reached:
        return met(None, drawn.run)
    low, middle, high = (met(last, drawn.run) for last in (drawn.low, drawn.median, drawn.high))
    some = f"; met in {100 * drawn.reached:.0f}\u00a0%" if drawn.reached < _ALL else ""
    return f"{middle} ({low} to {high}){some}"


def met(last: int | None, run: int) -> str:
    """Where a run met the threshold, as Guest, Namey & Chen write it."""
    return "never" if last is None else f"{last}+{run}"


def estimates(of: Report) -> list[tuple[str, str, str]]:
    """Name, value and interval of everything that looks beyond what was found; nothing where it cannot be estimated.

    Where no new code is expected, that nothing was found just once is all that is known: no range and no chance of 0.
    """
    found = of.richness
    rows = [
        ("Chao2, a lower bound", found.chao2, found.chao2_ci),
        ("Chao2, bias-corrected", found.chao2_bc, found.chao2_bc_ci),
        ("Improved Chao2", found.ichao2, None),
        ("ICE", found.ice, None),
        ("First-order jackknife", found.jack1, _around(found.jack1, found.jack1_se, found.observed)),
        ("Second-order jackknife", found.jack2, None),
        ("Bootstrap (low for few interviews)", found.boot, None),
        *((f"Expected new in the next {_many(n.interviews, 'interview')}", n.codes, _bounds(n)) for n in of.expected),
    ]
    ahead = [(n, f"{n.fewest}–{n.most}") for n in of.expected if n.most]
    seen = [(f"Range to reckon with in the next {_many(n.interviews, 'interview')}", reach, "") for n, reach in ahead]
    shown = [("Found", str(found.observed), ""), *((name, ranged(value, None), span(ci)) for name, value, ci in rows)]
    shown += seen
    if of.chance is not None and of.chance.at_most:
        most = f"at most {ceil(100 * of.chance.at_most)} %"
        shown.append(("Chance that the next interview brings any, if so many are expected", most, ""))
    shown.append(("Coverage", share(found.coverage, None), _per_cents(found.coverage_ci)))
    if of.interviews_to_95 is not None:
        span_to = span(of.interviews_to_95_ci, 0) if of.interviews_to_95 else ""
        shown.append(("More interviews to 95 % coverage", str(of.interviews_to_95), span_to))
    return [row for row in shown if row[1]]


def _around(value: float | None, error: float | None, least: int) -> tuple[float, float] | None:
    """Value ± 1.96 standard errors, but no fewer than were found."""
    return None if value is None or error is None else (max(value - _Z * error, least), value + _Z * error)


def _bounds(new: NewCodes) -> tuple[float, float] | None:
    return None if new.low is None or new.high is None else (new.low, new.high)


def span(interval: tuple[float, float] | None, digits: int = 1) -> str:
    """`17.1–39.9`; nothing where there is no interval."""
    return "" if interval is None else f"{interval[0]:.{digits}f}–{interval[1]:.{digits}f}"
