from typing import Any

import pytest

from parelha.tasks import expected, family_names, get_task
from parelha.tasks.mutants import Mutant, is_killed

Z = "from statistics import mean, pstdev, stdev\n"

# Plausible mistakes, three a family: (parameterisation, imports, body of the function).
WRONG: dict[str, tuple[tuple[str, str, str], ...]] = {
    "clean_data.sales": (
        ("drop_missing", "", "return [row for row in rows if all(row.values())]"),
        ("revenue_by_product", "", "return {p: u * c for p, u, c in sales}"),
        ("sale_totals", "", "return [(s['units'] or 1.0) * s['price'] for s in sales]"),
    ),
    "clean_data.scaling": (
        ("min_max", "", "return [v / max(values) for v in values]"),
        ("standard", Z, "return [(v - mean(values)) / stdev(values) for v in values]"),
        ("max_abs", "", "return [v / max(values) for v in values]"),
    ),
    "clean_data.duplicates": (
        ("distinct", "", "return sorted(set(codes))"),
        (
            "drop_duplicates",
            "",
            "return [r for i, r in enumerate(rows) if i == 0 or r != rows[i - 1]]",
        ),
        ("first_by_customer", "", "return list(dict(visits).items())"),
    ),
    "clean_data.imputation": (
        (
            "mean",
            "",
            "m = sum(v or 0 for v in values) / len(values)\n"
            "    return [m if v is None else v for v in values]",
        ),
        (
            "median",
            "",
            "k = sorted(v for v in values if v is not None)\n"
            "    return [k[len(k) // 2] if v is None else v for v in values]",
        ),
        ("forward_fill", "", "return [v or values[max(i - 1, 0)] for i, v in enumerate(values)]"),
    ),
    "analyse_statistics.mean_variance": (
        (
            "population",
            "import statistics as s\n",
            "m = s.mean(values)\n"
            "    return m, sum((v - m) ** 2 for v in values) / max(len(values) - 1, 1)",
        ),
        ("sample", Z, "return mean(values), pstdev(values) ** 2"),
        ("report", Z, "return {'mean': mean(values), 'variance': pstdev(values)}"),
    ),
    "analyse_statistics.groups": (
        ("mean", "", "return dict(zip(groups, values))"),
        ("count_and_total", "", "return {k: (len(values), sum(values)) for k in keys}"),
        ("share", "", "t = sum(values)\n    return {g: v / t for g, v in zip(groups, values)}"),
    ),
    "detect_outliers.zscore": (
        (
            "values,k=2",
            Z,
            "return [v for v in values if abs(v - mean(values)) > 2 * stdev(values)]",
        ),
        ("values,k=2", Z, "return [v for v in values if v - mean(values) > 2 * pstdev(values)]"),
        ("mask,k=1.5", Z, "return [abs(v - mean(values)) > 2 * pstdev(values) for v in values]"),
    ),
    "detect_outliers.iqr": (
        (
            "values,k=1.5",
            "import numpy as np\n",
            "a, b = np.percentile(values, [25, 75])\n"
            "    return [v for v in values if v > b + 1.5 * (b - a)]",
        ),
        (
            "fences,k=1.5",
            "import numpy as np\n",
            "a, b = np.percentile(values, [25, 75])\n    return a - 3 * (b - a), b + 3 * (b - a)",
        ),
        (
            "fences,k=1.5",
            "",
            "s = sorted(values)\n    a, b = s[len(s) // 4], s[3 * len(s) // 4]\n"
            "    return a - 1.5 * (b - a), b + 1.5 * (b - a)",
        ),
    ),
    "detect_outliers.mad": (
        (
            "spread",
            "from statistics import mean, median\n",
            "m = median(values)\n    return m, mean(abs(v - m) for v in values)",
        ),
        (
            "values,k=3",
            "from statistics import median\n",
            "m = median(values)\n"
            "    return [v for v in values if v - m > 3 * median(abs(u - m) for u in values)]",
        ),
        (
            "replaced,k=3",
            "from statistics import mean, median\n",
            "m = median(values)\n"
            "    d = median(abs(v - m) for v in values)\n"
            "    return [mean(values) if abs(v - m) > 3 * d else v for v in values]",
        ),
    ),
    "build_model.linear_regression": (
        (
            "line",
            "import numpy as np\n",
            "b, a = np.polyfit(xs, ys, 1)\n    return float(a), float(b)",
        ),
        (
            "line",
            "import numpy as np\n",
            "b, a = np.polyfit(ys, xs, 1)\n    return float(b), float(a)",
        ),
        ("through_origin", "import numpy as np\n", "return float(np.polyfit(xs, ys, 1)[0])"),
    ),
    "build_model.smoothing": (
        (
            "exponential",
            "",
            "s = [values[0]]\n    for v in values[1:]:\n"
            "        s.append((1 - alpha) * v + alpha * s[-1])\n    return s",
        ),
        (
            "exponential_forecast",
            "",
            "level = 0.0\n    for s in sales:\n"
            "        level = alpha * s + (1 - alpha) * level\n    return level",
        ),
        ("moving_average_forecast", "", "return sum(values) / len(values)"),
    ),
    "build_model.nearest_neighbours": (
        ("nearest_label", "", "return min(zip(xs, labels), key=lambda p: p[0] - query)[1]"),
        ("knn_mean", "", "return sum(ys[-k:]) / k"),
        (
            "class_means",
            "",
            "return {b: sum(x for x, c in zip(xs, labels) if b == c) / len(xs) for b in labels}",
        ),
    ),
}


def test_every_family_has_three_wrong_answers() -> None:
    assert set(WRONG) == set(family_names())
    assert all(len(answers) == 3 for answers in WRONG.values())


@pytest.mark.parametrize("family", WRONG)
def test_plausible_wrong_answers_run_and_are_caught_at_every_seed(family: str) -> None:
    for name, imports, body in WRONG[family]:
        task = get_task(f"{family}/{name}/L1/s0")
        source = f"{imports}{task.signature}\n    {body}\n"
        for seed in range(3):
            cases = task.make_cases(seed)
            namespace: dict[str, Any] = {}
            exec(source, namespace)
            namespace[task.entry_point](*cases[0].args)  # it is wrong, and not broken
            pairs = [(case.args, expected(task, case.args)) for case in cases]
            assert is_killed(Mutant(source, 1, ""), task, pairs), (task.id, seed, body)
