"""All scenes, in the order in which they are played."""

from collections.abc import AsyncIterator, Callable, Mapping

from browser import live, motion, pages
from browser.figures import Figure
from browser.stage import Stage

Scene = Callable[[Stage], AsyncIterator[Figure]]

SCENES: Mapping[str, Scene] = {
    "home": pages.home,
    "runs": pages.runs,
    "graph": pages.graph,
    "grid": pages.grid,
    "pan": motion.pan,
    "timeline": motion.timeline,
    "live": live.live,
}
