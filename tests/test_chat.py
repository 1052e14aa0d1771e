"""A conversation in a terminal or over a pipe; and text that is handed out as it is sampled."""

# pylint: disable=missing-function-docstring

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha import cli
from parelha.serving.talk import Speech
from tests.saved_runs import saved_run

TEXTS = st.text(alphabet="ab#\n\ufffd", max_size=30)
STOPS = st.lists(st.text(alphabet="ab#\n", min_size=1, max_size=4), max_size=3)


@given(text=TEXTS, stops=STOPS, cuts=st.lists(st.integers(0, 30), max_size=8))
def test_what_is_handed_out_is_the_text_up_to_the_first_stop(
    text: str, stops: list[str], cuts: list[int]
) -> None:
    speech = Speech(stops)
    said = [speech.more(text[:cut]) for cut in sorted(cuts) if not speech.ended(text[:cut])]
    # Sampling ends at the first beginning in which a stop string stands.
    end = next((n for n in range(len(text) + 1) if speech.ended(text[:n])), len(text))
    said.append(speech.more(text[:end], last=True))
    places = [text[:end].index(stop) for stop in stops if stop in text[:end]]
    assert "".join(said) == text[: min(places, default=end)]


def test_half_a_character_waits_for_the_rest() -> None:
    speech = Speech(())
    assert speech.more("a\ufffd") == "a"
    assert speech.more("aé") == "é"


CUTS: list[int] = []


class Cut(str):
    """Text that keeps how much of it was cut off as its beginning."""

    def __getitem__(self, place: Any) -> str:
        CUTS.append(place.stop)
        return super().__getitem__(place)


def test_a_long_stop_string_costs_no_more_than_the_text_is_long() -> None:
    CUTS.clear()
    speech = Speech([Cut("a" * 1000 + "b")])
    assert speech.more("no: aaa") == "no: "
    assert CUTS and max(CUTS) <= len("no: aaa")


@pytest.mark.slow
def test_a_conversation_over_a_pipe(
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("parelha.serving.talk.DEFAULT_NEW_TOKENS", 6)
    run = str(saved_run(model_folder, tmp_path))

    def said(*lines: str) -> list[str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(line + "\n" for line in lines)))
        assert cli.run(["chat", run]) == cli.DONE
        return capsys.readouterr().out.encode("unicode_escape").decode().split("\\n")[:-1]

    raw = io.TextIOWrapper(io.BytesIO(b"caf\xe9?\n"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", raw)
    assert cli.run(["chat", run]) == cli.DONE
    assert capsys.readouterr().out.endswith("\n")

    monkeypatch.setattr(sys, "stdin", None)  # closed by whoever started it: nothing is said
    with pytest.raises(SystemExit) as ended:
        cli.main(["chat", run])
    assert ended.value.code == cli.DONE
    sys.stdin.close()

    once = said("Hello.")
    assert once != [""]
    assert said("Hello.", "", "/quit", "Hello.") == once
    assert said("/role reviewer", "Hello.") != once
    wrong = said("/role king", "/dance", "Hello.")
    assert wrong[:2] == [
        "/role king: coder or reviewer",
        "/dance is no command: /role coder|reviewer, /reset, /quit",
    ]
    assert wrong[2:] == once
