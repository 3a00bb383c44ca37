"""More wrong answers to the exercises of chapters 1 to 3, each with the hint that it should get."""

import copy

import numpy as np

import nnfs_lib as nn


def layer_of(weights, biases):
    """Return a Dense layer with these parameters."""
    layer = nn.Dense(*np.shape(weights))
    layer.weights[:], layer.biases[:] = weights, biases
    return layer


def in_lists(*, bias_first=True, restart=True, transposed=False, spoils=False):
    """Return exercise 1.3's forward, with what a reader may get wrong."""

    def forward(inputs, weights, biases):
        outputs = []
        total = 0.0
        for sample in inputs:
            row = []
            for j in range(len(biases)):
                if restart:
                    total = 0.0
                total += biases[j] if bias_first else 0.0
                for i, x in enumerate(sample):
                    total += x * (weights[j][i] if transposed else weights[i][j])
                    if spoils:
                        sample[i] = 0.0
                row.append(total)
            outputs.append(row)
        return outputs

    return forward


def merged(*, weights=None, biases=None):
    """Return exercise 1.5's merge with one of its formulas replaced."""

    def merge(first, second):
        new = nn.Dense(4, 3)
        new.weights[:] = (weights or (lambda a, b: a.weights @ b.weights))(
            first, second
        )
        new.biases[:] = (biases or (lambda a, b: a.biases @ b.weights + b.biases))(
            first, second
        )
        return new

    return merge


def leak_in_place(z, slope):
    z[z < 0] *= slope
    return z


def bends(*factors):
    """Return a sum of three bends at 0, 1 and 2."""
    return lambda x: sum(f * np.maximum(x - k, 0) for k, f in enumerate(factors))


def hat_in_place(x):
    x[(x < 0) | (x > 2)] = 0
    return np.where(x < 1, x, 2 - x) * (x > 0)


def xor_of(hidden, hidden_biases, output, bias=0.0):
    """Return a network for exercise 2.5."""
    return lambda: (layer_of(hidden, hidden_biases), layer_of(output, bias))


def rows_of(labels, classes):
    rows = np.zeros((len(labels), classes), dtype=np.float32)
    rows[:, labels] = 1  # every row gets every label
    return rows


def counted_once(predictions, targets):
    matrix = np.zeros((predictions.shape[1],) * 2, dtype=int)
    matrix[targets, predictions.argmax(axis=1)] += 1
    return matrix


def as_many_as_there_are(predictions, targets):
    classes = targets.max() + 1
    matrix = np.zeros((classes, classes), dtype=int)
    for true, answer in zip(targets, predictions.argmax(axis=1), strict=True):
        matrix[true, answer] += 1
    return matrix


def over_all_rows(logits, labels):
    shifted = logits - logits.max()
    sums = np.exp(shifted).sum(axis=1)
    return np.log(sums) - shifted[np.arange(len(labels)), labels]


WRONG_ANSWERS = [
    ("1.1", lambda n, m: (n + 1) * m + 1, "another number"),
    ("1.1", lambda n, m: n + m, "another number"),
    ("1.1", lambda n, m: n * m + n + m, "another number"),
    ("1.2", lambda w, b, x: -(x * w[0] + b) * w[1], "it should give 0"),
    ("1.2", lambda w, b, x: -(x * w[1] + b) / w[0], "it should give 0"),
    ("1.2", lambda w, b, x: -x * w[0] + b / w[1], "it should give 0"),
    ("1.2", lambda w, b, x: -(float(np.sum(x)) * w[0] + b) / w[1], "an array of x0"),
    ("1.3", in_lists(restart=False), "follow sum_i"),
    ("1.3", in_lists(bias_first=False), "where are the biases"),
    ("1.3", in_lists(spoils=True), "changed the lists"),
    ("1.3", lambda x, w, b: [[sum(r) for r in x]], "has shape (1, 2)"),
    ("1.4", lambda s, n, rng: None, "Return two arrays"),
    ("1.5", lambda a, b: None, "Return a Dense layer"),
    ("1.5", lambda a, b: nn.Dense(4, 3, rng=0), "not the product W1 W2"),
    ("1.5", merged(biases=lambda a, b: a.biases @ b.weights), "multiply out"),
    ("1.5", merged(biases=lambda a, b: a.biases[:, :3] + b.biases), "b1 W2 + b2"),
    ("1.5", lambda a, b: copy.copy(b), "has shape (5, 3)"),
    ("2.1", leak_in_place, "changed its input"),
    ("2.1", lambda z, slope: np.abs(z) * slope, "Positive numbers should pass"),
    ("2.1", lambda z, slope: np.maximum(z, slope), "multiplied by the slope"),
    ("2.1", lambda z, slope: np.where(z > 0, z, -slope), "multiplied by the slope"),
    ("2.2", bends(1, -1, 0), "take away twice"),
    ("2.2", bends(1, -2, 2), "a third bend"),
    ("2.2", bends(2, -2, 0), "rise with slope 1"),
    ("2.2", lambda x: 1 - np.abs(x - 1), "Up to x = 0"),
    ("2.2", hat_in_place, "changed its input"),
    ("2.3", lambda z, t: np.exp(z / t), "don't sum to one"),
    ("2.3", lambda z, t: nn.Softmax().forward(z - t), "changes nothing"),
    ("2.3", lambda z, t: nn.Softmax().forward(z / t**2), "not the probabilities"),
    ("2.4", lambda p: np.log(p / p.max(axis=0)), "by its own"),
    ("2.4", lambda p: np.log(p) + 1, "now shift each row"),
    ("2.4", lambda p: np.exp(p), "use np.log"),
    ("2.5", lambda: None, "Return two layers"),
    ("2.5", lambda: (nn.Dense(2, 3), nn.Dense(3, 1)), "has shape (2, 3)"),
    ("2.5", xor_of([[1, -1], [1, -1]], [0, 0], [[2], [1]]), "What does x0 + x1 say"),
    ("2.5", xor_of([[1, 1], [1, 1]], [0, -1], [[1], [-1]]), "only that one"),
    ("3.1", rows_of, "one 1 and otherwise zeros"),
    (
        "3.1",
        lambda y, k: np.eye(k, dtype=np.float32)[y - 1],
        "its 1 should be in column",
    ),
    ("3.1", lambda y, k: np.eye(k, dtype=int)[y], "float32 is asked for"),
    ("3.1", lambda y, k: np.eye(k, dtype=np.float32)[y].T, "Row"),
    ("3.2", lambda p, y: np.exp(-np.log(p).mean()), "Only for equal"),
    ("3.2", lambda p, y: np.exp(np.log(p[np.arange(len(y)), y]).mean()), "should be 5"),
    ("3.2", lambda p, y: float(p.shape[1]), "Only for equal"),
    ("3.3", counted_once, "counted once"),
    ("3.3", as_many_as_there_are, "needs its row too"),
    ("3.3", lambda p, y: np.eye(3, dtype=int) * np.bincount(y), "wrong places"),
    ("3.4", lambda z, y: -(over_all_rows(z, y)), "never negative"),
    ("3.4", over_all_rows, "the logarithm of 0"),
    ("3.4", lambda z, y: z[np.arange(len(y)), y], "are not ln(sum_j"),
]
