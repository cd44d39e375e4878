"""The one console script: finds the command, and turns every error into one line and an exit code."""

import sys
from contextlib import nullcontext
from difflib import get_close_matches
from importlib import import_module

import click

from pipeline.cli.output import finish_output, prepare_output
from pipeline.errors import SmartAlertError
from pipeline.runtime.crash import tell_crashes
from pipeline.runtime.early_words import HEARING, EarlyWords

COMMANDS = (
    "demo",
    "replay",
    "run",
    "check",
    "algorithms",
    "alerts",
    "dispatch",
    "ledger",
    "console",
    "report",
    "models",
    "tune",
    "analyse",
    "annotate",
    "log",
    "compare",
    "label",
)
"""Each is a module of this folder with a `command`. Imported when asked for: `--help` need not load a network."""


class _Commands(click.Group):
    """Imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"pipeline.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"pipeline.cli.{cmd_name}.command: got {type(command).__name__}, expected a click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; where there is none, what may have been meant."""
        if args[0] not in COMMANDS:
            near = get_close_matches(args[0], COMMANDS, 1)
            meant = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(COMMANDS)}."
            ctx.fail(f"No such command {args[0]!r}. {meant}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="smart-alert", prog_name="smart-alert")
def smart_alert() -> None:
    """Cameras in, one alert for each event out."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 the work failed, 2 the call or a file is wrong, 130 interrupted."""
    tell_crashes()
    prepare_output()
    code = run(arguments)
    sys.exit(code if finish_output() else code or 1)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Without the program's name; those of the process where None.

    Returns:
        The exit code.
    """
    called = sys.argv[1:] if arguments is None else arguments
    with EarlyWords() if called and called[0] in HEARING else nullcontext():
        return _run(called)


def _run(arguments: list[str]) -> int:
    try:
        result = smart_alert.main(args=arguments, prog_name="smart-alert", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"smart-alert: {error.format_message()}", err=True)
        return 2
    except click.Abort:
        click.echo("smart-alert: interrupted", err=True)
        return 130
    except SmartAlertError as error:
        click.echo(str(error), err=True)
        return error.exit_code
    except OSError as error:
        # Files of ours are told as StateError by whoever writes them: this is the output, on a full disk.
        click.echo(f"smart-alert: {error.filename or 'output'}: {error.strerror or error}", err=True)
        return 1
    return result if isinstance(result, int) else 0
