"""`python -m pipeline` is `smart-alert`."""

from pipeline.cli.main import main

if __name__ == "__main__":  # the processes of a replay import this module too
    main()
