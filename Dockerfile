# The newest Python that the tests cover.
FROM python:3.13-slim-bookworm AS build
COPY . /src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM python:3.13-slim-bookworm
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir /wheels/*.whl \
    && useradd --system --uid 10001 --create-home --home-dir /var/lib/ptgbot ptgbot
USER ptgbot

# Relative paths of the configuration, such as those of the store and of the site, are in the volume.
WORKDIR /var/lib/ptgbot
VOLUME /var/lib/ptgbot
EXPOSE 8000
HEALTHCHECK --interval=1m --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/ptg.json', timeout=4)"]

# The web server in the background, the bot in front: "exec" makes the bot the process that gets SIGTERM from
# "docker stop", and when it ends, the container ends.
CMD ["sh", "-c", "ptgbot-web -p 8000 /etc/ptgbot/config.json & exec ptgbot -d /etc/ptgbot/config.json"]
