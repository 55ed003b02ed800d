# The image of Veche: compiled code, its production packages, nothing else. docs/deployment.md says how to run it.
# It needs no feature of a particular builder: `docker build -t veche .`

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./

# Whatever runs beside the code: exactly what the lock says, and no script of any package.
FROM packages AS production
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM packages AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY contracts contracts
COPY src src
RUN npm run build

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Veche" \
      org.opencontainers.image.description="Group chat without accounts, over gRPC and HTTP" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    VECHE_HOST=0.0.0.0 \
    VECHE_DRAIN_DELAY=5s \
    VECHE_REFLECTION=false
WORKDIR /app
# Owned by root: the server cannot change its own code, whatever the file system allows.
COPY --from=production /app/node_modules node_modules
COPY package.json LICENSE ./
COPY contracts contracts
COPY --from=build /app/dist dist
# A number, so that an orchestrator can see that it is not root. It owns nothing and writes nothing.
USER 10001:10001
EXPOSE 8080
# Process 1 is the server itself: it gets the signals, and it starts no children that it would have to wait for.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=10s --start-period=60s CMD ["node", "/app/dist/main.js", "health", "live"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
