"""The theme's icons as a font of a few kilobytes, cut out of the 156 KB one that the theme ships."""

from pathlib import Path

from fontTools import subset

# The icons of the theme's buttons, arrows and admonitions, by their Font Awesome names.
# One that is missing here still shows: the browser then loads the theme's whole font, and a test notices.
ICONS = {
    "angle-down": 0xF107,
    "angle-left": 0xF104,
    "angle-right": 0xF105,
    "arrow-up": 0xF062,
    "bars": 0xF0C9,
    "bell": 0xF0F3,
    "bolt": 0xF0E7,
    "bug": 0xF188,
    "check": 0xF00C,
    "chevron-down": 0xF078,
    "chevron-right": 0xF054,
    "chevron-up": 0xF077,
    "circle-check": 0xF058,
    "circle-exclamation": 0xF06A,
    "circle-half-stroke": 0xF042,
    "circle-info": 0xF05A,
    "circle-xmark": 0xF057,
    "code": 0xF121,
    "download": 0xF019,
    "expand": 0xF065,
    "file": 0xF15B,
    "file-pdf": 0xF1C1,
    "hashtag": 0x23,
    "lightbulb": 0xF0EB,
    "link": 0xF0C1,
    "list": 0xF03A,
    "magnifying-glass": 0xF002,
    "magnifying-glass-minus": 0xF010,
    "moon": 0xF186,
    "outdent": 0xF03B,
    "pencil": 0xF303,
    "rocket": 0xF135,
    "sun": 0xF185,
    "thumbtack": 0xF08D,
    "triangle-exclamation": 0xF071,
    "up-right-from-square": 0xF35D,
    "xmark": 0xF00D,
}


def write_icon_font(source: Path, target: Path) -> None:
    """Write the ICONS of the TrueType font `source` to `target`, a WOFF font."""
    options = subset.Options(flavor="woff", notdef_outline=False, layout_features=[])
    with subset.load_font(str(source), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=ICONS.values())
        cutter.subset(font)
        subset.save_font(font, str(target), options)
