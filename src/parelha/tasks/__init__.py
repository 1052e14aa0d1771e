"""What is asked, and how an answer is compared.

>>> task = get_task("detect_outliers.iqr/values,k=1.5/L1/s0")
>>> task.entry_point
'iqr_outliers'
>>> expected(task, ([1.0, 2.0, 3.0, 4.0, 50.0],))
[50.0]
"""

from parelha.tasks.check import check_task
from parelha.tasks.compare import Comparator
from parelha.tasks.families import family_names
from parelha.tasks.references import expected
from parelha.tasks.suite import get_task, load_tasks

__all__ = ["Comparator", "check_task", "expected", "family_names", "get_task", "load_tasks"]
