"""Outliers in several variables by the distance of Mahalanobis (1936), on numpy arrays."""

from random import Random

import numpy as np
from scipy.spatial import distance

from parelha.tasks.draws import redraw
from parelha.tasks.families.detect_outliers.mahalanobis_advanced import ADVANCED
from parelha.tasks.families.detect_outliers.mahalanobis_draws import (
    Matrix,
    distances,
    drawn,
    flat_tables,
    matrix,
    tables,
)
from parelha.tasks.family import Args, Edges, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _as_edges(*limits: float) -> tuple[Edges, Edges]:
    """Return the edges of levels 1 and 2 for functions of a table, and of a limit if given."""

    def easy(rng: Random) -> list[Args]:
        return [(table, *limits) for table in tables(rng)]

    def hard(rng: Random) -> list[Args]:
        return [(table, *limits) for table in flat_tables(rng)]

    return easy, hard


_DEFINITION_EN = """The squared Mahalanobis distance of a row r is (r - m) S^-1 (r - m), where m
holds the means of the columns and S is their sample covariance matrix (numpy's `cov`)."""
_DEFINITION_PT = """O quadrado da distância de Mahalanobis de uma linha r é (r - m) S^-1 (r - m), em
que m contém as médias das colunas e S é a matriz de covariância amostral delas (`cov` do numpy)."""

_EASY = text(
    "There are more rows than columns, and S can be inverted.",
    "Há mais linhas do que colunas, e S pode ser invertida.",
)
_HARD_EN = """Leave out columns whose values are all equal. With fewer than two rows, or when no
column is left, every distance is 0."""
_HARD_PT = """Deixe de fora as colunas cujos valores são todos iguais. Com menos de duas linhas, ou
se não resta nenhuma coluna, toda distância é 0."""

_SQUARED = """
centred = x - x.mean(axis=0)
inverse = np.linalg.inv(np.cov(x, rowvar=False))
squared = np.sum(centred @ inverse * centred, axis=1)
"""
# One column has a covariance of no dimension, hence the product instead of `cov`.
_SQUARED_HARD = """
low, high = x.min(axis=0, initial=np.inf), x.max(axis=0, initial=-np.inf)
varied = x[:, high > low]
if varied.size == 0:
    return {}
centred = varied - varied.mean(axis=0)
inverse = np.linalg.inv(centred.T @ centred / (len(x) - 1))
squared = np.sum(centred @ inverse * centred, axis=1)
"""

_ALL = levels(
    "distances",
    doc="Return the Mahalanobis distance of each row.",
    ask=text(
        f"""Return, as a numpy array, the Mahalanobis distance of each row of the two-dimensional
        numpy array `x` (rows are observations, columns are variables). {_DEFINITION_EN}""",
        f"""Retorne, em um array numpy, a distância de Mahalanobis de cada linha do array numpy
        bidimensional `x` (linhas são observações, colunas são variáveis). {_DEFINITION_PT}""",
    ),
    signature="def mahalanobis(x: np.ndarray) -> np.ndarray:",
    ordinary=drawn,
    easy=Level(
        contract=_EASY,
        imports="import numpy as np",
        body=_SQUARED + "return np.asarray(np.sqrt(squared))\n",
        edges=_as_edges()[0],
    ),
    hard=Level(
        contract=text(_HARD_EN, _HARD_PT),
        imports="import numpy as np",
        body=_SQUARED_HARD.format("np.zeros(len(x))") + "return np.asarray(np.sqrt(squared))\n",
        edges=_as_edges()[1],
    ),
    oracle=lambda x: np.array(distances(x)),
)


def _limited(rng: Random, size: int) -> Args:
    table = drawn(rng, size)[0]
    squares = np.square(distances(table))  # type: ignore[arg-type]
    limit = redraw(
        lambda: [round(rng.uniform(0.5, 5.0), 2)],
        lambda limits: float(np.abs(squares - limits[0]).min()) > 1e-3,
    )[0]
    return table, limit


