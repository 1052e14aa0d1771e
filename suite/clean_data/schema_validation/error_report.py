"""Return the first broken rule of every bad cell."""

from random import Random
from typing import Any

from parelha.tasks.draws import Args


def report(rows: list[dict[str, object]], rules: dict[str, object]) -> object:
    """Return the first broken rule of every bad cell."""
    def error(value: object, rule: dict[str, object]) -> str:
        num, kind = (int, float), rule["type"]
        kinds = ("float", "int") if kind == "float" else (kind,)
        low, high = rule.get("low"), rule.get("high")
        choices = rule.get("choices")
        found = ""
        if value is None:
            found = "missing" if rule.get("required") else ""
        elif type(value).__name__ not in kinds:
            found = "type"
        elif isinstance(value, num) and isinstance(low, num) and value < low:
            found = "low"
        elif isinstance(value, num) and isinstance(high, num) and value > high:
            found = "high"
        elif isinstance(choices, list) and value not in choices:
            found = "choice"
        return found

    errors: list[object] = []
    for place, row in enumerate(rows):
        for column, rule in rules.items():
            assert isinstance(rule, dict)
            found = error(row.get(column), rule)
            if found:
                errors.append((place, column, found))
    return errors


Row = dict[str, Any]
_RULES: dict[str, Row] = {
    "id": {"type": "int", "required": True, "low": 1},
    "rate": {"type": "float", "low": 0, "high": 1},
    "plan": {"type": "str", "required": True, "choices": ["free", "basic", "full"]},
}


def ordinary(rng: Random, size: int) -> Args:
    rows = []
    for number in range(1, size + 1):
        row: Row = {
            "id": rng.choice([number, number, number, str(number), None, -number]),
            "rate": rng.choice([0.5, 1.0, 0.25, 1.5, -0.1, "0.5", None, 1]),
            "plan": rng.choice(["free", "basic", "full", "Full", "", None, 3]),
        }
        if rng.random() < 0.3:
            del row[rng.choice(list(row))]
        rows.append(row)
    return rows, _RULES


def edges(rng: Random) -> list[Args]:
    return [
        ([], _RULES),
        ([{}, {"extra": rng.randint(1, 9)}], _RULES),
        ([{"id": 1, "rate": 0, "plan": "free"}, {"id": 0, "rate": 1, "plan": "no"}], _RULES),
        ([{"id": True, "rate": False, "plan": "full"}, {"id": 1.0, "rate": 2}], _RULES),
        ([{"a": v} for v in (1, 2.0, 9, 10, None)], {"a": {"type": "float", "low": 2, "high": 9}}),
        (
            [{"b": "x", "a": "y"}, {"b": 5}],
            {
                "a": {"type": "str", "required": False, "choices": []},
                "b": {"type": "int", "choices": [rng.randint(1, 4)]},
            },
        ),
    ]
