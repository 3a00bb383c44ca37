"""The explorers on the website: one script and one style for all of them, and only the data in the page.

The script is one of the old kind, because a page that is read from a disk may not load modules.
"""

import json
import re
from pathlib import Path

from bookkit.explore.explorer import FRONT, HERE

SCRIPT = "explorers.js"
STYLE = "explorers.css"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = '<script type="application/vnd.jupyter.widget-view+json">'
EXPORT = "export default "
NO_SCRIPT = (
    "<noscript><p>Here is an explorer to play with. It needs JavaScript.</p></noscript>"
)


def write_files(static: Path) -> None:
    """Write the script, the host after the front-end, and the style into the site's static folder."""
    front, found = re.subn(f"^{EXPORT}", "return ", FRONT, flags=re.MULTILINE)
    if found != 1 or re.search(r"^(import|export) ", front, flags=re.MULTILINE):
        raise ValueError(
            f"The front-end must end with one `{EXPORT}...`, and import nothing."
        )
    host = (HERE / "front/host.js").read_text(encoding="utf-8")
    script = f"globalThis.explorer = (() => {{\n{front}}})();\n{host}"
    (static / SCRIPT).write_text(script, encoding="utf-8")
    style = (HERE / "explorer.css").read_text(encoding="utf-8")
    (static / STYLE).write_text(style, encoding="utf-8")


def slim(text: str) -> str:
    """Return the widgets' saved state with nothing but what the host reads."""
    saved = json.loads(text)
    saved["state"] = {
        name: {
            **model,
            "state": {
                key: value
                for key, value in model["state"].items()
                if not key.startswith("_") and key != "layout"
            },
        }
        for name, model in saved["state"].items()
        if model["model_name"] == "AnyModel"
    }
    slimmed = json.dumps(saved, ensure_ascii=False, separators=(",", ":"))
    return slimmed.replace("</", "<\\/")
