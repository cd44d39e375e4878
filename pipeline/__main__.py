"""`python -m pipeline` is `smart-alert`."""

from pipeline.cli.main import main

main()
