"""Kilometres against overflow as an SVG: panels with a dial's settings as a line, and what it is held against."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 330, 52, 14, 34, 44
STEPS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
OTHER_COLOUR, DIAL_COLOUR = "#6b6b6b", "#1d4f91"
ROOM, LEAST = 1.08, 0.1  # beyond the farthest point; an axis is never shorter
LETTER, LINE, DOWN = 6.2, 12, (-5, 13, -17, 25, -29, 37, -41)  # what names take, and where they may stand
Point = tuple[float, float, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """Where a panel's overflow (per cent) and kilometres lie on the page; points are overflow, kilometres and name.

    Attributes:
        named: names that stand in it: left end, base line and right end.
    """

    top: int
    most_over: float
    most_km: float
    named: list[tuple[float, float, float]] = field(default_factory=list)

    def x(self, over: float) -> float:
        """Of an overflow."""
        return round(LEFT + over / self.most_over * (WIDTH - LEFT - RIGHT), 1)

    def y(self, km: float) -> float:
        """Of kilometres."""
        return round(self.top + TOP + (1 - km / self.most_km) * (HEIGHT - TOP - BOTTOM), 1)

    def line(self, points: Sequence[tuple[float, float]]) -> str:
        """Overflow and kilometres as the points of a polyline."""
        return " ".join(f"{self.x(over):g},{self.y(km):g}" for over, km in points)

    def dial(self, points: Sequence[Point]) -> list[str]:
        """The settings of a dial, as a line."""
        path = self.line([(over, km) for over, km, _ in sorted(points)])
        drawn = [f'<polyline points="{path}" fill="none" stroke="{DIAL_COLOUR}" stroke-width="2"/>']
        return drawn + [self.point(one, DIAL_COLOUR) for one in sorted(points)]

    def point(self, one: Point, colour: str) -> str:
        """One point with its name."""
        over, km, name = one
        x, y = self.x(over), self.y(km)
        at, base, anchor = self._beside(x, y, LETTER * len(name))
        text = f'<text x="{at:g}" y="{base:g}" text-anchor="{anchor}" fill="{colour}">{escape(name)}</text>'
        return f'<circle cx="{x:g}" cy="{y:g}" r="3.5" fill="{colour}"/>{text}'

    def _beside(self, x: float, y: float, wide: float) -> tuple[float, float, str]:
        """Where a name stands beside its point: clear of the frame, and of the names before it where there is room."""
        spots = [(x + side * 6, y + down, side) for down in DOWN for side in (1, -1)]
        boxes = {(min(at, at + side * wide), base): (at, base, side) for at, base, side in spots}
        inside = [(left, base) for left, base in boxes if left >= LEFT and left + wide <= WIDTH]
        free = (box for box in inside if not any(_touch(box, wide, other) for other in self.named))
        left, base = next(free, inside[0])
        self.named.append((left, base, left + wide))
        at, base, side = boxes[left, base]
        return round(at, 1), round(base, 1), "start" if side > 0 else "end"

    def frame(self, title: str) -> list[str]:
        """Its title and its axes."""
        left, right, low = LEFT, WIDTH - RIGHT, self.y(0)
        drawn = [f'<text x="{LEFT}" y="{self.top + 18}" font-size="14" font-weight="bold">{escape(title)}</text>']
        drawn.append(f'<path d="M{left} {self.y(self.most_km):g}V{low:g}H{right}" fill="none" stroke="#333333"/>')
        drawn += [
            f'<path d="M{left} {self.y(km):g}H{right}" stroke="#e4e4e4"/>'
            f'<text x="{left - 6}" y="{self.y(km) + 4:g}" text-anchor="end">{km:g}</text>'
            for km in _ticks(self.most_km)
        ]
        drawn += [
            f'<text x="{self.x(over):g}" y="{low + 15:g}" text-anchor="middle">{over:g}</text>'
            for over in _ticks(self.most_over)
        ]
        drawn.append(f'<text x="{right}" y="{low + 32:g}" text-anchor="end">overflow, % of bin-days</text>')
        drawn.append(f'<text x="{left - 40}" y="{self.top + TOP - 4}">km/day</text>')
        return drawn


def _touch(box: tuple[float, float], wide: float, other: tuple[float, float, float]) -> bool:
    left, base, right = other
    return abs(box[1] - base) < LINE and box[0] < right and left < box[0] + wide


def panel_of(top: int, points: Sequence[Point]) -> Panel:
    """A panel that holds all of these points."""
    over, km = max(one[0] for one in points), max(one[1] for one in points)
    return Panel(top=top, most_over=max(over * ROOM, LEAST), most_km=max(km * ROOM, LEAST))


def picture(panels: Sequence[str], title: str, described: str) -> str:
    """Panels below each other; `described` is what they show, for who cannot see them."""
    height = HEIGHT * len(panels)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
            ' font-family="sans-serif" font-size="11">',
            f"<title>{escape(title)}</title>",
            f"<desc>{escape(described)}</desc>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *panels,
            "</svg>\n",
        ]
    )


def _ticks(most: float) -> list[float]:
    step = next((one for one in STEPS if most / one <= 7), STEPS[-1])
    return [round(step * k, 2) for k in range(int(most / step) + 1)]
