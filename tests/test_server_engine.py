"""The server engine against a small fake of the protocol, over real HTTP on this machine."""

# pylint: disable=missing-function-docstring

import math
import threading
from typing import Any

import pytest

from parelha.agents.actions import encode_choices
from parelha.agents.parsers import program_complete
from parelha.config_file import from_dict
from parelha.engines.protocol import EngineStatistics, Request
from parelha.engines.server import ServerEngine
from parelha.engines.server_texts import choice_texts, cut, match_choice, prompt_text
from parelha.errors import UsageError, WorkFailedError
from parelha.types import Agent
from tests.serving import (
    FORM,
    NAMES,
    PROGRAM,
    Reply,
    Serve,
    answer,
    asking,
    choosing,
    engine_of,
    generate,
    said,
)
from tests.tiny import END, START

# --- what is asked -------------------------------------------------------------------------------


def test_vllm_is_sent_ids_and_asked_for_ids_with_its_own_sampling_rules_off(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("hm"))
    request = asking(top_p=0.9, top_k=5)
    answer(server, request)
    body = server.asked[0]
    assert body["prompt"] == list(request.prompt_ids)
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("qwen", 64, 0.7)
    assert (body["top_p"], body["top_k"], body["repetition_penalty"]) == (0.9, 5, 1.0)
    assert (body["return_token_ids"], body["stop_token_ids"]) == (True, list(FORM.stop_ids))
    answer(server, asking())
    assert (server.asked[1]["top_k"], server.asked[1]["min_p"]) == (0, 0.0)


def test_an_unknown_server_is_sent_text_and_the_protocol_alone(serve: Serve) -> None:
    server = serve("library", lambda body: said("hm"))
    answer(server, asking())
    assert server.asked[0].keys() == {
        "model",
        "prompt",
        "max_tokens",
        "temperature",
        "top_p",
        "seed",
    }
    assert server.asked[0]["prompt"] == f"{START}system\nAdd.{END}\n{START}assistant\n"


def test_the_seed_is_the_streams_own(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("hm"))
    for turn in (0, 0, 1):
        answer(server, asking(stream=(0, "eval", "t", "d0", turn)))
    seeds = [body["seed"] for body in server.asked]
    assert seeds[0] == seeds[1] != seeds[2]
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_markers_in_foreign_text_are_broken_in_a_prompt_of_text() -> None:
    ids = (*FORM.before_system, *FORM.text_ids(f"Say {END} now"), *FORM.user_to_answer)
    text = prompt_text(FORM, asking(prompt_ids=ids))
    assert "Say < |im_end|> now" in text
    assert FORM.tokenizer(text, add_special_tokens=False).input_ids.count(FORM.stop_ids[0]) == 1


# --- texts ---------------------------------------------------------------------------------------


def stops_at_a_program(**fields: Any) -> Request:
    return asking(stop=FORM.stop(program_complete), **fields)


@pytest.mark.parametrize("owner", ["vllm", "llamacpp"])
def test_an_answer_ends_with_the_token_that_completes_it(serve: Serve, owner: str) -> None:
    ids = FORM.text_ids(PROGRAM)
    more: dict[str, Any] = {"token_ids": ids} if owner == "vllm" else {}
    found = answer(serve(owner, lambda body: said(PROGRAM, **more)), stops_at_a_program())
    kept = list(found.token_ids)
    assert found.finish == "stop"
    assert kept == ids[: len(kept)]
    assert program_complete(FORM.decode(kept))
    assert not program_complete(FORM.decode(kept[:-1]))
    assert len(found.logprobs) == len(found.legal) == len(kept)
    assert all(map(math.isnan, found.logprobs))


def test_the_earliest_stop_counts_even_where_the_whole_answer_would_not_stop() -> None:
    ids = FORM.text_ids("value value value")
    word = FORM.text_ids("value")
    request = asking(stop=lambda text: text == "value")
    assert cut(ids, request, FORM.decode) == (word, "stop")
    ends = asking(stop_ids=(ids[1],))
    assert cut(ids, ends, FORM.decode) == (ids[:2], "stop")
    assert cut(ids, asking(), FORM.decode) == (ids, None)


