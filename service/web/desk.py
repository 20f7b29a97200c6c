"""How an endpoint reaches what the doors share."""

from typing import Annotated

from fastapi import Depends, Request

from service.desk import Desk


def _desk(request: Request) -> Desk:
    return request.app.state.desk


DeskOf = Annotated[Desk, Depends(_desk)]
