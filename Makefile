# Everything that is done with this repository. `make` or `make help` lists it.
# Needs Node with npm; the version of Node that the project runs on is installed with its packages.

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

SOURCES := $(shell find src contracts -type f -not -name '*.test.ts' 2>/dev/null)
INSTALLED := node_modules/.installed
BUILT := dist/.built

.PHONY: help run demo test test-faults check check-generated generate lint fmt bench audit sbom baseline clean up down image-smoke

help: ## Lists what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(BUILT) ## Builds and starts a server on the memory storage; flags by ARGS="--port 9000"
	@exec node dist/main.js serve $(ARGS)

demo: $(INSTALLED) ## Plays a long conversation through a server of its own and checks that every reader got all of it
	@node examples/demo/demo.ts $(ARGS)

test: $(BUILT) ## Runs every test but those of failures, on every storage
	@vitest run --reporter=default --reporter=tests/support/conformance-reporter.ts $(TEST_ARGS)

test-faults: $(BUILT) ## Kills, freezes and floods real servers under load (minutes)
	@vitest run --config vitest.faults.config.ts $(TEST_ARGS)

check: check-generated lint ## Checks generated code, format, types, lint, unused code, layers; runs the fast tests
	@vitest run --project src $(TEST_ARGS)

check-generated: $(INSTALLED)
	@rm -rf .cache/gen && buf generate -o .cache/gen
	@cd .cache/gen && openapi-ts --silent --file ../../openapi-ts.config.ts
	@node tools/generate-operations.ts .cache/gen
	@mkdir -p .cache/gen/docs && node tools/generate-docs.ts .cache/gen
	@for page in .cache/gen/docs/*.md; do diff $$page docs/ || { echo "$$page is stale: run make generate"; exit 1; }; done
	@node tools/generate-dashboard.ts .cache/gen
	@diff .cache/gen/deploy/grafana/dashboards/veche.json deploy/grafana/dashboards/ || { echo 'the dashboard is stale: run make generate'; exit 1; }
	@diff -r .cache/gen/src/gen src/gen || { echo 'src/gen is stale: run make generate'; exit 1; }

generate: $(INSTALLED) ## Generates code from contracts/, tables of docs/ and the dashboard from the code
	@buf generate # empties src/gen first
	@openapi-ts --silent # empties src/gen/http first
	@node tools/generate-operations.ts
	@node tools/generate-docs.ts
	@node tools/generate-dashboard.ts

lint: $(INSTALLED) ## Checks format, types, lint, contracts, unused code, dependencies, their licences and their direction
	@oxfmt --check
	@tsc -p tsconfig.json
	@oxlint --type-aware --deny-warnings
	@buf lint
	@buf breaking --against contracts/baseline.binpb
	@REDOCLY_SUPPRESS_UPDATE_NOTICE=true redocly lint
	@knip
	@node tools/check-dependencies.ts
	@depcruise --config .dependency-cruiser.json --output-type err src

fmt: $(INSTALLED) ## Formats the sources
	@oxfmt

bench: $(INSTALLED) ## Measures the server beside bare gRPC and HTTP, and every storage; ARGS="--json", "--quick" or "--only posts"
	@node bench/main.ts $(ARGS)

audit: $(INSTALLED) ## Asks the registry what is known against the packages that the server runs with
	@npm audit --omit=dev

sbom: $(INSTALLED) ## Prints what the server is made of (CycloneDX)
	@npm sbom --omit=dev --sbom-format=cyclonedx

baseline: $(INSTALLED) ## At a release: makes today's contract the one that must not be broken
	@buf build --exclude-source-info -o contracts/baseline.binpb

# Compose is part of docker, or a command of its own.
COMPOSE = $$(docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

up: ## Builds the image and starts two instances, balancer, storages and monitoring in containers; VECHE_STORAGE=postgres
	@$(COMPOSE) up --build --detach $(ARGS)

down: ## Stops those containers; their data are kept, unless ARGS="--volumes"
	@$(COMPOSE) down --timeout 30 $(ARGS)

image-smoke: ## Builds the image and tries it, read-only and without rights; needs docker
	@docker build --tag veche:local .
	@deploy/smoke.sh veche:local

clean: ## Removes everything that was built or installed
	@rm -rf node_modules dist coverage .cache

$(INSTALLED): package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): $(INSTALLED) $(SOURCES) tsconfig.json tsconfig.build.json
	@npm run --silent build
	@touch $@
