"""`parelha chat`: a conversation in a terminal, or over a pipe."""

from collections.abc import Callable, Iterable
from typing import TextIO

from parelha.engines.protocol import Request
from parelha.errors import UsageError
from parelha.report.text import printable
from parelha.serving.pair import Pair
from parelha.serving.talk import Message, Speech, prompt_ids, room
from parelha.types import Agent

HELP = "/role coder|reviewer, /reset, /quit"


def converse(pair: Pair, agent: Agent, lines: Iterable[str], out: TextIO, prompt: bool) -> None:
    """Answer line after line until they end or say `/quit`; `prompt` says whose turn it is."""
    messages: list[Message] = []
    if prompt:
        print(f"{pair.name}: {HELP}", file=out)
    turn = 0
    source = iter(lines)
    while True:
        if prompt:
            print(f"{agent}> ", end="", file=out, flush=True)
        line = next(source, None)
        if line is None or line.strip() == "/quit":
            return
        text = line.strip()
        if not text:
            continue
        command, _, rest = text.partition(" ")
        if command == "/reset":
            messages = []
        elif command == "/role":
            if rest.strip() not in list(Agent):
                print(f"/role {rest.strip()}: coder or reviewer", file=out)
                continue
            agent, messages = Agent(rest.strip()), []
        elif command.startswith("/") and command[1:].isalpha():
            print(f"{command} is no command: {HELP}", file=out)
        else:
            turn += 1
            asked = [*messages, Message("user", text)]
            try:
                said = answer(
                    pair,
                    agent,
                    asked,
                    turn,
                    lambda s: print(printable(s), end="", file=out, flush=True),
                )
            except UsageError as error:
                print(f"{error} (/reset begins anew)", file=out)
                continue
            print(file=out, flush=True)
            messages = [*asked, Message("assistant", said)]


def answer(
    pair: Pair, agent: Agent, messages: list[Message], turn: int, say: Callable[[str], None]
) -> str:
    """One answer, told piece by piece as it is sampled.

    Raises:
        UsageError: the conversation is longer than the model's window.
    """
    form = pair.formats[agent]
    speech = Speech(form.stop_strings)
    ids = prompt_ids(pair, agent, messages)

    def heard(text: str) -> bool:
        say(speech.more(text))
        return speech.ended(text)

    request = Request(
        agent=agent,
        prompt_ids=ids,
        max_new_tokens=room(pair, agent, len(ids), None),
        temperature=pair.roles[agent].temperature,
        stream=("chat", pair.config.seed, turn),
        stop_ids=form.stop_ids,
        stop=heard,
    )
    (ticket,) = pair.engine.submit([request])
    answers = pair.engine.step()
    while ticket not in answers:
        answers = pair.engine.step()
    completion = answers[ticket]
    if isinstance(completion, Exception):
        raise completion
    text = form.decode(completion.token_ids)
    say(speech.more(text, last=True))
    for stop in form.stop_strings:
        text = text.split(stop, 1)[0]
    return text