@pytest.mark.parametrize(
    ("reason", "limit", "finish", "ended"),
    [("stop", 64, "stop", True), ("length", 64, "length", False), ("stop", 3, "length", False)],
)
def test_an_answer_of_text_ends_as_the_server_says(
    serve: Serve, reason: str, limit: int, finish: str, ended: bool
) -> None:
    server = serve("library", lambda body: said("return sum(values)", reason))
    found = answer(server, asking(max_new_tokens=limit))
    ids = FORM.text_ids("return sum(values)")
    assert found.finish == finish
    assert (
        list(found.token_ids)
        == [*ids, FORM.stop_ids[0]][: limit if limit == 3 else None][: len(ids) + ended]
    )


def test_answers_come_back_to_the_request_they_belong_to(serve: Serve) -> None:
    ready = threading.Barrier(4, timeout=5)

    def reply(body: dict[str, Any]) -> Any:
        ready.wait()  # all four are under way at once
        return said(body["prompt"].split("Echo ")[1].split(END)[0])

    with engine_of(serve("library", reply)) as engine:
        texts = [f"value {n}" for n in range(4)]
        told: list[int] = []
        engine.on_tokens = told.append
        prompts = [(*FORM.text_ids(f"Echo {t}"), *FORM.answer_to_user) for t in texts]
        found = generate(engine, [asking(prompt_ids=prompt) for prompt in prompts])
        assert [FORM.decode(one.token_ids) for one in found] == texts
        assert sum(told) == engine.statistics.new_tokens == sum(len(f.token_ids) for f in found)
        engine.reset()
        assert engine.statistics == EngineStatistics()


# --- actions -------------------------------------------------------------------------------------


def test_vllm_and_llama_cpp_are_asked_for_one_of_the_names(serve: Serve) -> None:
    reply: Reply = lambda body: said(" execute")  # noqa: E731
    vllm, llama = serve("vllm", reply), serve("llamacpp", reply)
    spaced = [f" {name}" for name in NAMES]
    for server in (vllm, llama):
        found = answer(server, choosing())
        assert found.token_ids == encode_choices(FORM, NAMES)[1]
        assert found.finish == "action"
        forced = [len(legal or ()) == 1 for legal in found.legal]
        assert [value == 0.0 for value in found.logprobs] == forced
        assert not all(forced)
        assert math.isnan(found.entropy)
        assert server.asked[0]["max_tokens"] == len(" analyse_statically")
    assert vllm.asked[0]["structured_outputs"] == {"choice": spaced}
    assert vllm.asked[0]["guided_choice"] == spaced
    grammar = 'root ::= " analyse_statically" | " execute" | " approve"'
    assert llama.asked[0]["grammar"] == grammar


def test_a_free_answer_is_the_action_it_begins_with() -> None:
    names = choice_texts(FORM, choosing())
    assert match_choice("approve", names) == 2
    assert match_choice("\n **execute** it", names) == 1
    assert match_choice("I would approve", names) is None
    assert match_choice("ab", ["a", "ab"]) == 1


def test_an_illegal_action_is_replaced_by_a_seeded_draw_and_counted(serve: Serve) -> None:
    server = serve("library", lambda body: said("I would rather not"))
    streams = [(0, "eval", "t", "d0.r0", n) for n in range(8)]
    with engine_of(server) as engine:
        first, again = (
            [one.token_ids for one in generate(engine, [choosing(stream=s) for s in streams])]
            for _ in range(2)
        )
        engine.reset()
        assert engine.record() == {
            "url": server.url,
            "coder": "qwen",
            "reviewer": "qwen",
            "choices": 16,
            "drawn": 16,
        }
    assert first == again
    assert set(first) == set(encode_choices(FORM, NAMES))


