"""Return how much more open contracts pay than fixed ones, by firm."""

from random import Random
from statistics import median

from parelha.tasks.draws import Args, numbers


def median_gap(rows: list[tuple[str, str, float]]) -> dict[str, float]:
    """Return how much more open contracts pay than fixed ones, by firm."""
    wages: dict[str, dict[str, list[float]]] = {}
    for firm, contract, wage in rows:
        if wage > 0:
            own = wages.setdefault(firm, {"open": [], "fixed": []})
            own.setdefault(contract, []).append(wage)
    gaps = {}
    for firm, own in wages.items():
        if len(own["open"]) > 1 and len(own["fixed"]) > 1:
            gaps[firm] = median(own["open"]) - median(own["fixed"])
    return gaps


def _wage(rng: Random) -> float:
    return numbers(rng, 1, 900.0, 4000.0)[0]


def ordinary(rng: Random, size: int) -> Args:
    """Wages by firm and contract; some firms know only one kind of contract."""
    firms = [f"firm {k}" for k in range(3 + size // 25)]
    rows = []
    for _ in range(size):
        firm = rng.choice(firms)
        kind = "fixed" if firm == "firm 0" else rng.choice(("fixed", "open", "open", "trainee"))
        rows.append((firm, kind, rng.choice((-1.0, 0.0)) if rng.random() < 0.1 else _wage(rng)))
    return (rows,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", "open", _wage(rng)), ("a", "fixed", _wage(rng))],),
        ([("a", kind, _wage(rng)) for kind in ("open", "open", "fixed", "fixed")],),
        ([("a", kind, _wage(rng)) for kind in ("open", "open", "fixed", "trainee")],),
        ([("c", kind, _wage(rng)) for kind in ("open", "fixed", "trainee", "fixed")],),
        ([*[("b", "open", x) for x in (0.0, 0.5, _wage(rng))], *[("b", "fixed", 1.0)] * 2],),
        ([*[("b", "fixed", x) for x in (-5.0, _wage(rng))], *[("b", "open", 1.0)] * 3],),
    ]


def oracle(rows: list[tuple[str, str, float]]) -> object:
    kept = [row for row in rows if row[2] > 0]
    answer = {}
    for firm in sorted({row[0] for row in kept}):
        fixed, lasting = (
            [wage for name, kind, wage in kept if name == firm and kind == wanted]
            for wanted in ("fixed", "open")
        )
        if len(fixed) > 1 and len(lasting) > 1:
            answer[firm] = median(lasting) - median(fixed)
    return answer
