"""A whole network is float32 from end to end: nothing on the way makes it float64."""

import numpy as np
import pytest


def network(nn, dtype):
    """Return layers of every kind, with every penalty and initializer."""
    layers = [
        nn.Dense(2, 8, weight_l1=0.1, weight_l2=0.1, initializer=nn.he_normal, rng=0),
        nn.ReLU(),
        nn.Dropout(0.3, rng=1),
        nn.Dense(8, 6, bias_l1=0.1, initializer=nn.glorot_uniform, rng=2),
        nn.Sigmoid(),
        nn.Dropout(np.float64(0.3), rng=3),
        nn.Dense(6, 3, bias_l2=np.float64(0.1), initializer=nn.normal(0.5), rng=4),
        nn.Linear(),
    ]
    for layer in layers:
        layer.training = True
        if layer.parameter_names:
            layer.weights = layer.weights.astype(dtype)
            layer.biases = layer.biases.astype(dtype)
    return layers


LOSSES = {
    "SoftmaxCategoricalCrossentropy": np.repeat([0, 1, 2], 5),
    "MeanSquaredError": np.linspace(0, 1, 45).reshape(15, 3),
    "MeanAbsoluteError": np.arange(45, dtype=np.uint8).reshape(15, 3),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", ["SGD", "Adagrad", "RMSprop", "Adam"])
@pytest.mark.parametrize("loss", LOSSES)
def test_a_training_stays_in_its_type(nn, loss, optimizer, dtype):
    layers, judge = network(nn, dtype), getattr(nn, loss)()
    stepper = getattr(nn, optimizer)(learning_rate=np.float64(0.01), decay=0.1)
    seen = [nn.spiral_data(5, 3, rng=0)[0].astype(dtype)]
    for _ in range(2):
        values = seen[:1]
        for layer in layers:
            values.append(layer.forward(values[-1]))
        value = judge.calculate(values[-1], LOSSES[loss])
        value += sum(layer.regularization_loss() for layer in layers)
        assert type(value) is float
        values.append(judge.backward(values[-1], LOSSES[loss]))
        for layer in reversed(layers):
            values.append(layer.backward(values[-1]))
        trained = [layer for layer in layers if layer.parameter_names]
        pairs = [
            (getattr(layer, name), getattr(layer, f"d{name}"))
            for layer in trained
            for name in layer.parameter_names
        ]
        stepper.step(pairs)
        seen += values + [array for pair in pairs for array in pair]
    assert {array.dtype for array in seen} == {np.dtype(dtype)}
    assert all(np.isfinite(array).all() for array in seen)