_FLAGS = levels(
    "flags,limit=argument",
    doc="Return a flag for each row: is its squared distance large?",
    ask=text(
        f"""For each row of the two-dimensional numpy array `x` say whether the square of its
        Mahalanobis distance is greater than `limit`; return a list of booleans.
        {_DEFINITION_EN}""",
        f"""Para cada linha do array numpy bidimensional `x`, diga se o quadrado da sua distância
        de Mahalanobis é maior que `limit`; retorne uma lista de booleanos. {_DEFINITION_PT}""",
    ),
    signature="def far_rows(x: np.ndarray, limit: float) -> list[bool]:",
    ordinary=_limited,
    easy=Level(
        contract=_EASY,
        imports="import numpy as np",
        body=_SQUARED + "return [bool(value > limit) for value in squared]\n",
        edges=_as_edges(2.2503)[0],
    ),
    hard=Level(
        contract=text(_HARD_EN, _HARD_PT),
        imports="import numpy as np",
        body=_SQUARED_HARD.format("[False] * len(x)")
        + "return [bool(value > limit) for value in squared]\n",
        edges=_as_edges(1.0503)[1],
    ),
    oracle=lambda x, limit: [d * d > limit for d in distances(x)],
)

_FURTHEST = levels(
    "furthest",
    doc="Return the index of the row with the largest distance.",
    ask=text(
        f"""Which row of the two-dimensional numpy array `x` is the most unusual? Return the index
        of the row with the largest Mahalanobis distance. {_DEFINITION_EN}""",
        f"""Qual linha do array numpy bidimensional `x` é a mais incomum? Retorne o índice da linha
        com a maior distância de Mahalanobis. {_DEFINITION_PT}""",
    ),
    signature="def most_unusual(x: np.ndarray) -> int:",
    ordinary=drawn,
    easy=Level(
        contract=_EASY,
        imports="import numpy as np",
        body=_SQUARED + "return int(np.argmax(squared))\n",
        edges=_as_edges()[0],
    ),
    hard=Level(
        contract=text(
            _HARD_EN + " If all distances are 0 return -1.",
            _HARD_PT + " Se todas as distâncias são 0, retorne -1.",
        ),
        imports="import numpy as np",
        body=_SQUARED_HARD.format("-1") + "return int(np.argmax(squared))\n",
        edges=_as_edges()[1],
    ),
    oracle=lambda x: int(np.argmax(distances(x))) if any(distances(x)) else -1,
)


def _given(rng: Random, size: int) -> Args:
    table = matrix(rng, size)
    return table, table[0] + 0.5, np.linalg.inv(np.cov(table.T)).round(4)


def _given_edges(rng: Random) -> list[Args]:
    return [
        (np.array([[3.0, 4.0], [0.0, float(rng.randint(1, 9))]]), np.zeros(2), np.eye(2)),
        (np.array([[1.0, 2.0]]), np.array([1.0, 2.0]), np.eye(2)),
        (matrix(rng, 5, 3), np.full(3, 20.0), np.diag([0.5, 0.25, 2.0])),
    ]


