"""One dialogue in PettingZoo: an answer of your own models where the legal choices are drawn."""

import random

from parelha.interop.petting_zoo import DialogueEnv

env = DialogueEnv(families="detect_outliers.iqr", seeds=2)
env.reset(seed=0)
for agent in env.agent_iter():
    observation, reward, terminated, truncated, info = env.last()
    choices = info.get("choices", ())  # none: free text, such as a program in a code block
    answer = random.choice(choices) if choices else f"```python\n{env.task.signature}\n    ...\n```"
    env.step(None if terminated or truncated else answer)
    print(agent, reward, info.get("metrics", ""))
env.close()
