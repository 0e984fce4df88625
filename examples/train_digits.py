"""Train LeNet-5 on the shipped digits: `python examples/train_digits.py [EPOCHS] [RUN FOLDER]`."""

from __future__ import annotations

import sys

import engine
from engine.spec.events import Epoch, Finished


def main() -> None:
    """Train, print each epoch, and name a test picture that the network has never seen."""
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    run = sys.argv[2] if len(sys.argv) > 2 else None
    data = engine.load_data("mnist")
    for event in engine.train(engine.preset("lenet-5"), data, engine.TrainSpec(epochs=epochs, seed=0), output=run):
        if isinstance(event, Epoch):
            print(f"epoch {event.epoch}: {100 * event.test_accuracy:.1f} % of unseen digits are named rightly")
        elif isinstance(event, Finished):
            print(f"{event.examples_per_second:.0f} digits a second, {event.seconds:.0f} s in all")
    if run is not None:
        trained = engine.load_run(run)
        best = trained.predict(data.x_test[0, 0].numpy() / 255)[0]
        print(f"the first test digit is a {best.name} ({100 * best.probability:.0f} %)")


if __name__ == "__main__":
    main()
