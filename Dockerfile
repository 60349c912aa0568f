# The graph of a folder, served over HTTP. docs/server.md says how to run it.
#   docker build -t papers-kg .
#   docker run --rm -p 8000:8000 -v "$PWD/output:/graph:ro" papers-kg --allow-host kg.example.org
FROM python:3.12-slim AS wheel
WORKDIR /src
COPY . .
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.12-slim
COPY --from=wheel /wheels /wheels
RUN pip install --no-cache-dir /wheels/*.whl && rm -r /wheels \
    && useradd --create-home --uid 10001 kg
USER kg
WORKDIR /home/kg
ENV KG_GRAPH=/graph PYTHONUNBUFFERED=1
EXPOSE 8000
VOLUME ["/graph"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/ontology', timeout=4).read(1)"]
ENTRYPOINT ["kg", "serve", "--host", "0.0.0.0", "--port", "8000"]
