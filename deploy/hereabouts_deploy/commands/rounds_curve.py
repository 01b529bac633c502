"""`hereabouts rounds curve`: the table of simulated years that were kept, and their curve."""

from pathlib import Path
from typing import Annotated

import typer

from hereabouts_deploy.waste_simulation.curve import svg
from hereabouts_deploy.waste_simulation.table import markdown
from hereabouts_deploy.waste_simulation.years import years_of
from hereabouts_schemas.errors import InputError


def curve(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="What `simulate --out` wrote.")],
    picture: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Draws the curve there.")] = None,
) -> None:
    """Print the table of simulated years that were kept, of seeds that every policy went through, and draw them."""
    towns = {str(kind): policies for kind, policies in years_of(file).items()}
    if not towns:
        raise InputError("FILE", str(file), "No year in it has been through every policy yet.")
    if picture is not None:
        picture.write_text(svg(towns), encoding="utf-8")
    typer.echo("\n".join(markdown(town, policies) for town, policies in towns.items()), nl=False)
