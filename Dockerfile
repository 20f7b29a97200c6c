# Two stages: the first installs into an environment, the second carries it alone. Any Debian-like image with Python
# 3.11 will do as BASE.
ARG BASE=python:3.11-slim

FROM ${BASE} AS build
WORKDIR /app
COPY requirements.runtime.lock pyproject.toml README.md ./
RUN python3 -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements.runtime.lock
COPY service service
COPY migrations migrations
RUN /app/.venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && chmod -R a+rX /app

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --no-log-init --home-dir /app --shell /usr/sbin/nologin desk \
 && mkdir -p /app /var/lib/mandate-desk \
 && chown desk:desk /var/lib/mandate-desk
WORKDIR /app
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    MANDATE_DESK_DATA_DIR=/var/lib/mandate-desk \
    MANDATE_DESK_HOST=0.0.0.0 \
    MANDATE_DESK_PORT=8000
USER 10001
VOLUME /var/lib/mandate-desk
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import os, http.client as h; c = h.HTTPConnection(os.environ['MANDATE_DESK_HOST'], int(os.environ['MANDATE_DESK_PORT']), timeout=2); c.request('GET', '/readyz'); exit(c.getresponse().status != 200)"]
CMD ["sh", "-c", "mandate-desk db upgrade && exec mandate-desk serve"]
