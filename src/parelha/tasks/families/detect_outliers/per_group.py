"""Outliers judged within the group of their row, in pandas data frames."""

import math
from statistics import mean, median, stdev
from typing import Any

import numpy as np
import pandas as pd

from parelha.tasks.families.detect_outliers.per_group_advanced import ADVANCED
from parelha.tasks.families.detect_outliers.per_group_draws import (
    NAN,
    drawn,
    easy_frames,
    hard_frames,
    known_by_group,
    rows_with_groups,
)
from parelha.tasks.family import Args, Family, Level, Mistake, levels, text
from parelha.types import CoderAction


def _centred_oracle(df: pd.DataFrame) -> object:
    away = [
        v - mean(group) if group else NAN for v, group in rows_with_groups(df, "group", "value")
    ]
    return pd.Series(away, index=df.index, name="value", dtype="float64")


_CENTRED_BODY = 'return df["value"] - df.groupby("group")["value"].transform("mean")\n'
_CENTRED = levels(
    "centred",
    doc="Return each value minus the mean of its group.",
    ask=text(
        """A value can be normal overall and odd in its own group. The DataFrame `df` has columns
        `group` and `value`. Return a Series with the index of `df`, named `value`: each value
        minus the mean value of its group.""",
        """Um valor pode ser normal no conjunto e estranho no próprio grupo. O DataFrame `df` tem
        as colunas `group` e `value`. Retorne uma Series com o índice de `df`, chamada `value`:
        cada valor menos a média dos valores do seu grupo.""",
    ),
    signature="def centre_by_group(df: pd.DataFrame) -> pd.Series:",
    ordinary=drawn("group", "value"),
    easy=Level(
        contract=text("No value is missing.", "Não há valores ausentes."),
        imports="import pandas as pd",
        body=_CENTRED_BODY,
        edges=lambda rng: [(frame,) for frame in easy_frames(rng, "group", "value")],
    ),
    hard=Level(
        contract=text(
            """A missing value stays missing and does not count for the mean. `df` may have no
            rows, and its index may be any numbers.""",
            """Um valor ausente continua ausente e não entra na média. `df` pode não ter linhas, e
            seu índice pode ter quaisquer números.""",
        ),
        imports="import pandas as pd",
        body=_CENTRED_BODY,
        edges=lambda rng: [(frame,) for frame in hard_frames(rng, "group", "value")],
    ),
    oracle=_centred_oracle,
)


def _rows_oracle(df: pd.DataFrame) -> object:
    far = [
        len(group) > 1 and abs(v - mean(group)) > 1.4 * stdev(group)
        for v, group in rows_with_groups(df, "group", "value")
    ]
    return df.iloc[[place for place, flag in enumerate(far) if flag]]


_ROWS_BODY = """
groups = df.groupby("group")["value"]
away = (df["value"] - groups.transform("mean")).abs()
return df[away > 1.4 * groups.transform("std")]
"""
_ROWS = levels(
    "rows,k=1.4",
    doc="Return the rows whose value is an outlier in its group.",
    ask=text(
        """`df` is a DataFrame with columns `group` and `value`. Return its rows whose value
        differs from the mean of the group by more than 1.4 sample standard deviations of the
        group. Rows keep their order and their index labels.""",
        """`df` é um DataFrame com as colunas `group` e `value`. Retorne as linhas cujo valor
        difere da média do grupo em mais de 1.4 desvio padrão amostral do grupo. As linhas mantêm
        a ordem e os rótulos do índice.""",
    ),
    signature="def rows_off(df: pd.DataFrame) -> pd.DataFrame:",
    ordinary=drawn("group", "value"),
    easy=Level(
        contract=text(
            "Each group has at least four rows.", "Cada grupo tem pelo menos quatro linhas."
        ),
        imports="import pandas as pd",
        body=_ROWS_BODY,
        edges=lambda rng: [(frame,) for frame in easy_frames(rng, "group", "value")],
    ),
    hard=Level(
        contract=text(
            """Rows with a missing value are never returned and count for nothing. A group with one
            value, or with equal values, has no outliers. There may be no rows at all.""",
            """Linhas com valor ausente nunca são retornadas e não contam para nada. Um grupo com
            um só valor, ou com valores iguais, não tem outliers. Pode não haver linha alguma.""",
        ),
        imports="import pandas as pd",
        body=_ROWS_BODY,
        edges=lambda rng: [(frame,) for frame in hard_frames(rng, "group", "value")],
    ),
    oracle=_rows_oracle,
)


def _limited(frames: list[pd.DataFrame], *limits: float) -> list[Args]:
    return [(frame, limit) for frame in frames for limit in limits]


def _count_oracle(df: pd.DataFrame, limit: float) -> object:
    groups = known_by_group(df, "sensor", "reading")
    return {
        name: sum(abs(v - median(group)) > limit for v in group) for name, group in groups.items()
    }


