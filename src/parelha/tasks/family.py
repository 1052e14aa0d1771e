"""What a task is made from: a family's variants, and the inputs that a seed draws.

A family is a kind of problem ("outliers by z-score"). A *variant* is one parameterisation of it at
one level, with its own statement, signature and reference. A task is a variant with a seed: the
seed draws the visible examples and the hidden inputs.
"""

import hashlib
from dataclasses import dataclass, field
from random import Random

from parelha.tasks.compare import Comparator, canonical
from parelha.tasks.source import Source
from parelha.types import Case, Lang, Limits

Text = dict[Lang, str]

NUM_ORDINARY = {1: 10}  # hidden ordinary inputs of a task, by level
NUM_ORDINARY_ABOVE = 8  # at higher levels, which have more edges
EXAMPLE_SIZES = (5, 4)  # small, so that examples leave room in the prompt
SIZES = {1: (4, 12), 2: (4, 12), 3: (20, 200), 4: (500, 3000)}  # of ordinary inputs, by level


@dataclass(frozen=True, kw_only=True)
class Variant(Source):
    """One parameterisation of a family at one level, with what its Python file gives for it.

    Attributes:
        name: the parameterisation, such as ``"k=1.5"``; the same at every level.
        level: 1 to 4.
        heldout: True when the parameterisation is kept for evaluation.
        statement: what is asked, without signature and examples.
        entry_point: the function's name.
        examples: visible inputs; drawn where there are none.
        compare: when an answer is right.
        limits: what a candidate may use.
    """

    name: str
    level: int
    heldout: bool
    statement: Text
    entry_point: str
    examples: tuple[Case, ...] = ()
    compare: Comparator = field(default_factory=Comparator)
    limits: Limits = field(default_factory=Limits)


def visible_examples(variant: Variant, identity: str) -> tuple[Case, ...]:
    """Two ordinary inputs; from level 2 on also one edge, to show what the contract means.

    Where the variant has examples of its own, it is those.
    """
    if variant.examples:
        return variant.examples
    rng = stream(identity, "examples")
    cases = [Case(variant.ordinary(rng, size)) for size in EXAMPLE_SIZES]
    if variant.level > 1:
        cases.append(Case(rng.choice(variant.edges(rng)), "edge"))
    return tuple(cases)


def hidden_cases(
    variant: Variant, identity: str, examples: tuple[Case, ...], seed: int
) -> tuple[Case, ...]:
    """Return the hidden inputs of a task: none of them twice, none of them a visible example."""
    rng = stream(identity, f"hidden/{seed}")
    seen = {canonical(example.args) for example in examples}
    num_ordinary = NUM_ORDINARY.get(variant.level, NUM_ORDINARY_ABOVE)
    cases: list[Case] = []
    for _ in range(4 * num_ordinary):  # repeats are redrawn, but not forever
        if len(cases) == num_ordinary:
            break
        args = variant.ordinary(rng, rng.randint(*SIZES[variant.level]))
        if canonical(args) not in seen:
            seen.add(canonical(args))
            cases.append(Case(args))
    for args in variant.edges(rng):
        if canonical(args) not in seen:
            seen.add(canonical(args))
            cases.append(Case(args, "edge"))
    return tuple(cases)


def stream(*names: str) -> Random:
    """Return a random stream that depends on the names alone, on every machine and version."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return Random(int.from_bytes(digest[:8], "big"))
