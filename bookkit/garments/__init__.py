"""Pictures of garments, drawn by ourselves, in the format of Fashion-MNIST."""

from collections.abc import Callable

import numpy as np

from bookkit.garments.bags import bag
from bookkit.garments.canvas import Canvas
from bookkit.garments.clothes import coat, dress, pullover, shirt, trouser, tshirt
from bookkit.garments.shoes import ankle_boot, sandal, sneaker

Draw = Callable[[Canvas, np.random.Generator], None]

# The classes of Fashion-MNIST (Xiao, Rasul and Vollgraf 2017); the label is the place.
CLASSES: dict[str, Draw] = {
    "T-shirt/top": tshirt,
    "Trouser": trouser,
    "Pullover": pullover,
    "Dress": dress,
    "Coat": coat,
    "Sandal": sandal,
    "Shirt": shirt,
    "Sneaker": sneaker,
    "Bag": bag,
    "Ankle boot": ankle_boot,
}
# Between two grey levels, so there are 16: fine enough, and small when packed.
STEP = 17


def draw_garments(
    per_class: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return images, (n, 28, 28), and labels, (n,), both uint8, in random order.

    Each class has per_class pictures: n is ten times that. 0 is black, 255 white.
    """
    labels = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), per_class))
    draw = list(CLASSES.values())
    images = [_picture(draw[label], rng) for label in labels]
    return np.array(images, dtype=np.uint8).reshape(-1, 28, 28), labels


def _picture(draw: Draw, rng: np.random.Generator) -> np.ndarray:
    """Return one picture, (28, 28), uint8: noise is on the garment, the ground stays black."""
    canvas = Canvas(rng)
    draw(canvas, rng)
    grey = canvas.pixels()
    noise = rng.uniform(0, 0.06) * rng.uniform(-1, 1, grey.shape)
    grey = np.clip(grey * (1 + noise), 0, 1)
    return (np.round(grey * 255 / STEP) * STEP).astype(np.uint8)
