"""The book's equations a second time, by other means than the library's: what judges it.

Plain Python numbers in loops, `math`, and sums that lose nothing (`math.fsum`); optimizers as sums
over all gradients so far instead of a memory; gradients as differences of the function itself.
Rows are lists of numbers, a batch is a list of rows.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Row = Sequence[float]
Rows = Sequence[Row]


def slope(
    function: Callable[[], float], array: np.ndarray, *, step: float = 1e-4
) -> np.ndarray:
    """Return d function() / d array, from the function at four places around each number.

    array: float64, moved in place and put back. The error is of order step^4.
    """
    gradient = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        values = []
        for steps in (-2, -1, 1, 2):
            array[index] = kept + steps * step
            values.append(function())
        array[index] = kept
        far, near = values[3] - values[0], values[2] - values[1]
        gradient[index] = (8 * near - far) / (12 * step)
    return gradient


def dense(inputs: Rows, weights: Rows, biases: Row) -> list[list[float]]:
    """Return each sample's weighted sums: inputs (batch, i), weights (i, j), biases (j,)."""
    columns = list(zip(*weights, strict=True))
    return [
        [
            math.fsum([*(x * w for x, w in zip(row, column, strict=True)), bias])
            for column, bias in zip(columns, biases, strict=True)
        ]
        for row in inputs
    ]


# Pictures are lists of rows of pixels, and a pixel is a list of channels.
Pictures = Sequence[Sequence[Rows]]


def convolution(
    pictures: Pictures, weights: Pictures, biases: Row, stride: int, padding: int
) -> list[list[list[list[float]]]]:
    """Return each window's sums: weights (i, j, channel, output); outside the picture is 0."""
    size = len(weights)
    return [
        [
            [
                [
                    math.fsum(
                        [biases[o]]
                        + [
                            picture[y + i][x + j][c] * weights[i][j][c][o]
                            for i in range(size)
                            for j in range(size)
                            if 0 <= y + i < len(picture)
                            and 0 <= x + j < len(picture[0])
                            for c in range(len(weights[0][0]))
                        ]
                    )
                    for o in range(len(biases))
                ]
                for x in range(-padding, len(picture[0]) + padding - size + 1, stride)
            ]
            for y in range(-padding, len(picture) + padding - size + 1, stride)
        ]
        for picture in pictures
    ]


def painted(
    pictures: Pictures, weights: Pictures, biases: Row, stride: int, padding: int
) -> list[list[list[list[float]]]]:
    """Return what pixels paint, each its kernel (i, j, output, channel), less a frame of padding."""
    size, results = len(weights), []
    for picture in pictures:
        height = (len(picture) - 1) * stride + size
        width = (len(picture[0]) - 1) * stride + size
        terms = [
            [[[bias] for bias in biases] for _ in range(width)] for _ in range(height)
        ]
        for y, row in enumerate(picture):
            for x, pixel in enumerate(row):
                for i in range(size):
                    for j in range(size):
                        for o in range(len(biases)):
                            place = terms[y * stride + i][x * stride + j][o]
                            place += [
                                p * w
                                for p, w in zip(pixel, weights[i][j][o], strict=True)
                            ]
        inside = [
            row[padding : width - padding] for row in terms[padding : height - padding]
        ]
        results.append(
            [[[math.fsum(o) for o in place] for place in row] for row in inside]
        )
    return results


def largest(
    pictures: Pictures, size: int, stride: int
) -> list[list[list[list[float]]]]:
    """Return the largest number of each window, channel by channel."""
    return [
        [
            [
                [
                    max(
                        picture[y + i][x + j][c]
                        for i in range(size)
                        for j in range(size)
                    )
                    for c in range(len(picture[0][0]))
                ]
                for x in range(0, len(picture[0]) - size + 1, stride)
            ]
            for y in range(0, len(picture) - size + 1, stride)
        ]
        for picture in pictures
    ]


def relu(inputs: Rows) -> list[list[float]]:
    """Return what is positive, and 0 for the rest."""
    return [[x if x > 0 else 0.0 for x in row] for row in inputs]


def sigmoid(inputs: Rows) -> list[list[float]]:
    """Return e^x / (e^x + 1) of each number, for numbers of moderate size."""
    return [[math.exp(x) / (math.exp(x) + 1) for x in row] for row in inputs]


def tanh(inputs: Rows) -> list[list[float]]:
    """Return (e^x - e^-x) / (e^x + e^-x) of each number, as 1 - 2 / (e^2x + 1)."""
    return [[1 - 2 / (math.exp(2 * x) + 1) for x in row] for row in inputs]


