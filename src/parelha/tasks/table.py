"""The table of families, as ``docs/tasks.md`` holds it (`parelha tasks list --table`)."""

from parelha.tasks.families import Family, all_families


def families_table() -> str:
    """Return one line of Markdown for each family: levels, parameterisations, what is held out."""
    lines = ["| family | levels | parameterisations (held out in italics) |", "|---|---|---|"]
    families = all_families()
    lines += [_row(family) for family in families]
    heldout = sum(family.heldout for family in families)
    num_tasks = sum(len(problem.statements) for f in families for problem in f.problems)
    lines += [
        "",
        f"{len(families)} families, {heldout} of them held out; {num_tasks} parameterisations, "
        "counted once for each level.",
    ]
    return "\n".join(lines)


def _row(family: Family) -> str:
    levels = ", ".join(
        str(level) for level in sorted({n for p in family.problems for n in p.statements})
    )
    held = {problem.name for problem in family.problems if problem.heldout or family.heldout}
    names = ", ".join(f"*{n}*" if n in held else n for n in family.parameterisations)
    note = " (held out)" if family.heldout else ""
    return f"| `{family.name}`{note} | {levels} | {names} |"
