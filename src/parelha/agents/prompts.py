"""What the agents are told, in English and in Portuguese, written by hand in each."""

from collections.abc import Sequence

from parelha.agents.roles import CODER_ACTIONS, REVIEWER_ACTIONS
from parelha.types import CoderAction, Lang, ReviewerAction, Severity, Task

# The answer starts with this word; the action's name follows it (the model chooses the space).
ACTION_PREFIX: dict[Lang, str] = {"en": "Action:", "pt": "Ação:"}
SEVERITY_PREFIX: dict[Lang, str] = {"en": "\nSeverity:", "pt": "\nGravidade:"}
QUOTE_PREFIX: dict[Lang, str] = {"en": "\nQuote line:", "pt": "\nCitar a linha:"}
REVIEW_PREFIX: dict[Lang, str] = {"en": "\nReview:", "pt": "\nRevisão:"}

# Short, and of care alone: one that says how to begin is followed where the wrong kind of work was
# named, and halves the share of programs that pass (docs/learning.md).
_HINTS: dict[Lang, dict[CoderAction, str]] = {
    "en": {
        CoderAction.CLEAN_DATA: "keep the order of what is kept, and do not change the input",
        CoderAction.ANALYSE_STATISTICS: "mind the divisor (n or n - 1) and short input",
        CoderAction.DETECT_OUTLIERS: (
            "centre and spread come from all values; mind a spread of zero"
        ),
        CoderAction.BUILD_MODEL: "mind a denominator of zero",
    },
    "pt": {
        CoderAction.CLEAN_DATA: "mantenha a ordem do que fica e não altere a entrada",
        CoderAction.ANALYSE_STATISTICS: (
            "cuidado com o divisor (n ou n - 1) e com entradas curtas"
        ),
        CoderAction.DETECT_OUTLIERS: (
            "centro e dispersão vêm de todos os valores; cuidado com dispersão zero"
        ),
        CoderAction.BUILD_MODEL: "cuidado com denominador zero",
    },
}

_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "signature": "Signature",
        "examples": "Examples",
        "kinds": "Kinds of work",
        "choose_kind": "First name the kind of work this task is.",
        "write": "Now write the program, at most 12 lines, nothing after the function `{name}`"
        "{hint}:",
        "task": "Task",
        "program": "Program under review",
        "no_program": "The answer held no usable program ({reason}).",
        "answer": "The answer",
        "actions": "Actions",
        "choose_action": "Choose one action.",
        "severities": (
            "Of what must change also say how severe it is: minor is mended in the program, major "
            "and critical have a new one written."
        ),
        "quote": "One numbered line of the results can be quoted to your colleague.",
        "tool": "Result of {name}",
        "decide": "No tools are left: decide.",
        "own": "A program for this:",
        "review": "A reviewer read it. Severity: {severity}.",
        "revise": "Write the corrected program, different where this one is wrong, at most 12 "
        "lines, nothing after the function:",
        "failed": "An earlier attempt at this was wrong. What a reviewer says of it:",
    },
    "pt": {
        "signature": "Assinatura",
        "examples": "Exemplos",
        "kinds": "Tipos de trabalho",
        "choose_kind": "Primeiro diga que tipo de trabalho é esta tarefa.",
        "write": "Agora escreva o programa, no máximo 12 linhas, nada depois da função `{name}`"
        "{hint}:",
        "task": "Tarefa",
        "program": "Programa em revisão",
        "no_program": "A resposta não tinha um programa utilizável ({reason}).",
        "answer": "A resposta",
        "actions": "Ações",
        "choose_action": "Escolha uma ação.",
        "severities": (
            "Do que precisa mudar diga também a gravidade: minor é corrigida no programa, major e "
            "critical fazem escrever outro."
        ),
        "quote": "Uma linha numerada dos resultados pode ser citada ao seu colega.",
        "tool": "Resultado de {name}",
        "decide": "Não há mais ferramentas: decida.",
        "own": "Um programa para isto:",
        "review": "Um revisor o leu. Gravidade: {severity}.",
        "revise": "Escreva o programa corrigido, diferente onde este está errado, no máximo 12 "
        "linhas, nada depois da função:",
        "failed": "Uma tentativa anterior estava errada. O que um revisor diz dela:",
    },
}

FRAME = "-" * 40


