# The platform in a container: Node runs the TypeScript as it is, the dashboard is built here. See deploy/README.md.
# Pinned by version; add the digest that your registry shows (`docker buildx imagetools inspect node:24.21.0-bookworm-slim`) to pin the bytes too.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# Everything, for the build of the dashboard and the list of what goes into the image.
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN node node_modules/vite/bin/vite.js build --logLevel warn \
 && npm sbom --sbom-format cyclonedx --omit dev > sbom.cdx.json

# What runs needs no build tool.
FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="HeatSteward" \
      org.opencontainers.image.description="Heat-network monitoring that opens the ticket before the resident calls" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HEATSTEWARD_DATA=/data
# A fixed number, so that volumes and secrets can be given to it. npm and yarn are not needed any more.
RUN groupadd --gid 10001 heatsteward \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin heatsteward \
 && install -d -o 10001 -g 10001 -m 0750 /data /backup \
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn*
WORKDIR /app
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/sbom.cdx.json package.json LICENSE ./
COPY --from=build /app/*.ts ./
COPY --from=build /app/api api
COPY --from=build /app/backtest backtest
COPY --from=build /app/cli cli
COPY --from=build /app/evaluation evaluation
COPY --from=build /app/ingest ingest
COPY --from=build /app/model model
COPY --from=build /app/rules rules
COPY --from=build /app/simulators simulators
COPY --from=build /app/store store
COPY --from=build /app/tickets tickets
USER 10001:10001
# The root file system may be read-only: only /data (and /backup, where backups go) is written.
VOLUME ["/data", "/backup"]
EXPOSE 8080 8883
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEATSTEWARD_HTTP_PORT || 8080}/api/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process: main.ts handles SIGTERM itself and starts no other program.
CMD ["node", "main.ts", "--config", "/etc/heatsteward/heatsteward.yaml"]
