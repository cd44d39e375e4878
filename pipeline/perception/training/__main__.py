"""Training, for a process of its own.

    python -m pipeline.perception.training JOB.json            trains as a job says, and prints where the weights are
    python -m pipeline.perception.training average OUT IN ...  writes the mean of several rounds' weights

A process of its own: ultralytics changes settings of torch, OpenCV and logging as it is imported.
"""

import contextlib
import sys
from pathlib import Path

if __name__ == "__main__":
    # ultralytics reports on stdout.
    with contextlib.redirect_stdout(sys.stderr):
        if sys.argv[1] == "average":
            from pipeline.perception.training.averaging import average

            weights = Path(sys.argv[2])
            average([Path(word) for word in sys.argv[3:]], weights)
        else:
            from pipeline.perception.training.job import Job
            from pipeline.perception.training.trainer import train

            job_file = Path(sys.argv[1])
            weights = train(Job.read(job_file), job_file.parent)
    sys.stdout.write(f"{weights}\n")