_COUNT_BODY = """
centre = df.groupby("sensor")["reading"].transform("median")
far = (df["reading"] - centre).abs() > limit
return {str(k): int(v) for k, v in far.groupby(df["sensor"]).sum().items()}
"""
_COUNT = levels(
    "count,limit=argument",
    doc="Return how many readings of each sensor are far from its median.",
    ask=text(
        """The DataFrame `df` has columns `sensor` and `reading`. For each sensor count the
        readings that are more than `limit` away from the median reading of the sensor. Return a
        dict from sensor to count.""",
        """O DataFrame `df` tem as colunas `sensor` e `reading`. Para cada sensor, conte as
        leituras que estão a mais de `limit` da mediana das leituras do sensor. Retorne um
        dicionário do sensor para a contagem.""",
    ),
    signature="def count_far(df: pd.DataFrame, limit: float) -> dict[str, int]:",
    ordinary=drawn("sensor", "reading", (0.5, 2.0, 4.5, 15.0)),
    easy=Level(
        contract=text("A sensor may have a count of 0.", "Um sensor pode ter contagem 0."),
        imports="import pandas as pd",
        body=_COUNT_BODY,
        edges=lambda rng: _limited(easy_frames(rng, "sensor", "reading"), 1.5),
    ),
    hard=Level(
        contract=text(
            """Missing readings are left out; a sensor that has nothing else gets 0. A reading at
            exactly `limit` is not far.""",
            """Leituras ausentes ficam de fora; um sensor que só tem essas recebe 0. Uma leitura
            exatamente a `limit` não está longe.""",
        ),
        imports="import pandas as pd",
        body=_COUNT_BODY,
        edges=lambda rng: _limited(hard_frames(rng, "sensor", "reading"), 6.0),
    ),
    oracle=_count_oracle,
)


def _mask_oracle(df: pd.DataFrame) -> object:
    flags = []
    for number, group in rows_with_groups(df, "group", "value"):
        first, third = np.percentile(group or [0.0], [25, 75])
        reach = 1.5 * (third - first)
        flags.append(bool(number < first - reach or number > third + reach))
    return flags


_MASK_BODY = """
groups = df.groupby("group")["value"]
first = groups.transform("quantile", 0.25)
third = groups.transform("quantile", 0.75)
reach = 1.5 * (third - first)
outside = (df["value"] < first - reach) | (df["value"] > third + reach)
return [bool(flag) for flag in outside]
"""
_MASK = levels(
    "fences",
    doc="Return a flag for each row: is it outside the fences of its group?",
    ask=text(
        """For each row of the DataFrame `df` (columns `group` and `value`) say whether its value
        is below Q1 - 1.5 * IQR or above Q3 + 1.5 * IQR of its group, where IQR = Q3 - Q1 and the
        quartiles are those of pandas' `quantile`. Return a list of booleans, one per row.""",
        """Para cada linha do DataFrame `df` (colunas `group` e `value`), diga se o valor está
        abaixo de Q1 - 1.5 * IQR ou acima de Q3 + 1.5 * IQR do seu grupo, em que IQR = Q3 - Q1 e os
        quartis são os do `quantile` do pandas. Retorne uma lista de booleanos, um por linha.""",
    ),
    signature="def outside_fences(df: pd.DataFrame) -> list[bool]:",
    ordinary=drawn("group", "value"),
    easy=Level(
        contract=text("All values are known.", "Todos os valores são conhecidos."),
        imports="import pandas as pd",
        body=_MASK_BODY,
        edges=lambda rng: [(frame,) for frame in easy_frames(rng, "group", "value")],
    ),
    hard=Level(
        contract=text(
            """A missing value is False and is left out of the quartiles; a value exactly on a
            fence is False too.""",
            """Um valor ausente é False e fica fora dos quartis; um valor exatamente na fronteira
            também é False.""",
        ),
        imports="import pandas as pd",
        body=_MASK_BODY,
        edges=lambda rng: [(frame,) for frame in hard_frames(rng, "group", "value")],
    ),
    oracle=_mask_oracle,
)


def _oddest_oracle(sales: pd.DataFrame) -> object:
    best: dict[str, tuple[float, int]] = {}
    rows = zip(sales["store"], rows_with_groups(sales, "store", "amount"), sales.index, strict=True)
    for name, (number, group), label in rows:
        gap = abs(number - median(group)) if group else NAN
        if gap >= 0 and (name not in best or gap > best[name][0]):
            best[name] = (gap, int(label))
    return {name: label for name, (_, label) in best.items()}


