"""A Modelfile for each role: Ollama's template language around what the run's own format says.

Ollama fills `.System` with the Modelfile's own text, or with what a client sends in its place.
"""

from typing import Any

from parelha.agents.formats import Format
from parelha.errors import UsageError

# Ollama's own defaults would have it sample otherwise than in training.
_PLAIN_SAMPLING = (
    "PARAMETER top_k 0",
    "PARAMETER top_p 1",
    "PARAMETER min_p 0",
    "PARAMETER repeat_penalty 1",
)


def modelfile(
    form: Format, weights: str, system: str, temperature: float, *, writes_programs: bool
) -> str:
    """The text of a Modelfile for weights whose path is from its folder.

    With `writes_programs` answers begin as the format has programs begin.

    Raises:
        UsageError: the base's chat template holds what Ollama's template language reads itself.
    """
    begin, first, opens, again = _glue(form)
    opens += form.program_prefix if writes_programs else ""
    # After the system text comes the first request; later ones follow an answer.
    template = (
        f"{begin}{{{{ .System }}}}{{{{ $first := true }}}}{{{{ range .Messages }}}}"
        f'{{{{ if eq .Role "user" }}}}{{{{ if $first }}}}{first}{{{{ $first = false }}}}'
        f"{{{{ else }}}}{again}{{{{ end }}}}{{{{ .Content }}}}"
        f'{{{{ else if eq .Role "assistant" }}}}{opens}{{{{ .Content }}}}{{{{ end }}}}'
        f"{{{{ end }}}}{opens}"
    )
    tokenizer: Any = form.tokenizer
    ends = [*(tokenizer.decode([i]) for i in form.stop_ids), *form.stop_strings]
    stops = [f"PARAMETER stop {_quoted(end)}" for end in dict.fromkeys(ends)]
    lines = [
        f"FROM {weights}",
        f'TEMPLATE """{template}"""',
        f'SYSTEM """{system}"""',
        f"PARAMETER temperature {temperature:g}",
        *_PLAIN_SAMPLING,
        *stops,
    ]
    return "\n".join(lines) + "\n"


def _glue(form: Format) -> list[str]:
    """The format's glue as text; llama.cpp puts the token that begins every text itself."""
    tokenizer: Any = form.tokenizer
    pieces = [form.before_system, form.system_to_user, form.user_to_answer, form.answer_to_user]
    texts = [str(tokenizer.decode(list(ids))) for ids in pieces]
    if tokenizer.bos_token and form.before_system[:1] == (tokenizer.bos_token_id,):
        texts[0] = texts[0].removeprefix(tokenizer.bos_token)
    if any(mark in text for text in texts for mark in ("{{", "}}", '"""')):
        raise UsageError(
            "the base's chat template holds marks of Ollama's own template language: use --format "
            "gguf, and write its Modelfile by hand"
        )
    return texts


def _quoted(text: str) -> str:
    """As Ollama takes it apart: what stands between the marks is the text, with no escapes."""
    return f'"""{text}"""' if "\n" in text or '"' in text else f'"{text}"'
