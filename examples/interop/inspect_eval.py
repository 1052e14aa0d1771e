"""An evaluation with Inspect: its stand-in for a model answers in place of a real one."""

import sys

from inspect_ai import eval as evaluate

from parelha.interop.inspect_tasks import coder, pair

chosen = {"split": "heldout_params", "families": "detect_outliers.iqr"}
for log in evaluate([coder(**chosen), pair(**chosen)], model="mockllm/model", log_dir=sys.argv[1]):
    print(log.status, {one.name: one.metrics["mean"].value for one in log.results.scores})
