"""How a family is written down, and how one of its variants becomes a `Task`.

A family is a kind of problem ("outliers by z-score"). A *variant* is one parameterisation of it at
one level, with its own statement, signature and reference. A task is a variant with a seed: the
seed draws the visible examples and the hidden inputs.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from textwrap import dedent, indent

from parelha.tasks.compare import Comparator, canonical
from parelha.types import Case, CoderAction, Lang, Limits

Args = tuple[object, ...]
Ordinary = Callable[[Random, int], Args]
Edges = Callable[[Random], list[Args]]
Text = dict[Lang, str]

NUM_ORDINARY = {1: 10}  # hidden ordinary inputs of a task, by level
NUM_ORDINARY_ABOVE = 8  # at higher levels, which have more edges
EXAMPLE_SIZES = (5, 4)  # small, so that examples leave room in the prompt
SIZES = {1: (4, 12), 2: (4, 12), 3: (20, 200), 4: (500, 3000)}  # of ordinary inputs, by level


@dataclass(frozen=True)
class Variant:
    """One parameterisation of a family at one level.

    Attributes:
        name: the parameterisation, such as ``"k=1.5"``; the same at every level.
        level: 1 to 4.
        heldout: True when the parameterisation is kept for evaluation.
        statement: what is asked, without signature and examples.
        signature: one typed line.
        reference: source of a right, lint-clean program.
        ordinary: ``ordinary(rng, size)`` draws one plain input of about `size` elements.
        edges: ``edges(rng)`` draws the inputs at the limits of the statement's contract.
        oracle: an independent computation of the answer (scipy, scikit-learn, pandas ...) which
            returns NotImplemented where its source does not say what the statement says.
        compare: when an answer is right.
        limits: what a candidate may use.
    """

    name: str
    level: int
    heldout: bool
    statement: Text
    signature: str
    reference: str
    ordinary: Ordinary
    edges: Edges
    oracle: Callable[..., object] | None = None
    compare: Comparator = field(default_factory=Comparator)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Mistake:
    """A plausible wrong answer, written by hand: the hidden inputs must tell it from a right one.

    Attributes:
        name: the parameterisation it answers.
        body: the statements of the function.
        imports: import lines of the program.
        level: of the variant it answers.
    """

    name: str
    body: str
    imports: str = ""
    level: int = 1


@dataclass(frozen=True)
class Family:
    """Variants of one kind of problem; `name` begins with its coder action's value.

    Attributes:
        name: such as ``"detect_outliers.iqr"``.
        action: the coder action it belongs to.
        variants: all parameterisations, at all their levels.
        mistakes: three wrong answers or more.
        heldout: True when the whole family is kept for evaluation ("unseen tasks").
    """

    name: str
    action: CoderAction
    variants: tuple[Variant, ...]
    mistakes: tuple[Mistake, ...] = ()
    heldout: bool = False

    @property
    def parameterisations(self) -> tuple[str, ...]:
        """Names of the parameterisations, in order."""
        return tuple(dict.fromkeys(variant.name for variant in self.variants))


@dataclass(frozen=True)
class Level:
    """What one level adds to a parameterisation.

    Attributes:
        contract: sentences appended to what is asked: what the input is sure to be (level 1), what
            happens at the edges (level 2).
        body: the statements of the reference's function.
        edges: inputs at the limits of the contract.
        signature: where it differs from the parameterisation's.
        imports: import lines of the reference.
    """

    contract: Text
    body: str
    edges: Edges
    signature: str = ""
    imports: str = ""


def text(en: str, pt: str) -> Text:
    """Return a statement in both languages, each on one line."""
    return {"en": " ".join(en.split()), "pt": " ".join(pt.split())}


def program(signature: str, doc: str, body: str, imports: str = "") -> str:
    """Return the source of a module with one function; the docstring of both is `doc`."""
    head = f'"""{doc}"""\n\n' + (f"{imports}\n\n\n" if imports else "\n")
    return f'{head}{signature}\n    """{doc}"""\n{indent(dedent(body).strip(), "    ")}\n'


def levels(
    name: str,
    *,
    doc: str,
    ask: Text,
    signature: str,
    ordinary: Ordinary,
    easy: Level,
    hard: Level,
    oracle: Callable[..., object] | None = None,
    heldout: bool = False,
    compare: Comparator | None = None,
) -> tuple[Variant, Variant]:
    """Return a parameterisation at level 1 (`easy`) and at level 2 (`hard`).

    Level 2 is tested on the edges of both levels.
    """

    def variant(number: int, level: Level, edges: Edges) -> Variant:
        own_signature = level.signature or signature
        return Variant(
            name=name,
            level=number,
            heldout=heldout,
            statement={lang: f"{ask[lang]} {level.contract[lang]}".strip() for lang in ask},
            signature=own_signature,
            reference=program(own_signature, doc, level.body, level.imports),
            ordinary=ordinary,
            edges=edges,
            oracle=oracle,
            compare=compare or Comparator(),
        )

    def all_edges(rng: Random) -> list[Args]:
        return easy.edges(rng) + hard.edges(rng)

    return variant(1, easy, easy.edges), variant(2, hard, all_edges)


def advanced(  # pylint: disable=too-many-arguments  # all by name, as `Variant` has them
    name: str,
    level: int,
    *,
    doc: str,
    ask: Text,
    signature: str,
    ordinary: Ordinary,
    body: str,
    edges: Edges,
    imports: str = "",
    oracle: Callable[..., object] | None = None,
    heldout: bool = False,
    compare: Comparator | None = None,
) -> Variant:
    """Return a parameterisation at level 3 or 4: several steps, larger inputs, a whole statement.

    `ask` is the whole statement, its contract for odd inputs included. At level 4 ordinary inputs
    have up to 3,000 elements, so that a quadratic program is felt.
    """
    return Variant(
        name=name,
        level=level,
        heldout=heldout,
        statement=ask,
        signature=signature,
        reference=program(signature, doc, body, imports),
        ordinary=ordinary,
        edges=edges,
        oracle=oracle,
        compare=compare or Comparator(),
    )


def wrong_program(mistake: Mistake, signature: str) -> str:
    """Return the source of a program that makes a mistake."""
    head = f"{mistake.imports}\n\n\n" if mistake.imports else ""
    return f"{head}{signature}\n{indent(dedent(mistake.body).strip(), '    ')}\n"


def visible_examples(variant: Variant, identity: str) -> tuple[Case, ...]:
    """Two ordinary inputs; from level 2 on also one edge, to show what the contract means."""
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
