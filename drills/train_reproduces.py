"""Drill: training on the shipped labels gives the shipped weights again, in under ten minutes on two cores.

On another machine or lock the bytes may differ; then every finding on the dev set must be the same.
"""

import tempfile
import time
from pathlib import Path

from drills.drill import Drill, Result
from service.cli.progress import bar
from service.matching.encoder import load_encoder
from service.matching.evaluation import DEV_LABELS
from service.matching.labels import bundled_sentences, read_all, read_labels, read_sentences, training_paths
from service.matching.matcher import Matcher
from service.matching.model import shipped_weights
from service.matching.observation import THEMES
from service.matching.recipe import train_model
from service.matching.training import parts_of

MINUTES = 10


def findings(weights: bytes) -> list[tuple]:
    matcher = Matcher(
        catalogue_digest="none",
        themes=dict(enumerate(THEMES, start=1)),
        weights=weights,
        encoder=load_encoder(),
    )
    reports = (matcher.match(label.title, label.text, label.lang) for label in read_labels(DEV_LABELS))
    return [(r.disposition, r.primary, tuple(m.paragraph for m in r.matches)) for r in reports]


def _run(_seed: int, _mutant: str | None) -> Result:
    labels = read_all(training_paths())
    sentences = read_sentences(bundled_sentences())
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, bar("training", parts_of(True) + parts_of(False) + 2) as tick:
        train_model(labels, sentences, Path(folder), folds=0, seed=0, tick=tick)
        again = (Path(folder) / "weights.npz").read_bytes()
    minutes = (time.monotonic() - started) / 60
    same = again == shipped_weights()
    broken = [] if minutes < MINUTES else [f"it took {minutes:.1f} minutes, and may take {MINUTES}"]
    if not same and findings(again) != findings(shipped_weights()):
        broken.append("other weights, and other findings on the dev set")
    return Result(broken=broken, facts={"minutes": round(minutes, 1), "same bytes": same})


DRILLS = [Drill(name="train-reproduces", run=_run)]
