"""The commands `duizhao train` and `duizhao adapt`."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False)
FOLDER = click.Path(file_okay=False)


@click.command()
@click.argument("data", nargs=-1, required=True, type=FILE)
@click.option("--out", "folder", required=True, type=FOLDER, help="Folder of the run; the model lies in its `model`.")
@click.option("--minutes", type=float, default=0.0, help="How long to train; the rate falls to zero at the end.")
@click.option("--updates", type=int, default=0, help="How many updates to train, instead of --minutes.")
@click.option("--dev", multiple=True, type=FILE, help="TSV to measure on; one pair in a hundred is held out without.")
@click.option("--terms", default="", type=click.Path(), help="TSV of English terms and their Chinese.")
@click.option("--tokenizer", default="", type=click.Path(), help="SentencePiece model to use instead of a new one.")
@click.option(
    "--start", default="", type=click.Path(), help="Model folder to begin from, in its size and with its tokeniser."
)
@click.option("--deepen", type=(int, int), default=(0, 0), help="Encoder and decoder layers to add to --start.")
@click.option("--widen", type=int, default=0, help="Units to add to every feed-forward layer of --start.")
@click.option("--ranks", type=int, default=1, show_default=True, help="Processes; on CPU one for each core.")
@click.option("--pieces", type=int, default=10_000, show_default=True, help="Size of a new vocabulary.")
@click.option("--tokens", type=int, default=3000, show_default=True, help="Pieces a process sees in one update.")
@click.option("--rate", type=float, default=1e-3, show_default=True, help="Highest learning rate.")
@click.option("--layers", type=(int, int), default=(6, 2), show_default=True, help="Encoder and decoder layers.")
@click.option("--width", type=int, default=256, show_default=True, help="Width of the network.")
@click.option("--heads", type=int, default=4, show_default=True, help="Attention heads.")
@click.option("--dropout", type=float, default=0.0, show_default=True, help="Share of values left out while training.")
@click.option("--notes", default="", type=click.Path(), help="Markdown to put into the model card.")
def train(
    data: tuple[str, ...],
    folder: str,
    minutes: float,
    updates: int,
    dev: tuple[str, ...],
    terms: str,
    tokenizer: str,
    start: str,
    deepen: tuple[int, int],
    widen: int,
    ranks: int,
    pieces: int,
    tokens: int,
    rate: float,
    layers: tuple[int, int],
    width: int,
    heads: int,
    dropout: float,
    notes: str,
) -> None:
    """Train a model from TSV, TSV.XZ or TMX files; the same call again goes on where it was cut."""
    from pipeline.training.settings import Settings, Shape

    if bool(minutes) == bool(updates):
        raise click.UsageError("give either --minutes or --updates")
    if (any(deepen) or widen) and not start:
        raise click.UsageError("--deepen and --widen enlarge the model of --start: name one")
    run_training(
        Settings(
            data=data,
            folder=folder,
            dev=dev,
            terms=terms,
            tokenizer=tokenizer,
            start=start,
            deepen=deepen,
            widen=widen,
            pieces=pieces,
            shape=Shape(*layers, width, 4 * width, heads),
            minutes=minutes,
            updates=updates,
            tokens=tokens,
            rate=rate,
            dropout=dropout,
            ranks=ranks,
            notes=notes,
            hold_out=0 if dev else 100,
        )
    )


def run_training(settings: object) -> None:
    """Train with a progress bar and say where the model lies."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline.training.settings import Settings
    from pipeline.training.train import train as train_model

    if not isinstance(settings, Settings):
        raise TypeError("not the settings of a training")
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("reading", total=60 * settings.minutes or settings.updates)

        def watch(line: dict[str, float]) -> None:
            text = f"update {line['update']:.0f}  loss {line['loss']:.3f}  {line['tokens_per_second']:.0f} pieces/s"
            progress.update(task, description=text, completed=line["seconds" if settings.minutes else "update"])

        out = train_model(settings, watch)
    click.echo(f"{out}: model; figures in {out / 'MODEL_CARD.md'}")


@click.command()
@click.argument("memory", nargs=-1, required=True, type=FILE)
@click.option("--out", "folder", required=True, type=FOLDER, help="Folder for the adapted model.")
@click.option("--model", default="", type=click.Path(), help="Marian folder to go on from; the shipped one without.")
@click.option("--mix", multiple=True, type=FILE, help="General pairs, or English text (.txt, .md), to mix in.")
@click.option("--test", multiple=True, type=FILE, help="TSV or TMX of a further set to measure before and after.")
def adapt(memory: tuple[str, ...], folder: str, model: str, mix: tuple[str, ...], test: tuple[str, ...]) -> None:
    """Go on from the shipped model with approved segments (TSV or TMX) and show what it changed."""
    from pipeline.training.adapt import Adaptation, change_table
    from pipeline.training.adapt import adapt as adapt_model

    shipped = str(Path(__file__).parents[1] / "embedded")
    settings = Adaptation(data=memory, model=model or shipped, folder=folder, mix=mix, test=test)
    changes = adapt_model(settings, say_epoch)
    click.echo(change_table(changes), nl=False)


def say_epoch(epoch: int, loss: float) -> None:
    """Print one epoch's held-out loss to the error stream."""
    click.echo(f"epoch {epoch}: held-out loss {loss:.3f}" if epoch else f"as shipped: {loss:.3f}", err=True)
