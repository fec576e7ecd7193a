# Hearth. `make help` lists the targets; the work is done by cross/setup and the scripts below Tests/.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
BOARD ?= generic-$(subst _,-,$(patsubst aarch64,arm64,$(shell uname -m)))
SWIFT ?= swift
TOOLS = $(shell dirname "$$(readlink -f "$$(command -v swiftc)")")
BUILD := .build-boards/$(BOARD)
PROGRAM := $(BUILD)/hearth
SHIPPED := generic-x86-64 raspberry-pi-3
LARGEST := 1572864

.PHONY: program run test check-board test-boards bench soak fuzz format check-format clean help

program: ## Build the shipping program of BOARD=NAME (a profile of boards/; this machine's kind by default)
	@cross/setup $(BOARD)
	@$(SWIFT) build -c release --product hearth --swift-sdks-path cross --swift-sdk $(BOARD) -debug-info-format none --scratch-path $(BUILD)/build
	@cp $(BUILD)/build/release/hearth $(PROGRAM).debug
	@$(TOOLS)/llvm-objcopy --strip-all $(PROGRAM).debug $(PROGRAM)
	@size=$$(stat -c %s $(PROGRAM)); echo "$(PROGRAM): $$size bytes (at most $(LARGEST))"; [ $$size -le $(LARGEST) ]

run: ## Build, start an agent here and run one hello container through it; Control-C stops both
	@Tests/lab/packages run
	@$(MAKE) --no-print-directory program
	@Tests/lab/run $(PROGRAM)

test: ## Run all tests, on the shipping programs too; installs the Debian packages they need
	@Tests/lab/packages test
	@Tests/lab/test $(SHIPPED)

bench: ## Measure what the README promises, beside rivals on this machine
	@Tests/lab/packages bench
	@for board in $(SHIPPED); do $(MAKE) --no-print-directory program BOARD=$$board; done
	@HEARTH_LONG=1 $(SWIFT) test --filter MembershipFigures | grep -E 'nodes|crash|death|first sight|Test run'
	@Tests/bench/bench .build-boards/generic-x86-64/hearth .build-boards/raspberry-pi-3/hearth

check-board: program ## Say whether PROFILE=FILE (or NAME, of boards/) is complete and sane
	@$(PROGRAM) board --check $(if $(wildcard $(PROFILE)),$(PROFILE),boards/$(PROFILE).conf)

test-boards: ## Compare the boards' device trees in Tests with those of Debian's kernels (86 MB to fetch)
	@Tests/lab/board-trees check

soak: ## Kill nodes of a home 200 times (KILLS), then send one agent 20,000 requests (SOAK_REQUESTS)
	@Tests/lab/packages test
	@$(MAKE) --no-print-directory program
	@Tests/bench/kills $(PROGRAM)
	@Tests/bench/soak $(PROGRAM)

fuzz: ## Run the fuzz tests for HEARTH_FUZZ_SECONDS each (60)
	@HEARTH_FUZZ_SECONDS=$${HEARTH_FUZZ_SECONDS:-60} $(SWIFT) test --filter 'Fuzz|Mutation'

format: ## Format the Swift sources in place
	@$(SWIFT) format -i -r Package.swift Sources Tests

check-format: ## Complain about sources that are not formatted
	@$(SWIFT) format lint -s -r Package.swift Sources Tests

clean: ## Remove all that was built; stops the Engine that `make run` started
	@if [ -e .lab/docker.pid ]; then Tests/lab/engine stop .lab; fi
	@rm -rf .build .build-boards .sysroots .lab cross/*.artifactbundle/sdk/toolset.json

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
