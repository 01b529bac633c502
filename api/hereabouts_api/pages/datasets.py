"""The page of datasets: what else is in the store, whose it is, how new, and how much of it is about places here."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hereabouts_api.access import Caller, needs
from hereabouts_api.cursors import Cursor, Name
from hereabouts_api.dataset_models import DatasetItem
from hereabouts_api.pages.templates import render
from hereabouts_api.pages.words import counted
from hereabouts_platform.store.dataset_list import list_datasets
from hereabouts_schemas.access import Action, Resource

router = APIRouter(include_in_schema=False)

DATASETS_A_PAGE = 50
CURSOR = Cursor("datasets page", tuple[Name])


@router.get("/datasets", response_class=HTMLResponse)
def datasets_page(caller: Annotated[Caller, needs(Action.READ, Resource.DATASETS)], cursor: str | None = None) -> str:
    """Every dataset in order of name, fifty a page; none of their rows."""
    (after,) = CURSOR.read(cursor) or (None,)
    found = list_datasets(caller.connection, after=after, most=DATASETS_A_PAGE + 1)
    items = [DatasetItem.model_validate(row) for row in found[:DATASETS_A_PAGE]]
    return render(
        "datasets.html",
        signed_in=caller.principal,
        cards=[(item, _say_places(item)) for item in items],
        first_page=after is None,
        next=CURSOR.write((items[-1].name,)) if len(found) > DATASETS_A_PAGE else None,
    )


def _say_places(item: DatasetItem) -> str:
    """How much of it is about places known here.

    Example: "1,200 rows; 1,150 of them are about places known here."
    """
    rows = counted(item.rows, "row", "rows")
    if item.rows == item.linked:
        return f"{rows}, all about places known here." if item.rows else "No rows."
    known = f"{item.linked:,} of them" if item.linked else "none of them"
    return f"{rows}; {known} {'is' if item.linked == 1 else 'are'} about places known here."