def softmax(logits: Rows) -> list[list[float]]:
    """Return each number's share of its row's powers of e, for numbers of moderate size."""
    totals = [math.fsum(math.exp(z) for z in row) for row in logits]
    return [
        [math.exp(z) / total for z in row]
        for row, total in zip(logits, totals, strict=True)
    ]


def categorical(predictions: Rows, labels: Sequence[int]) -> list[float]:
    """Return the surprise at each sample's true class, in nats."""
    return [
        math.log(1 / row[label]) for row, label in zip(predictions, labels, strict=True)
    ]


def binary(predictions: Rows, targets: Rows) -> list[float]:
    """Return each sample's mean surprise over its outputs; targets may lie between 0 and 1."""
    return [
        math.fsum(
            t * math.log(1 / p) + (1 - t) * math.log(1 / (1 - p))
            for p, t in zip(row, wanted, strict=True)
        )
        / len(row)
        for row, wanted in zip(predictions, targets, strict=True)
    ]


def penalty(numbers: Row, l1: float, l2: float) -> float:
    """Return l1 for each unit of size, and l2 for each unit of square, of all numbers."""
    return math.fsum(l1 * abs(x) + l2 * x**2 for x in numbers)


def mean(numbers: Row) -> float:
    """Return the mean of the numbers."""
    return math.fsum(numbers) / len(numbers)


def deviation(numbers: Row) -> float:
    """Return the standard deviation of all the numbers there are: no sample of more."""
    middle = mean(numbers)
    return math.hypot(*(x - middle for x in numbers)) / math.sqrt(len(numbers))


def mean_error(predictions: Rows, targets: Rows, *, power: int) -> list[float]:
    """Return each sample's mean, over its outputs, of the error's size to that power."""
    return [
        mean([abs(t - p) ** power for p, t in zip(row, wanted, strict=True)])
        for row, wanted in zip(predictions, targets, strict=True)
    ]


def squares(predictions: Rows, targets: Rows) -> list[list[float]]:
    """Return the square of every error."""
    return [
        [(t - p) ** 2 for p, t in zip(row, wanted, strict=True)]
        for row, wanted in zip(predictions, targets, strict=True)
    ]


def reduced(rows: Rows, reduction: str) -> Any:
    """Return the "mean" of all numbers, their "sum", or with "none" the rows themselves."""
    numbers = [number for row in rows for number in row]
    return {"none": rows, "sum": math.fsum(numbers), "mean": mean(numbers)}[reduction]


def sine(samples: int) -> list[list[float]]:
    """Return x, evenly from 0 to 1, and the sine of so many turns, in rows."""
    steps = samples - 1
    return [[k / steps, math.sin(math.tau * (k / steps))] for k in range(samples)]


def rates(steps: int, learning_rate: float, decay: float) -> list[float]:
    """Return the rate of each step: learning_rate / (1 + decay * t), t from 0."""
    return [learning_rate / (1 + decay * t) for t in range(steps)]


def faded(numbers: Row, share: float) -> float:
    """Return the sum of the numbers, each times `share` for every number that came after it."""
    last = len(numbers) - 1
    return math.fsum(share ** (last - k) * number for k, number in enumerate(numbers))


def sgd(gradients: Row, rates: Row, *, momentum: float = 0.0) -> float:
    """Return how far a parameter goes: every old step is taken again, faded by momentum."""
    steps = [-rate * g for rate, g in zip(rates, gradients, strict=True)]
    return math.fsum(faded(steps[: t + 1], momentum) for t in range(len(steps)))


def adagrad(gradients: Row, rates: Row, *, epsilon: float) -> float:
    """Return how far a parameter goes by steps over the root of all squares so far."""
    return -math.fsum(
        rate * gradients[t] / (math.hypot(*gradients[: t + 1]) + epsilon)
        for t, rate in enumerate(rates)
    )


def rmsprop(gradients: Row, rates: Row, *, epsilon: float, rho: float) -> float:
    """Return how far a parameter goes by steps over the root of the fading mean of squares."""
    squares = [g**2 for g in gradients]
    roots = [
        math.sqrt((1 - rho) * faded(squares[: t + 1], rho)) for t in range(len(rates))
    ]
    return -math.fsum(
        rate * g / (root + epsilon)
        for rate, g, root in zip(rates, gradients, roots, strict=True)
    )


def adam(
    gradients: Row, rates: Row, *, epsilon: float, beta_1: float, beta_2: float
) -> float:
    """Return how far a parameter goes by Adam."""
    chosen = {"epsilon": epsilon, "beta_1": beta_1, "beta_2": beta_2}
    return math.fsum(adam_moves(gradients, rates, **chosen))