_GIVEN_BODY = """
away = x - centre
return [float(row @ inverse @ row) ** 0.5 for row in away]
"""
_GIVEN = levels(
    "given",
    doc="Return the distance of each row to a given centre.",
    ask=text(
        """The numpy arrays `centre` (one number per column of `x`) and `inverse` (the inverse of a
        covariance matrix) are known. For each row r of the numpy array `x` compute the square root
        of (r - centre) @ inverse @ (r - centre), and return the results as a list of floats.""",
        """Os arrays numpy `centre` (um número por coluna de `x`) e `inverse` (a inversa de uma
        matriz de covariância) são conhecidos. Para cada linha r do array numpy `x`, calcule a raiz
        quadrada de (r - centre) @ inverse @ (r - centre) e retorne os resultados em uma lista de
        floats.""",
    ),
    signature="def to(x: np.ndarray, centre: np.ndarray, inverse: np.ndarray) -> list[float]:",
    ordinary=_given,
    easy=Level(
        contract=text("`x` has at least one row.", "`x` tem pelo menos uma linha."),
        imports="import math\n\nimport numpy as np",
        body="""
        away = x - centre
        return [math.sqrt(row @ inverse @ row) for row in away]
        """,
        edges=_given_edges,
    ),
    hard=Level(
        contract=text(
            """Skip columns for which `centre` is NaN, together with their rows and columns in
            `inverse`. Without rows return an empty list.""",
            """Ignore as colunas em que `centre` é NaN, com as linhas e colunas correspondentes de
            `inverse`. Sem linhas, retorne uma lista vazia.""",
        ),
        imports="import math\n\nimport numpy as np",
        body="""
        used = ~np.isnan(centre)
        away = (x - centre)[:, used]
        inner = inverse[used][:, used]
        return [math.sqrt(row @ inner @ row) for row in away]
        """,
        edges=lambda rng: [
            (np.zeros((0, 2)), np.zeros(2), np.eye(2)),
            (matrix(rng, 4, 3), np.array([1.0, np.nan, 2.0]), np.diag([1.0, 9.0, 0.25])),
            (matrix(rng, 4, 2), np.array([np.nan, 2.0]), np.array([[2.0, 0.5], [0.5, 1.0]])),
        ],
    ),
    oracle=lambda x, centre, inverse: [
        float(distance.mahalanobis(np.nan_to_num(row - centre), 0 * row, inverse)) for row in x
    ],
)


def _pairs(rng: Random, size: int) -> Args:
    table = matrix(rng, size)
    return table[:, 0].copy(), table[:, 1].copy(), rng.choice((1.501, 2.003, 4.007))


_ELLIPSE_BODY = """
u = (height - height.mean()) / height.std()
v = (weight - weight.mean()) / weight.std()
r = np.mean(u * v)
return int(np.sum(u * u - 2 * r * u * v + v * v > bound * (1 - r * r)))
"""


def _ellipse_oracle(height: Matrix, weight: Matrix, bound: float) -> object:
    if len(height) < 3 or np.ptp(height) == 0 or np.ptp(weight) == 0:
        return 0
    table = np.column_stack([height, weight])
    inverse = np.linalg.inv(np.cov(table.T, ddof=0))
    centre = table.mean(axis=0)
    return sum(float(distance.mahalanobis(row, centre, inverse)) ** 2 > bound for row in table)


_ELLIPSE = levels(
    "ellipse",
    heldout=True,
    doc="Return how many people lie outside an ellipse.",
    ask=text(
        """People are described by two numpy arrays, `height` and `weight`. Turn both into z-scores
        u and v with the population standard deviation, and let r be the mean of u * v. How many
        people lie outside the ellipse u*u - 2*r*u*v + v*v = bound * (1 - r*r), that is, have a
        left side larger than the right one?""",
        """Pessoas são descritas por dois arrays numpy, `height` (altura) e `weight` (peso).
        Transforme ambos em escores z, u e v, com o desvio padrão populacional, e seja r a média de
        u * v. Quantas pessoas ficam fora da elipse u*u - 2*r*u*v + v*v = bound * (1 - r*r), isto
        é, têm o lado esquerdo maior que o direito?""",
    ),
    signature="def outside(height: np.ndarray, weight: np.ndarray, bound: float) -> int:",
    ordinary=_pairs,
    easy=Level(
        contract=text(
            "Both arrays vary, and r is neither 1 nor -1.",
            """Ambos os arrays variam, e r
            não é 1 nem -1.""",
        ),
        imports="import numpy as np",
        body=_ELLIPSE_BODY,
        edges=lambda rng: [
            (np.array([1.0, 2.0, 3.0]), np.array([1.0, float(rng.randint(5, 9)), 2.0]), 1.7),
            *((t[:, 0].copy(), t[:, 1].copy(), 1.203) for t in tables(rng)),
            *((*_pairs(rng, 12)[:2], bound) for bound in (0.303, 0.907)),
        ],
    ),
    hard=Level(
        contract=text(
            "Fewer than three people, or an array that is constant, put nobody outside.",
            "Com menos de três pessoas, ou com um array constante, ninguém fica de fora.",
        ),
        imports="import numpy as np",
        body="if len(height) < 3 or 0 in (np.ptp(height), np.ptp(weight)):\n    return 0\n"
        + _ELLIPSE_BODY.strip(),
        edges=lambda rng: [
            (np.zeros(0), np.zeros(0), 1.1),
            (np.array([1.0, 2.0]), np.array([5.0, float(rng.randint(6, 9))]), 0.4),
            (np.full(4, 3.0), np.array([1.0, 2.0, 3.0, float(rng.randint(6, 9))]), 0.4),
            (np.array([1.0, 2.0, 3.0, float(rng.randint(6, 9))]), np.full(4, 3.0), 0.4),
        ],
    ),
    oracle=_ellipse_oracle,
)


