# SPDX-License-Identifier: GPL-2.0
"""A plot of what packets cost, as SVG: a bar for each path, in groups by where
packets come from and how long they are."""

WIDTH, HEIGHT = 840, 400
LEFT, RIGHT, TOP, BOTTOM = 40, 20, 64, 60
SIZES = (64, 1300)
SOURCES = {"local": "sent locally", "forwarded": "forwarded",
           "card": "forwarded, 64 B in front"}
BARS = {"ip_gre": "#9aa5b1", "pptp.ko": "#d9822b", "pptp-mux": "#1f6feb"}
FONT = 'font-family="sans-serif"'


def text(x, y, what, size=12, anchor="middle", fill="#24292f"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" '
            f'text-anchor="{anchor}" fill="{fill}">{what}</text>')


def rectangle(x, y, width, height, fill):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
            f'fill="{fill}"/>')


def line(y, fill):
    return f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{fill}"/>'


def step_of(most):
    """Of the scale: 1, 2 or 5 times a power of ten, five lines or so"""
    power = 10 ** (len(str(int(most / 5))) - 1)
    return next(power * n for n in (1, 2, 5, 10) if power * n >= most / 5)


def scale(most, step, height):
    parts = []
    for value in range(0, int(most) + 1, step):
        y = TOP + height * (1 - value / most)
        parts += [line(y, "#d0d7de"), text(LEFT - 8, y + 4, f"{value // 1000}", anchor="end")]
    return parts


def legend():
    parts, x = [], LEFT
    for path, color in BARS.items():
        parts += [rectangle(x, 36, 12, 12, color), text(x + 18, 46, path, anchor="start")]
        x += 100
    return parts


def group(found, index, count, source, size, most, height):
    width = (WIDTH - LEFT - RIGHT) / count
    bar = width * 0.8 / len(BARS)
    x = LEFT + index * width + width * 0.1
    parts = []
    for path, color in BARS.items():
        packet = found.packet(path, "", source, size)
        if packet:
            tall = height * max(packet["cost"], 0) / most
            parts += [rectangle(x, TOP + height - tall, bar - 3, tall, color),
                      text(x + bar / 2 - 1.5, TOP + height - tall - 4,
                           f"{packet['cost'] / 1000:.1f}", 10)]
        x += bar
    middle = LEFT + (index + 0.5) * width
    parts.append(text(middle, TOP + height + 18, f"{size} B"))
    return parts


def svg(found):
    groups = [(source, size) for source in SOURCES for size in SIZES]
    costs = [found.packet(path, "", *where)["cost"] for path in BARS for where in groups
             if found.packet(path, "", *where)]
    height = HEIGHT - TOP - BOTTOM
    step = step_of(max(costs))
    most = -(-max(costs) * 1.05 // step) * step
    about = found.about()
    parts = [rectangle(0, 0, WIDTH, HEIGHT, "#ffffff"),
             text(LEFT, 22, f"What a packet costs above the bare path: thousand "
                  f"{about['unit']}, both ends (Linux {about['kernel']})", 14, "start")]
    parts += scale(most, step, height) + legend()
    for index, where in enumerate(groups):
        parts += group(found, index, len(groups), *where, most, height)
    for index, name in enumerate(SOURCES.values()):
        x = LEFT + (index + 0.5) * (WIDTH - LEFT - RIGHT) / len(SOURCES)
        parts.append(text(x, HEIGHT - 18, name, 13))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n' +
            "\n".join(parts) + "\n</svg>\n")