def task_text(task: Task, examples: Sequence[tuple[tuple[object, ...], object]], lang: Lang) -> str:
    """Statement, signature and visible examples with their right results."""
    words = _WORDS[lang]
    lines = [task.statement[lang].strip(), "", f"{words['signature']}: {task.signature}"]
    lines += [f"{words['examples']}:"] if examples else []
    for args, expected in examples:
        call = ", ".join(repr(arg) for arg in args)
        lines.append(f"{task.entry_point}({call}) == {expected!r}")
    return "\n".join(lines)


def choose_kind(actions: Sequence[CoderAction], lang: Lang) -> str:
    """What follows the task in the coder's first request; the actions as they are to be listed."""
    words, known = _WORDS[lang], CODER_ACTIONS[lang]
    kinds = [f"- {action}: {known[action]}" for action in actions]
    return "\n".join(["", "", f"{words['kinds']}:", *kinds, words["choose_kind"]])


def write_program(action: CoderAction, task: Task, lang: Lang) -> str:
    """The coder's second request: the chosen action's working hint, and what to write."""
    return _write(task, f"; {_HINTS[lang][action]}", lang)


def write_at_once(task: Task, lang: Lang) -> str:
    """What to write, where the coder answers once and names no action before."""
    return _write(task, "", lang)


def _write(task: Task, hint: str, lang: Lang) -> str:
    text = _WORDS[lang]["write"].format(name=task.entry_point, hint=hint)
    return f"{text}\n{task.signature}"


def review_intro(lang: Lang) -> str:
    """What stands before the task in the reviewer's request."""
    return f"{_WORDS[lang]['task']}:\n"


def program_heading(lang: Lang) -> str:
    """What stands before the program under review."""
    return f"\n\n{_WORDS[lang]['program']}:\n{FRAME}\n"


def no_program(reason: str, lang: Lang) -> str:
    """That an answer held no program, and why; a line that can be quoted."""
    return _WORDS[lang]["no_program"].format(reason=reason)


def answer_heading(fault: str, lang: Lang) -> str:
    """What stands before an answer that held no program."""
    return f"\n\n{fault} {_WORDS[lang]['answer']}:\n{FRAME}\n"


def choose_action(actions: Sequence[ReviewerAction], can_quote: object, lang: Lang) -> str:
    """The list of legal actions, after framed material."""
    words, known = _WORDS[lang], REVIEWER_ACTIONS[lang]
    lines = [f"- {action}: {known[action]}" for action in actions]
    head = [f"\n{FRAME}", f"{words['actions']}:", *lines, words["severities"]]
    return "\n".join([*head, *_quote(can_quote, lang), words["choose_action"]])


def tool_heading(action: ReviewerAction, lang: Lang) -> str:
    """What stands before a tool's output."""
    return f"{_WORDS[lang]['tool'].format(name=action)}:\n{FRAME}\n"


def next_tool(action: ReviewerAction, lang: Lang) -> str:
    """What stands between framed material and the output of a tool that was run unasked."""
    return f"\n{FRAME}\n{tool_heading(action, lang)}"


def after_tool(tools_left: bool, can_quote: object, lang: Lang) -> str:
    """What stands after a tool's output."""
    words = _WORDS[lang]
    last = words["choose_action"] if tools_left else words["decide"]
    return "\n".join([f"\n{FRAME}", *_quote(can_quote, lang), last])


def _quote(can_quote: object, lang: Lang) -> list[str]:
    return [_WORDS[lang]["quote"]] if can_quote else []


def is_quotable(tool: ReviewerAction, line: str) -> bool:
    """Whether a line of a tool's output says something by itself: a wrong example, a finding."""
    if tool is ReviewerAction.EXECUTE:
        return "(" in line
    return line.split(" ", 1)[0] in ("pylint", "flake8", "mypy")


def own_program(lang: Lang) -> str:
    """What stands between the task and the program that is to be edited."""
    return f"\n\n{_WORDS[lang]['own']}\n{FRAME}\n"


def review_heading(severity: Severity, lang: Lang) -> str:
    """What stands before the review: after the program, or after the task for a new one."""
    words = _WORDS[lang]
    if severity != "minor":
        return f"{words['failed']}\n{FRAME}\n"
    return f"\n{FRAME}\n{words['review'].format(severity=severity)}\n{FRAME}\n"


def edit(lang: Lang) -> str:
    """What stands between the review and the signature of the program that is edited."""
    return f"\n{FRAME}\n{_WORDS[lang]['revise']}\n"


def after_review() -> str:
    """What stands between the review and the request for a new program."""
    return f"\n{FRAME}\n"
