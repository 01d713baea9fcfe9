# Cordboard in a container: docs/OPERATIONS.md, "Docker".

# Everything is built here; nothing of this stage but dist/ gets into the image.
FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The toolchain's own Node comes with an install script; the image's Node 24 does as well.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY .build ./.build
COPY proto ./proto
COPY src ./src
RUN node .build/build.ts

# What runs needs, and no more.
FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:24-slim
ENV NODE_ENV=production \
    CORDBOARD_DATA=/data \
    CORDBOARD_HOST=0.0.0.0 \
    CORDBOARD_PORT=8750
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
# `docker exec … cordboard token …`; the data directory belongs to the user who runs the router.
RUN ln -s /app/dist/main.js /usr/local/bin/cordboard \
    && mkdir /data \
    && chown node:node /data \
    && chmod 700 /data
USER node
VOLUME /data
EXPOSE 8750
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.CORDBOARD_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["cordboard"]
CMD ["serve"]