def _scaled_oracle(panel: Matrix) -> object:
    if len(panel) == 0:
        return []
    varied = panel[:, np.ptp(panel, axis=0) > 0]
    if varied.shape[1] == 0:
        return [0.0] * len(panel)
    spread = varied.var(axis=0)
    return [float(distance.seuclidean(row, varied.mean(axis=0), spread)) for row in varied]


_SCALED = levels(
    "uncorrelated",
    heldout=True,
    doc="Return the standardised Euclidean distance of each sample.",
    ask=text(
        """When variables are taken as uncorrelated, only their scales matter. Replace each column
        of the numpy array `panel` by its z-scores (population standard deviation); then give, as a
        list, the Euclidean length of every row of z-scores.""",
        """Quando as variáveis são tidas como não correlacionadas, só as escalas importam. Troque
        cada coluna do array numpy `panel` por seus escores z (desvio padrão populacional); depois
        dê, em uma lista, o comprimento euclidiano de cada linha de escores z.""",
    ),
    signature="def row_lengths(panel: np.ndarray) -> list[float]:",
    ordinary=drawn,
    easy=Level(
        contract=text("Every column varies.", "Todas as colunas variam."),
        imports="import numpy as np",
        body="""
        scores = (panel - panel.mean(axis=0)) / panel.std(axis=0)
        return [float(np.linalg.norm(row)) for row in scores]
        """,
        edges=_as_edges()[0],
    ),
    hard=Level(
        contract=text(
            "A constant column has z-scores of 0. An array with no rows has no lengths.",
            "Uma coluna constante tem escores z 0. Um array sem linhas não tem comprimentos.",
        ),
        imports="import numpy as np",
        body="""
        if len(panel) == 0:
            return []
        spread = panel.std(axis=0)
        spread[panel.max(axis=0) == panel.min(axis=0)] = np.inf
        scores = (panel - panel.mean(axis=0)) / spread
        return [float(np.linalg.norm(row)) for row in scores]
        """,
        edges=_as_edges()[1],
    ),
    oracle=_scaled_oracle,
)


_MISTAKES = (
    Mistake(
        "distances",
        "return np.linalg.norm(x - x.mean(axis=0), axis=1)",
        "import numpy as np",
    ),
    Mistake(
        "distances",
        """
        d = x - x.mean(axis=0)
        return np.sum(d @ np.linalg.inv(np.cov(x.T)) * d, axis=1)
        """,
        "import numpy as np",
    ),
    Mistake(
        "flags,limit=argument",
        """
        d = x - x.mean(axis=0)
        squared = np.sum(d @ np.linalg.inv(np.cov(x.T)) * d, axis=1)
        return [bool(v > limit) for v in np.sqrt(squared)]
        """,
        "import numpy as np",
    ),
    Mistake(
        "furthest",
        "return int(np.argmax(np.linalg.norm((x - x.mean(0)) / x.std(0), axis=1)))",
        "import numpy as np",
    ),
)

FAMILY = Family(
    "detect_outliers.mahalanobis",
    CoderAction.DETECT_OUTLIERS,
    (*_ALL, *_FLAGS, *_FURTHEST, *_GIVEN, *_ELLIPSE, *_SCALED, *ADVANCED),
    mistakes=_MISTAKES,
)
