"""CSV text, tidy and messy, read and written; the whole family is kept for evaluation."""

from random import Random

from parelha.tasks.draws import PRODUCTS, Args


def draw_lines(rng: Random, size: int) -> list[str]:
    return [
        f"{rng.choice(PRODUCTS)},{rng.randint(1, 99)},{rng.uniform(0.5, 20.0):.2f}"
        for _ in range(max(2, size // 2))
    ]


def headed(rng: Random, size: int) -> Args:
    return ("product,units,price\n" + "\n".join(draw_lines(rng, size)),)
