"""Losses and accuracies: known values, both forms of targets, and every refusal by its words."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

PREDICTIONS = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])
LN2 = math.log(2)
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize(
    "targets", [np.array([1, 2]), np.array([[0, 1, 0], [0, 0, 1]])]
)
def test_categorical_by_hand(nn, targets):
    loss = nn.CategoricalCrossentropy()
    np.testing.assert_allclose(
        loss.forward(PREDICTIONS, targets), [2 * LN2, 3 * LN2], rtol=1e-15
    )
    value = loss.calculate(PREDICTIONS, targets)
    assert isinstance(value, float)
    assert value == pytest.approx(2.5 * LN2, rel=1e-15)


@same_library
@given(st.integers(1, 20), st.integers(2, 8), st.integers(0, 2**32))
def test_labels_and_one_hot_are_the_same_to_the_bit(nn, batch, classes, seed):
    rng = np.random.default_rng(seed)
    predictions = nn.Softmax().forward(
        10 * rng.standard_normal((batch, classes)).astype(np.float32)
    )
    labels = rng.integers(classes, size=batch)
    for dtype in (np.uint8, np.int64, np.float32, bool):
        one_hot = np.eye(classes, dtype=dtype)[labels]
        from_rows = nn.CategoricalCrossentropy().forward(predictions, one_hot)
        from_labels = nn.CategoricalCrossentropy().forward(predictions, labels)
        assert from_rows.dtype == from_labels.dtype == np.float32
        assert from_rows.tobytes() == from_labels.tobytes()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.uint64, np.int64])
def test_labels_of_any_integer_type(nn, dtype):
    targets = np.array([2, 0], dtype=dtype)
    np.testing.assert_allclose(
        nn.CategoricalCrossentropy().forward(PREDICTIONS, targets),
        [2 * LN2, 3 * LN2],
        rtol=1e-15,
    )


def test_targets_split_over_classes(nn):
    targets = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(
        nn.CategoricalCrossentropy().forward(PREDICTIONS, targets),
        [1.5 * LN2, 3 * LN2],
        rtol=1e-15,
    )


@pytest.mark.parametrize("classes", [2, 3, 4, 10])
def test_a_fresh_network_scores_the_log_of_its_classes(nn, classes):
    X, y = nn.spiral_data(50, classes, rng=0)
    small = {"initializer": nn.normal(0.01)}
    hidden = nn.Dense(2, 16, rng=1, **small)
    output = nn.Dense(16, classes, rng=2, **small)
    probabilities = nn.Softmax().forward(
        output.forward(nn.ReLU().forward(hidden.forward(X)))
    )
    assert nn.CategoricalCrossentropy().calculate(probabilities, y) == pytest.approx(
        math.log(classes), abs=1e-3
    )


def test_a_perfect_prediction_costs_nothing(nn):
    losses = nn.CategoricalCrossentropy().forward(np.array([[1.0, 0.0]]), np.array([0]))
    assert losses.tolist() == [0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_certain_mistake_costs_a_finite_number(nn, dtype):
    with np.errstate(all="raise"):
        categorical = nn.CategoricalCrossentropy().forward(
            np.array([[1, 0]], dtype), np.array([1])
        )
        binary = nn.BinaryCrossentropy().forward(
            np.array([[1], [0]], dtype), np.array([[0], [1]])
        )
    np.testing.assert_allclose(categorical, -math.log(1e-7), rtol=1e-6)
    np.testing.assert_allclose(binary, -math.log(1e-7), rtol=1e-6)
    assert categorical.dtype == binary.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_certain_and_right_answer_costs_nothing(nn, dtype):
    with np.errstate(all="raise"):
        yes_and_no = np.array([[1], [0]], dtype)
        binary = nn.BinaryCrossentropy().forward(yes_and_no, np.array([[1], [0]]))
        rows = np.eye(2, dtype=dtype)
        categorical = nn.CategoricalCrossentropy().forward(rows, np.array([0, 1]))
    assert binary.tolist() == categorical.tolist() == [0.0, 0.0]


def test_binary_by_hand(nn):
    predictions = np.array([[0.5, 0.25], [0.75, 0.5]])
    targets = np.array([[1, 0], [1, 1]])
    expected = [(LN2 - math.log(0.75)) / 2, (-math.log(0.75) + LN2) / 2]
    np.testing.assert_allclose(
        nn.BinaryCrossentropy().forward(predictions, targets), expected, rtol=1e-15
    )


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64, np.float64])
def test_binary_targets_of_any_type(nn, dtype):
    predictions = np.array([[0.9], [0.1]], dtype=np.float32)
    losses = nn.BinaryCrossentropy().forward(
        predictions, np.array([[1], [0]]).astype(dtype)
    )
    assert losses.dtype == np.float32
    np.testing.assert_allclose(losses, -math.log(0.9), rtol=1e-6)


def test_binary_is_categorical_with_two_classes(nn):
    rng = np.random.default_rng(0)
    yes, targets = rng.uniform(0.01, 0.99, (50, 1)), rng.integers(2, size=(50, 1))
    np.testing.assert_allclose(
        nn.BinaryCrossentropy().forward(yes, targets),
        nn.CategoricalCrossentropy().forward(np.hstack([1 - yes, yes]), targets[:, 0]),
        rtol=1e-12,
    )


def test_accuracies_by_hand(nn):
    categorical = nn.CategoricalAccuracy()
    assert categorical.compare(PREDICTIONS, np.array([0, 2])).tolist() == [True, False]
    assert categorical.calculate(PREDICTIONS, np.array([0, 2])) == 0.5
    assert categorical.calculate(PREDICTIONS, np.array([[1, 0, 0], [0, 1, 0]])) == 1.0
    predictions, targets = (
        np.array([[0.9, 0.2], [0.4, 0.6]]),
        np.array([[1, 1], [0, 1]]),
    )
    np.testing.assert_array_equal(
        nn.BinaryAccuracy().compare(predictions, targets), [0.5, 1.0]
    )
    assert nn.BinaryAccuracy().calculate(predictions, targets) == 0.75
    assert nn.BinaryAccuracy().calculate(np.array([[0.5]]), np.array([[0]])) == 1.0


CATEGORICAL = ["CategoricalCrossentropy", "CategoricalAccuracy"]
BINARY = ["BinaryCrossentropy", "BinaryAccuracy"]


@pytest.mark.parametrize("name", CATEGORICAL)
@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (
            [[0], [1]],
            r"targets of shape \(2,\), or one-hot \(2, 3\), got \(2, 1\): labels are targets.reshape\(-1\)",
        ),
        ([0, 1, 2], r"got \(3,\): one for each sample"),
        (
            [0.0, 1.0],
            r"expected integer labels, got float64: use targets.astype\(int\)",
        ),
        ([0, 3], r"expected labels 0 to 2, got 0 to 3: there are 3 classes"),
        ([-1, 0], r"expected labels 0 to 2, got -1 to 0: there are 3 classes"),
    ],
)
def test_categorical_targets_that_do_not_fit(nn, name, targets, message):
    with pytest.raises(ValueError, match=f"{name} .*{message}"):
        getattr(nn, name)().calculate(PREDICTIONS, np.array(targets))


@pytest.mark.parametrize("name", CATEGORICAL)
def test_a_single_class_is_a_case_for_binary(nn, name):
    with pytest.raises(
        ValueError,
        match=f"{name} needs 2 classes or more: 1 is for the binary",
    ):
        getattr(nn, name)().calculate(np.array([[0.5]]), np.array([0]))


@pytest.mark.parametrize("name", BINARY)
def test_a_column_never_meets_a_row(nn, name):
    message = rf"{name} expected targets of the predictions' shape \(3, 1\), got \(3,\): use targets.reshape"
    with pytest.raises(ValueError, match=message):
        getattr(nn, name)().calculate(np.full((3, 1), 0.5), np.array([0, 1, 1]))
    with pytest.raises(ValueError, match=r"got \(2, 1\): one for each"):
        getattr(nn, name)().calculate(np.full((3, 1), 0.5), np.array([[0], [1]]))


def test_scores_are_not_probabilities(nn):
    scores = np.array([[5.0, 1.0, -3.0]])
    with pytest.raises(
        ValueError,
        match=r"CategoricalCrossentropy .* got -3 to 5: is the softmax missing\?",
    ):
        nn.CategoricalCrossentropy().calculate(scores, np.array([0]))
    assert nn.CategoricalAccuracy().calculate(scores, np.array([0])) == 1.0
    for name in BINARY:
        with pytest.raises(
            ValueError, match=rf"{name} .* got -3 to 5: is the sigmoid missing\?"
        ):
            getattr(nn, name)().calculate(scores, np.array([[1, 0, 0]]))


def test_probabilities_may_be_off_by_a_rounding(nn):
    predictions = np.array([[1.0000001, -1e-7]])
    assert nn.CategoricalCrossentropy().calculate(predictions, np.array([0])) == 0


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "BinaryCrossentropy"])
def test_a_broken_network_shows_in_its_loss(nn, name):
    loss = getattr(nn, name)().calculate(
        np.array([[math.nan, 0.5]]), np.array([[1, 0]])
    )
    assert math.isnan(loss)


@pytest.mark.parametrize(
    "targets",
    [[[-3, 4, 0]], [[0, 0, 0]], [[1, 1, 0]], [[0.5, 0.2, 0.2]], [[math.nan, 0, 1]]],
)
@pytest.mark.parametrize("name", CATEGORICAL)
def test_rows_that_are_not_one_hot(nn, name, targets):
    with pytest.raises(
        ValueError, match=f"{name} expected one-hot rows, which sum to 1, got the row"
    ):
        getattr(nn, name)().calculate(PREDICTIONS[:1], np.array(targets))


@pytest.mark.parametrize("name", BINARY)
def test_reshape_is_advised_only_where_it_scrambles_nothing(nn, name):
    with pytest.raises(ValueError, match=r"got \(3, 2\): one for each output"):
        getattr(nn, name)().calculate(np.full((2, 3), 0.5), np.zeros((3, 2)))


@pytest.mark.parametrize("name", BINARY)
def test_binary_targets_out_of_range(nn, name):
    with pytest.raises(
        ValueError, match=r"targets from 0 \(no\) to 1 \(yes\), got 1 to 2"
    ):
        getattr(nn, name)().calculate(np.full((2, 1), 0.5), np.array([[1], [2]]))


@pytest.mark.parametrize("name", [*CATEGORICAL, *BINARY])
def test_flat_predictions(nn, name):
    with pytest.raises(
        ValueError,
        match=rf"{name} expected predictions of shape \(batch, \w+\), got \(3,\)",
    ):
        getattr(nn, name)().calculate(np.full(3, 0.5), np.array([0, 1, 1]))


@pytest.mark.parametrize("name", [*CATEGORICAL, *BINARY])
def test_an_empty_batch_has_no_mean(nn, name):
    targets = np.empty(0, dtype=int) if name in CATEGORICAL else np.empty((0, 2))
    with pytest.raises(
        ValueError, match=f"{name} got an empty batch: a mean needs at least one sample"
    ):
        getattr(nn, name)().calculate(np.empty((0, 2)), targets)


@pytest.mark.parametrize(
    ("base", "method"),
    [("Loss", "forward"), ("Loss", "backward"), ("Accuracy", "compare")],
)
def test_a_subclass_without_its_part_says_so(nn, base, method):
    class Forgetful(getattr(nn, base)):
        pass

    with pytest.raises(
        NotImplementedError,
        match=f"Forgetful has no {method}: define {method}\\(self, predictions",
    ):
        getattr(Forgetful(), method)(PREDICTIONS, np.array([0, 1]))
