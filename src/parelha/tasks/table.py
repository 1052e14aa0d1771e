"""The table of families, as ``docs/tasks.md`` holds it (`parelha tasks list --table`)."""

from parelha.tasks.families import FAMILIES
from parelha.tasks.family import Family


def families_table() -> str:
    """Return one line of Markdown for each family: levels, parameterisations, what is held out."""
    lines = ["| family | levels | parameterisations (held out in italics) |", "|---|---|---|"]
    lines += [_row(family) for family in FAMILIES]
    heldout = sum(family.heldout for family in FAMILIES)
    num_tasks = sum(len(family.variants) for family in FAMILIES)
    lines += [
        "",
        f"{len(FAMILIES)} families, {heldout} of them held out; {num_tasks} parameterisations, "
        "counted once for each level.",
    ]
    return "\n".join(lines)


def _row(family: Family) -> str:
    levels = ", ".join(str(level) for level in sorted({v.level for v in family.variants}))
    held = {variant.name for variant in family.variants if variant.heldout or family.heldout}
    names = ", ".join(f"*{n}*" if n in held else n for n in family.parameterisations)
    note = " (held out)" if family.heldout else ""
    return f"| `{family.name}`{note} | {levels} | {names} |"
