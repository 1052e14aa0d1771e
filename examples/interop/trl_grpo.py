"""One GRPO step of TRL on our tasks, with our reward; the model and its folder are arguments."""

import sys

from trl import GRPOConfig, GRPOTrainer

from parelha.interop.trl_grpo import prompt_dataset, reward_funcs

model, folder = sys.argv[1:]
tasks = prompt_dataset("train", families="detect_outliers", seeds=4)
settings = GRPOConfig(
    folder, max_steps=1, per_device_train_batch_size=2, num_generations=2, bf16=False
)
settings.max_completion_length = 32
rewards = reward_funcs(max_completion_length=32)
trainer = GRPOTrainer(model, rewards, args=settings, train_dataset=tasks)
trainer.train()
print(trainer.state.log_history[0])
