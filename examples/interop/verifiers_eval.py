"""Two answers to each of two tasks by a model behind an OpenAI-compatible server, with rewards."""

import sys

import verifiers as vf
from verifiers.types import ClientConfig

url, model = sys.argv[1:]
env = vf.load_environment("parelha.interop.verifiers_env", families="detect_outliers", seeds=2)
client = ClientConfig(api_base_url=url, api_key_var="OPENAI_API_KEY")
played = env.evaluate_sync(client, model, {"max_tokens": 160}, 2, rollouts_per_example=2)
for one in played["outputs"]:
    print(one["info"]["task_id"], one["reward"], one["metrics"])