_ODDEST = levels(
    "oddest",
    heldout=True,
    doc="Return the label of the oddest sale of each store.",
    ask=text(
        """Which sale of each store is the oddest? `sales` is a DataFrame with columns `store` and
        `amount`; the oddest sale is the one whose amount is furthest from the store's median
        amount. Give a dict that maps a store to the index label of that row.""",
        """Qual é a venda mais estranha de cada loja? `sales` é um DataFrame com as colunas `store`
        (loja) e `amount`; a venda mais estranha é aquela cujo valor está mais longe da mediana dos
        valores da loja. Devolva um dicionário que associa a loja ao rótulo do índice dessa
        linha.""",
    ),
    signature="def oddest(sales: pd.DataFrame) -> dict[str, int]:",
    ordinary=drawn("store", "amount"),
    easy=Level(
        contract=text(
            "Should two sales be equally odd, the upper row wins.",
            "Se duas vendas forem igualmente estranhas, vence a linha de cima.",
        ),
        imports="import pandas as pd",
        body="""
        middle = sales.groupby("store")["amount"].transform("median")
        oddness = (sales["amount"] - middle).abs()
        labels = oddness.groupby(sales["store"]).idxmax()
        return {str(store): int(label) for store, label in labels.items()}
        """,
        edges=lambda rng: [(frame,) for frame in easy_frames(rng, "store", "amount")],
    ),
    hard=Level(
        contract=text(
            """Of two equally odd sales the upper row wins. Unknown amounts take no part, and
            stores with nothing but unknown amounts do not show up.""",
            """Entre duas vendas igualmente estranhas, vence a linha de cima. Valores desconhecidos
            não participam, e lojas que só têm valores desconhecidos não aparecem.""",
        ),
        imports="import pandas as pd",
        body="""
        known = sales.dropna(subset=["amount"])
        middle = known.groupby("store")["amount"].transform("median")
        oddness = (known["amount"] - middle).abs()
        labels = oddness.groupby(known["store"]).idxmax()
        return {str(store): int(label) for store, label in labels.items()}
        """,
        edges=lambda rng: [(frame,) for frame in hard_frames(rng, "store", "amount")],
    ),
    oracle=_oddest_oracle,
)


def _tamed_oracle(bills: pd.DataFrame) -> object:
    costs: list[Any] = []
    for number, group in rows_with_groups(bills, "team", "cost"):
        reach = stdev(group) if len(group) > 1 else 0.0
        middle = mean(group) if group else NAN
        tamed = min(max(number, middle - reach), middle + reach)
        costs.append(NAN if math.isnan(number) else tamed)
    return pd.Series(costs, index=bills.index, name="cost", dtype="float64")


_TAMED_BODY = """
teams = bills.groupby("team")["cost"]
middle = teams.transform("mean")
reach = teams.transform("std")
return bills["cost"].clip(middle - reach, middle + reach)
"""
_TAMED = levels(
    "tamed",
    heldout=True,
    doc="Return the costs, none further than one deviation from its team.",
    ask=text(
        """Tame the costs in the DataFrame `bills` (columns `team` and `cost`): a cost beyond one
        standard deviation (pandas' `std`) from its team's mean is moved to that limit. Give the
        resulting `cost` column as a Series, labels unchanged.""",
        """Dome os custos do DataFrame `bills` (colunas `team` e `cost`): um custo a mais de um
        desvio padrão (`std` do pandas) da média da sua equipe é levado até esse limite. Entregue a
        coluna `cost` resultante como Series, com os mesmos rótulos.""",
    ),
    signature="def tame(bills: pd.DataFrame) -> pd.Series:",
    ordinary=drawn("team", "cost"),
    easy=Level(
        contract=text("Teams have several bills each.", "Cada equipe tem várias contas."),
        imports="import pandas as pd",
        body=_TAMED_BODY,
        edges=lambda rng: [(frame,) for frame in easy_frames(rng, "team", "cost")],
    ),
    hard=Level(
        contract=text(
            "The only bill of a team keeps its cost, and an unknown cost remains unknown.",
            "A única conta de uma equipe mantém o custo, e um custo desconhecido fica assim.",
        ),
        imports="import pandas as pd",
        body=_TAMED_BODY,
        edges=lambda rng: [(frame,) for frame in hard_frames(rng, "team", "cost")],
    ),
    oracle=_tamed_oracle,
)


_MISTAKES = (
    Mistake("centred", 'return df["value"] - df["value"].mean()', "import pandas as pd"),
    Mistake(
        "rows,k=1.4",
        """
        z = (df["value"] - df["value"].mean()) / df["value"].std()
        return df[z.abs() > 1.4]
        """,
        "import pandas as pd",
    ),
    Mistake(
        "count,limit=argument",
        """
        centre = df.groupby("sensor")["reading"].transform("mean")
        far = (df["reading"] - centre).abs() > limit
        return {str(k): int(v) for k, v in far.groupby(df["sensor"]).sum().items()}
        """,
        "import pandas as pd",
    ),
    Mistake(
        "rows,k=1.4",
        """
        groups = df.groupby("group")["value"]
        away = (df["value"] - groups.transform("mean")).abs()
        return df[away > 1.4 * groups.transform("std")].reset_index(drop=True)
        """,
        "import pandas as pd",
        level=2,
    ),
)

FAMILY = Family(
    "detect_outliers.per_group",
    CoderAction.DETECT_OUTLIERS,
    (*_CENTRED, *_ROWS, *_COUNT, *_MASK, *_ODDEST, *_TAMED, *ADVANCED),
    mistakes=_MISTAKES,
)
