"""The doorway: parse, call one function, print, exit code. Nothing is decided here, and nothing heavy is loaded early."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from evalkit.errors import EvalkitError, SettingsError
from evalkit.help_words import asks_for_help, translate_help
from evalkit.messages import language_of, placed, shown, told_in, worded

if TYPE_CHECKING:
    from evalkit.workspace import Workspace

DEFAULT_WORKSPACE = "data/vn-published"
DEFAULT_PROGRAMME = "vn-trafficking"
INTERRUPTED = 130
_PARAMETER = ("-p", "--parameter")
VERIFY_DIFFERENCE = 6
OWN_ERROR = 1
OBJECTS_BETWEEN_COLLECTIONS = 50_000  # Python looks every 700; a command keeps nearly all it makes


class Audience(StrEnum):
    """Who the pages are for."""

    public = "public"
    internal = "internal"


class Doorway(TyperGroup):
    """Turns a refusal into its message and exit code, wherever it comes from."""

    def make_context(self, info_name: Any, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Read the words of a command line; where they ask for help, it is given in its user's language."""
        if asks_for_help(args):
            translate_help(self, language_of(os.environ))
        return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command in its user's language; refusals are told as where, rule, what to do, never as a traceback."""
        with told_in(language_of(os.environ, ctx.params.get("messages") or "")):
            return self._invoked(ctx)

    def _invoked(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except EvalkitError as refusal:
            typer.echo(refusal.shown(), err=True)
            raise typer.Exit(refusal.exit_code) from None
        except KeyboardInterrupt:
            told = worded("interrupted: nothing was published; the next run takes over what is finished")
            typer.echo(shown(told), err=True)
            raise typer.Exit(INTERRUPTED) from None


class NamesAndValues(TyperCommand):
    """Takes ``-p NAME VALUE``, as papermill does, and ``-p NAME=VALUE``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Write each name and its value as one word, and then as ever."""
        words: list[str] = []
        for word in args:
            named = len(words) > 1 and words[-2] in _PARAMETER and "=" not in words[-1]
            if named:
                words[-1] += f"={word}"
            else:
                words.append(word)
        return super().parse_args(ctx, words)


app = typer.Typer(
    cls=Doorway,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # typer's own tracebacks print local variables: figures among them
    rich_markup_mode=None,
    help="Programme evaluation by province: protected facts in, reports people can share out.",
)
kernel_app = typer.Typer(
    no_args_is_help=True, help="The Jupyter kernel called evalkit.", rich_markup_mode=None
)
app.add_typer(kernel_app, name="kernel")


@app.callback()
def spoken_to(
    messages: Annotated[
        str,
        typer.Option(help="vi or en: the language of messages; where left out, EVALKIT_LANG or LANG says."),
    ] = "",
) -> None:
    """Programme evaluation by province: protected facts in, reports people can share out."""


WorkspaceArgument = Annotated[
    Path, typer.Argument(help="The workspace's folder.", show_default=DEFAULT_WORKSPACE)
]


@app.command(cls=NamesAndValues)
def run(
    workspace: WorkspaceArgument = Path(DEFAULT_WORKSPACE),
    *,
    province: Annotated[
        list[str] | None, typer.Option(help="Code or name; may be repeated. All, where left out.")
    ] = None,
    audience: Annotated[Audience, typer.Option(help="Who the pages are for.")] = Audience.public,
    lang: Annotated[
        str,
        typer.Option(help="A language of the workspace, such as vi or en; both, or all, for all of them."),
    ] = "both",
    scheme: Annotated[
        str | None, typer.Option(help="The boundary set; the workspace's own where left out.")
    ] = None,
    edition: Annotated[str, typer.Option(help="A name the pages bear beside their date.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="The reports folder; reports/WORKSPACE where left out.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Pages made at the same time; the cores where left out.")
    ] = None,
    scheduler: Annotated[str, typer.Option(help="Address of a dask scheduler to work on.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Make current pages again.")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Make only what failed before or lacks lines.")
    ] = False,
    why: Annotated[bool, typer.Option("--why", help="Say of each page why it was made or not.")] = False,
    nation: Annotated[
        bool, typer.Option("--nation", help="Make the national page, alone or beside --province.")
    ] = False,
    pdf: Annotated[
        bool,
        typer.Option("--pdf", help="Print the brief of each page as PDF beside it, by an installed browser."),
    ] = False,
    notebook: Annotated[
        Path | None, typer.Option(help="A report notebook of your own for the provinces.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "-p", "--parameter", metavar="NAME VALUE", help="A parameter of the notebooks; may be repeated."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One event a line, for programs.")] = False,
) -> None:
    """Make the reports of a workspace."""
    settings = _workspace(workspace)
    from evalkit.batch.options import Event, RunOptions, RunReport  # noqa: PLC0415  loaded when a command needs it, not for --help
    from evalkit.batch.progress import summary, telling  # noqa: PLC0415
    from evalkit.batch.rerun import run as run_or_rest  # noqa: PLC0415

    languages = _languages(lang, settings)
    codes = tuple(province or ())
    options = RunOptions(
        codes,
        audience.value,
        languages,
        scheme,
        edition,
        out,
        jobs,
        force,
        retry,
        scheduler=scheduler,
        notebook=notebook,
        parameters=_pairs(parameter or []),
        nation=nation,
        pdf=pdf,
    )
    reports: list[RunReport] = []

    def tell_and_keep(event: Event) -> None:
        tell(event)
        reports.extend([event.report] if event.report is not None else [])

    try:
        with telling(sys.stdout if as_json else sys.stderr, as_json=as_json) as tell:
            run_or_rest(settings, options, progress=tell_and_keep)
    finally:
        for report in [] if as_json else reports:
            typer.echo(summary(report, why=why))


@app.command()
def check(workspace: Annotated[Path, typer.Argument(help="The workspace's folder.")]) -> None:
    """List what is wrong with a workspace; make nothing."""
    folder = _folder(workspace)
    from evalkit.batch.checking import check_workspace  # noqa: PLC0415

    checked = check_workspace(folder)
    typer.echo(checked.text)
    if checked.exit_code:
        raise typer.Exit(checked.exit_code)


@app.command("import")
def import_figures(
    file: Annotated[Path, typer.Argument(help="The form: xlsx, xls, ods, csv or txt.")],
    workspace: Annotated[Path, typer.Argument(help="The workspace's folder.")],
    *,
    mapping: Annotated[
        Path | None,
        typer.Option(help="What the form's rows and columns mean; not needed for a form that is known."),
    ] = None,
    suggest: Annotated[
        bool, typer.Option("--suggest", help="Write a draft of the mapping, to fill in.")
    ] = False,
    take_the_rest: Annotated[
        bool,
        typer.Option("--take-the-rest", help="Take the figures that are sound although others are held."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take the figures of a form into a workspace; hold what is not clear."""
    from evalkit.batch.importing import ImportOptions, import_form  # noqa: PLC0415
    from evalkit.batch.importing import as_json as to_json  # noqa: PLC0415

    options = ImportOptions(mapping, take_the_rest=take_the_rest, suggest=suggest)
    imported = import_form(file, _folder(workspace), options)
    if as_json:
        typer.echo(to_json(imported))
    else:
        typer.echo(imported.text, err=imported.content.get("refused") is not None)
    if imported.exit_code:
        raise typer.Exit(imported.exit_code)


@app.command()
def template(
    workspace: Annotated[Path, typer.Argument(help="The workspace's folder.")],
    *,
    province: Annotated[str, typer.Option(help="Code or name.")],
    out: Annotated[Path, typer.Option(help="The form to write, FILE.xlsx.")],
    years: Annotated[str, typer.Option(help="As 2019-2023; the last five full years where left out.")] = "",
    requests: Annotated[
        bool,
        typer.Option(
            "--requests/--all",
            help="Ask for the figures of the request list alone; else, or with --all, for every figure.",
            show_default=False,
        ),
    ] = False,
    scheme: Annotated[
        str | None, typer.Option(help="The boundary set; the workspace's own where left out.")
    ] = None,
    source: Annotated[
        str, typer.Option(help="The name its source bears in sources.toml; form-SCHEME-CODE where left out.")
    ] = "",
) -> None:
    """Write a form for a province, to fill in and import."""
    settings = _workspace(workspace)
    from evalkit.batch.forms_out import write_template  # noqa: PLC0415

    def tell(text: str) -> None:
        typer.echo(shown(text), err=True)

    file, shorter = write_template(
        settings,
        out,
        province=province,
        years=years,
        requests=requests,
        scheme=scheme,
        source=source,
        tell=tell,
    )
    typer.echo(shown(worded("form written: {file}", file=file)))
    if shorter:
        typer.echo(shown(shorter))
    command = f"evalkit import {quote(str(file))} {quote(str(workspace))}"
    typer.echo(shown(worded("next: fill in its yellow cells, then {command}", command=command)))


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    programme: Annotated[str, typer.Option(help="A shipped programme.")] = DEFAULT_PROGRAMME,
    scheme: Annotated[str, typer.Option(help="The boundary set; the newest one where left out.")] = "",
) -> None:
    """Write the files of a new workspace, with what is to be filled in as "?"."""
    from evalkit.batch.new_workspace import new_workspace  # noqa: PLC0415
    from evalkit.workspace import SETTINGS_FILE  # noqa: PLC0415

    for file in new_workspace(folder, programme=programme, scheme=scheme):
        typer.echo(str(file))
    command = f"evalkit template {quote(str(folder))} --province 22 --requests --out bieu-22.xlsx"
    told = worded(
        'next: fill in each "?" of {file}, then {command} (or the code of another province)',
        file=folder / SETTINGS_FILE,
        command=command,
    )
    typer.echo(shown(told), err=True)


@app.command()
def protect(
    workspace: Annotated[Path, typer.Argument(help="The workspace's folder.")],
    *,
    out: Annotated[Path, typer.Option(help="A new or empty folder, for the custodian alone.")],
    scheme: Annotated[
        str | None, typer.Option(help="The boundary set; the workspace's own where left out.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Write the release into the ledger, as a public run does.")
    ] = False,
) -> None:
    """Write what a public run would release, and what that costs; make no pages."""
    settings = _workspace(workspace)
    from evalkit.batch.protecting import protect_workspace  # noqa: PLC0415

    def tell(sentence: str) -> None:
        typer.echo(shown(sentence), err=True)

    if sys.stderr.isatty():
        tell(worded("reading and protecting the facts"))
    typer.echo(protect_workspace(settings, out, scheme=scheme, record=record, tell=tell).text)


@app.command()
def indicators(
    programme: Annotated[str, typer.Option(help="A shipped programme or a folder.")] = DEFAULT_PROGRAMME,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the indicators of a programme."""
    from evalkit.programme.catalogue_list import catalogue_json, catalogue_text  # noqa: PLC0415
    from evalkit.programme.load import load_programme  # noqa: PLC0415

    declared = load_programme(programme)
    typer.echo(catalogue_json(declared) if as_json else catalogue_text(declared))


@app.command()
def verify(reports: Annotated[Path, typer.Argument(help="A folder made by evalkit run.")]) -> None:
    """Compare published reports with their manifest, and look for what they must not hold."""
    from evalkit.batch.verify import verify as verify_folder  # noqa: PLC0415
    from evalkit.facts.findings import findings_text  # noqa: PLC0415

    findings = verify_folder(reports)
    typer.echo(findings_text(findings))
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(VERIFY_DIFFERENCE)


@app.command()
def lab(
    workspace: WorkspaceArgument = Path(DEFAULT_WORKSPACE),
    *,
    audience: Annotated[Audience, typer.Option(help="Whose figures the notebooks open.")] = Audience.public,
    scheme: Annotated[
        str | None, typer.Option(help="The boundary set; the workspace's own where left out.")
    ] = None,
    lang: Annotated[
        str, typer.Option(help="The language of results; the workspace's first one where left out.")
    ] = "",
    no_browser: Annotated[
        bool,
        typer.Option(
            "--no-browser", help="Start the server without opening a browser; its address is printed."
        ),
    ] = False,
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare",
            help="Only make the figures that notebooks open, and print their folder; start nothing.",
        ),
    ] = False,
) -> None:
    """Open JupyterLab on a workspace's protected figures."""
    settings = _workspace(workspace)
    from evalkit.workbench.lab import LabOptions, open_lab, prepare_lab  # noqa: PLC0415

    language = _languages(lang, settings)[0] if lang else ""
    options = LabOptions(audience.value, scheme, language, browser=not no_browser)
    if prepare:
        typer.echo(prepare_lab(settings, options, tell=_told_aside))
        return
    raise typer.Exit(open_lab(settings, options, tell=_told_aside))


@kernel_app.command("install")
def kernel_install(
    user: Annotated[bool, typer.Option("--user", help="For this user.")] = False,
    sys_prefix: Annotated[
        bool, typer.Option("--sys-prefix", help="In this environment (the default).")
    ] = False,
    prefix: Annotated[Path | None, typer.Option(help="Under another prefix.")] = None,
) -> None:
    """Make the kernel known to any JupyterLab."""
    from evalkit.workbench.kernelspec import chosen_prefix, install_kernel  # noqa: PLC0415

    place = chosen_prefix(user=user, sys_prefix=sys_prefix, prefix=prefix)
    typer.echo(shown(worded("kernel evalkit installed in {folder}", folder=install_kernel(place))))


@kernel_app.command("remove")
def kernel_remove(
    user: Annotated[bool, typer.Option("--user", help="For this user.")] = False,
    sys_prefix: Annotated[
        bool, typer.Option("--sys-prefix", help="In this environment (the default).")
    ] = False,
    prefix: Annotated[Path | None, typer.Option(help="Under another prefix.")] = None,
) -> None:
    """Take the kernel away again."""
    from evalkit.workbench.kernelspec import chosen_prefix, remove_kernel  # noqa: PLC0415

    place = chosen_prefix(user=user, sys_prefix=sys_prefix, prefix=prefix)
    typer.echo(shown(worded("kernel evalkit removed from {folder}", folder=remove_kernel(place))))


def main() -> None:
    """Run the command line; an error of our own is told without any value."""
    signal.signal(signal.SIGTERM, _interrupt)
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    try:
        app(prog_name="evalkit")
    except Exception as fault:
        if os.environ.get("EVALKIT_TRACEBACK"):
            raise
        with told_in(language_of(os.environ)):
            typer.echo(own_error(fault), err=True)
        sys.exit(OWN_ERROR)


def own_error(fault: Exception) -> str:
    """Return an unexpected error as kind and places, without its message: messages of libraries quote values."""
    places = [
        worded(
            "  in     {place}",
            place=placed(
                f"{Path(frame.filename).parent.name}/{Path(frame.filename).name}, line {frame.lineno}, {frame.name}"
            ),
        )
        for frame in traceback.extract_tb(fault.__traceback__)
    ]
    lines = [worded("evalkit stopped at an error of its own: {kind}", kind=type(fault).__name__), *places]
    remedy = worded(
        "  do     report these lines: they hold no figure. EVALKIT_TRACEBACK=1 shows everything, figures included"
    )
    return "\n".join(map(shown, [*lines, remedy]))


def _interrupt(_number: int, _frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def _pairs(texts: list[str]) -> tuple[tuple[str, str], ...]:
    """Return names and values of parameters, each named once."""
    pairs = tuple(_pair(text) for text in texts)
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SettingsError(
            where=f"-p {twice}",
            rule=worded("the parameter is given twice"),
            do=worded("give it once; several values of a list stand together, separated by commas"),
        )
    return pairs


def _pair(text: str) -> tuple[str, str]:
    """Return name and value of a parameter."""
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise SettingsError(
            where=f"-p {text}",
            rule=worded("a parameter has a name and a value"),
            do=worded("write -p NAME VALUE"),
        )
    return name, value


def _languages(wanted: str, workspace: Workspace) -> tuple[str, ...]:
    """Return the languages asked for: those of the workspace, or one of them."""
    if wanted in ("both", "all"):
        return workspace.languages
    if wanted not in workspace.languages:
        known = ", ".join([*workspace.languages, "both"])
        raise typer.BadParameter(f"{wanted!r} is not one of {known}", param_hint="--lang")
    return (wanted,)


def _told_aside(text: str) -> None:
    """Say what is being done, in the reader's language, beside what is printed for others to take up."""
    typer.echo(shown(text), err=True)


def _workspace(folder: Path) -> Workspace:
    """Open a workspace."""
    from evalkit.workspace import open_workspace  # noqa: PLC0415

    return open_workspace(_folder(folder))


def _folder(folder: Path) -> Path:
    """Return a workspace's folder; "." and ".." are given the folder's real name, which names the reports."""
    if not folder.is_dir():
        raise SettingsError(
            where=str(folder),
            rule=worded("the workspace's folder must exist"),
            do=worded("give the folder of a workspace"),
        )
    return folder if folder.name not in ("", "..") else folder.resolve()
