"""`python -m pipeline.perception.training JOB.json` trains as a job says and prints where the weights are.

A process of its own: ultralytics changes settings of torch, OpenCV and logging as it is imported.
"""

import contextlib
import sys
from pathlib import Path

if __name__ == "__main__":
    # ultralytics reports on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        from pipeline.perception.training.job import Job
        from pipeline.perception.training.trainer import train

        job_file = Path(sys.argv[1])
        weights = train(Job.read(job_file), job_file.parent)
    sys.stdout.write(f"{weights}\n")