def adam_moves(
    gradients: Row, rates: Row, *, epsilon: float, beta_1: float, beta_2: float
) -> list[float]:
    """Return each of Adam's moves.

    The corrected mean is a weighted one: its weights, beta^0, beta^1, ..., divided by their sum.
    """
    moves = []
    for t, rate in enumerate(rates):
        past, ones = gradients[: t + 1], [1.0] * (t + 1)
        mean = faded(past, beta_1) / faded(ones, beta_1)
        square = faded([g**2 for g in past], beta_2) / faded(ones, beta_2)
        moves.append(-rate * mean / (math.sqrt(square) + epsilon))
    return moves


def adamw(
    gradients: Row, rates: Row, *, weight_decay: float, **settings: float
) -> float:
    """Return how far a parameter goes by AdamW: each of Adam's moves decays in all later steps."""
    moves = adam_moves(gradients, rates, **settings)
    kept = [1 - rate * weight_decay for rate in rates]
    return math.fsum(move * math.prod(kept[t + 1 :]) for t, move in enumerate(moves))


def nesterov(gradients: Row, rates: Row, *, momentum: float) -> float:
    """Return how far a parameter goes where each step is taken with the next one's share of it."""
    steps = [-rate * g for rate, g in zip(rates, gradients, strict=True)]
    return math.fsum(
        momentum * faded(steps[: t + 1], momentum) + steps[t] for t in range(len(steps))
    )


def radam(
    gradients: Row, rates: Row, *, epsilon: float, beta_1: float, beta_2: float
) -> float:
    """Return how far a parameter goes by RAdam: Adam's moves, each by how much it is trusted."""
    chosen = {"epsilon": epsilon, "beta_1": beta_1, "beta_2": beta_2}
    whole = (1 + beta_2) / (1 - beta_2)
    moves = []
    for t, move in enumerate(adam_moves(gradients, rates, **chosen)):
        share = beta_2 ** (t + 1)
        squares = whole - 2 * (t + 1) * share / (1 - share)
        if squares > 5:
            now, last = (
                (n - 4) * (n - 2) / n for n in (squares, whole)
            )  # both grow towards n
            moves.append(move * math.sqrt(now / last))
        else:
            past = gradients[: t + 1]
            mean = faded(past, beta_1) / faded([1.0] * (t + 1), beta_1)
            moves.append(-rates[t] * mean)
    return math.fsum(moves)


def batch_norm(
    column: Row,
    running_mean: float,
    running_variance: float,
    scale: float,
    shift: float,
    *,
    epsilon: float,
    momentum: float,
) -> tuple[list[float], float, float]:
    """Return one feature of all samples, normalized, and its two running numbers after that.

    A momentum of 1 keeps the running numbers, and then they are what counts.
    """
    middle, spread = running_mean, running_variance
    if momentum < 1:
        middle, spread = mean(column), deviation(column) ** 2
        many = len(column)
        running_mean += (1 - momentum) * (middle - running_mean)
        unbiased = spread * many / (many - 1)
        running_variance += (1 - momentum) * (unbiased - running_variance)
    outputs = [
        scale * (x - middle) / math.sqrt(spread + epsilon) + shift for x in column
    ]
    return outputs, running_mean, running_variance


def leaky_relu(inputs: Rows, slope: float) -> list[list[float]]:
    """Return what is positive, and a share of the rest."""
    return [[x if x > 0 else slope * x for x in row] for row in inputs]


def softplus(inputs: Rows) -> list[list[float]]:
    """Return ln(1 + e^x) of each number, for numbers of moderate size."""
    return [[math.log1p(math.exp(x)) for x in row] for row in inputs]


def huber(predictions: Rows, targets: Rows, delta: float) -> list[float]:
    """Return each sample's mean of half a square, or beyond delta of a line."""
    return [
        mean(
            [
                (t - p) ** 2 / 2
                if abs(t - p) <= delta
                else delta * abs(t - p) - delta**2 / 2
                for p, t in zip(row, wanted, strict=True)
            ]
        )
        for row, wanted in zip(predictions, targets, strict=True)
    ]


def decaying(
    count: int, rate: float, steps: int, factor: float, *, whole: bool
) -> list[float]:
    """Return the rates of `count` steps: times factor in every `steps`, at once or by and by."""
    parts = [t // steps if whole else t / steps for t in range(count)]
    return [rate * math.exp(part * math.log(factor)) for part in parts]


def cosine(count: int, rate: float, steps: int, end: float) -> list[float]:
    """Return the rates of `count` steps along the square of a quarter of a cosine, then `end`."""
    angles = [math.pi / 2 * min(t / steps, 1) for t in range(count)]
    return [end + (rate - end) * math.cos(angle) ** 2 for angle in angles]


def warmed(rates: Row, steps: int) -> list[float]:
    """Return as many rates: first a line up to the first of them, then they from the first on."""
    line = [rates[0] * (t + 1) / steps for t in range(steps)]
    return [*line, *rates][: len(rates)]
