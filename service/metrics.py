"""What is counted as it happens, for Prometheus: no name, no State and no id is ever a label."""

from prometheus_client import Counter, Histogram

CALLS = Counter("mandate_desk_calls", "HTTP calls answered", ["method", "route", "status"])
CALL_SECONDS = Histogram("mandate_desk_call_seconds", "From the first byte read to the last sent", ["method", "route"])
UNFORESEEN = Counter("mandate_desk_unforeseen", "Calls that ended in an error that nobody foresaw")
READING_SECONDS = Histogram(
    "mandate_desk_reading_seconds",
    "Matching one need",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
READINGS_MISSED = Counter("mandate_desk_readings_missed", "Needs that were not matched", ["why"])
JOBS_DONE = Counter("mandate_desk_jobs_done", "Steps of the worker that ended well", ["job"])
JOBS_FAILED = Counter("mandate_desk_jobs_failed", "Steps of the worker that failed", ["job", "code"])
