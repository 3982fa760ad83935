"""Every page of the hub, collected from the page files. The only list of them."""

from jiwar.web import (
    about,
    care,
    close,
    components,
    door,
    forum,
    founding,
    group,
    groups,
    home,
    inviting,
    joining,
    more,
    mykey,
    people,
    reports,
    rooms,
    safety,
    settings,
    talk,
)
from jiwar.web.app import At

ALL: tuple[At, ...] = (
    *door.ROUTES,
    *home.ROUTES,
    *talk.ROUTES,
    *forum.ROUTES,
    *rooms.ROUTES,
    *founding.ROUTES,
    *joining.ROUTES,
    *groups.ROUTES,
    *group.ROUTES,
    *people.ROUTES,
    *inviting.ROUTES,
    *care.ROUTES,
    *reports.ROUTES,
    *more.ROUTES,
    *mykey.ROUTES,
    *settings.ROUTES,
    *safety.ROUTES,
    *about.ROUTES,
    *close.ROUTES,
    *components.ROUTES,
)
"""What a hub serves. `components` answers in development only."""