def test_a_single_choice_and_exploration_ask_nobody(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("approve"))
    with engine_of(server) as engine:
        only = choosing(choices=encode_choices(FORM, ["approve"]))
        explored = [choosing(epsilon=1.0, stream=(0, n)) for n in range(16)]
        found = generate(engine, [only, *explored])
    assert found[0].token_ids == only.choices[0]
    assert len({one.token_ids for one in found[1:]}) == 3
    assert not server.asked


# --- faults --------------------------------------------------------------------------------------


def test_passing_faults_are_tried_again(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("hm"))
    with engine_of(server) as engine:
        server.faults = [(429, b"slowly"), (503, b"{}"), (0, b"")]
        assert FORM.decode(generate(engine, [asking()])[0].token_ids) == "hm"
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("faults", "kind", "says"),
    [
        ([(500, b'{"error": {"message": "out of memory"}}')] * 4, WorkFailedError, "out of memory"),
        ([(0, b"")] * 4, WorkFailedError, "connection broke"),
        ([(200, b"<html>")], WorkFailedError, "answered no JSON"),
        ([(200, b'{"choices": []}')], WorkFailedError, "answered no completion"),
        ([(200, b"[]")], WorkFailedError, "answered no completion"),
        ([(400, b'{"error": {"message": "too\\nlong"}}')], UsageError, "HTTP 400: too long"),
        ([(404, b'{"message": "no such model"}')], UsageError, "no such model"),
    ],
)
def test_a_fault_is_one_line(
    serve: Serve, faults: list[tuple[int, bytes]], kind: type[Exception], says: str
) -> None:
    server = serve("vllm", lambda body: said("hm"))
    with engine_of(server) as engine:
        server.faults = list(faults)
        with pytest.raises(kind, match=says) as caught:
            generate(engine, [asking()])
    assert "\n" not in str(caught.value)
    assert not server.faults


def test_models_are_found_by_name_or_because_there_is_one(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("hm"), ("small", "large"))
    with engine_of(server, "small", "large") as engine:
        generate(engine, [asking(), asking(agent=Agent.REVIEWER)])
    assert {body["model"] for body in server.asked} == {"small", "large"}
    with pytest.raises(UsageError, match=r"several models: set engine\.server_model to small or l"):
        engine_of(server)
    with pytest.raises(UsageError, match=r"no 'smal' for the coder.*to small or large"):
        engine_of(server, "smal")
    with pytest.raises(UsageError, match="has no model: load one"):
        engine_of(serve("vllm", lambda body: said("hm"), ()))
    server.faults = [(200, b'{"data": [1]}')]
    with pytest.raises(WorkFailedError, match="lists no models"):
        engine_of(server)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://", "http://h:x"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="write it as http://localhost:8000"):
        ServerEngine(url, dict.fromkeys(Agent, ""), dict.fromkeys(Agent, FORM))
    for engine in ({"server": url}, {"kind": "vllm", "servers": ["http://a", url]}):
        with pytest.raises(UsageError, match=r"engine\.server.*write it as http://localhost:8000"):
            from_dict({"engine": engine})


def test_a_url_may_end_with_the_protocols_own_path(serve: Serve) -> None:
    server = serve("vllm", lambda body: said("hm"))
    server.url += "/v1/"
    assert answer(server, asking()).finish == "stop"


def test_closing_ends_what_is_under_way(serve: Serve) -> None:
    held, reached = threading.Event(), threading.Event()

    def reply(body: dict[str, Any]) -> Any:
        del body
        reached.set()
        held.wait(5)
        return said("hm")

    engine = engine_of(serve("vllm", reply))
    engine.submit([asking()])
    assert reached.wait(5)
    assert not engine.step()  # nothing yet, and no long wait for it
    engine.close()
    with pytest.raises(WorkFailedError, match="connection broke"):
        for _ in range(50):
            engine.step()
    held.set()
