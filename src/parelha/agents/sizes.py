"""How long a dialogue can become, in tokens, before it is played."""

from parelha.agents import prompts
from parelha.agents.actions import encode_choices
from parelha.agents.formats import Format
from parelha.config import EpisodeConfig
from parelha.types import SEVERITIES, Agent, CoderAction, Lang, ReviewerAction, Task

_TOOLS = (ReviewerAction.ANALYSE_STATICALLY, ReviewerAction.EXECUTE)
# Texts are counted piece by piece; where two of them meet, a few tokens may fall otherwise.
_SEAMS = 32
_LONGEST_REASON = "code block in another language (javascript-flavoured)"


def longest_dialogue(
    agent: Agent, task: Task, text: str, form: Format, lang: Lang, config: EpisodeConfig
) -> int:
    """Tokens of an agent's longest possible round on a task.

    Args:
        agent: whose dialogue.
        task: of the dialogue.
        text: the task as the agents read it.
        form: of the agent's tokenizer.
        lang: of prompts.
        config: limits of answers, reviews and tool outputs.
    """
    count = _coder if agent is Agent.CODER else _reviewer
    return count(task, form.foreign(text), form, lang, config) + _SEAMS


def _coder(task: Task, text: str, form: Format, lang: Lang, config: EpisodeConfig) -> int:
    answer = _size(form, form.program_prefix) + config.max_program_tokens
    first = _opening(form, prompts.CODER_SYSTEM[lang])
    first += _size(form, text, prompts.choose_kind(lang), prompts.ACTION_PREFIX[lang])
    first += _longest(form, [action.value for action in CoderAction])
    first += max(_size(form, prompts.write_program(a, task, lang)) for a in CoderAction)
    first += _turn(form) + answer
    headings = (_size(form, prompts.review_heading(s, lang)) for s in SEVERITIES)
    again = max(headings) + _size(form, prompts.revise(lang))
    again += config.max_review_tokens + _turn(form) + answer
    return first + config.max_rounds * again


def _reviewer(_: Task, text: str, form: Format, lang: Lang, config: EpisodeConfig) -> int:
    actions = list(ReviewerAction)
    names = _longest(form, [action.value for action in actions])
    action = _size(form, prompts.ACTION_PREFIX[lang]) + names
    headings = (prompts.program_heading(reason, lang) for reason in ("", _LONGEST_REASON))
    first = _opening(form, prompts.REVIEWER_SYSTEM[lang])
    first += _size(form, prompts.review_intro(lang), text, prompts.choose_action(actions, lang))
    first += max(_size(form, heading) for heading in headings)
    first += 2 * config.max_program_tokens + action
    ends = (prompts.after_tool(left, lang) for left in (True, False))
    tool = max(_size(form, prompts.tool_heading(name, lang)) for name in _TOOLS)
    tool += max(_size(form, end) for end in ends)
    tool += config.max_tool_tokens + _turn(form) + action
    last = _size(form, prompts.SEVERITY_PREFIX[lang], prompts.REVIEW_PREFIX[lang])
    last += _longest(form, SEVERITIES) + config.max_review_tokens
    return first + min(config.max_tool_calls, len(_TOOLS)) * tool + last


def _size(form: Format, *texts: str) -> int:
    return sum(len(form.text_ids(text)) for text in texts)


def _longest(form: Format, names: tuple[str, ...] | list[str]) -> int:
    return max(map(len, encode_choices(form, names)))


def _opening(form: Format, system: str) -> int:
    glue = (*form.before_system, *form.system_to_user, *form.user_to_answer)
    return len(glue) + _size(form, system)


def _turn(form: Format) -> int:
    return len(form.answer_to_user) + len(form.user_to_answer)
