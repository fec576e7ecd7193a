# Hearth. `make help` lists the targets; the work is done by cross/setup and the scripts below Tests/.
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
# The board that is this machine's kind.
HOST := generic-$(subst _,-,$(patsubst aarch64,arm64,$(shell uname -m)))
BOARD ?= $(HOST)
# Swift's folder; `make toolchain` gets one from Debian where there is none on PATH.
TOOLS := $(shell cross/toolchain --where)
export PATH := $(TOOLS):$(PATH)
SWIFT ?= swift
BUILD := .build-boards/$(BOARD)
# The shipping programs; cross/sizes has what each may weigh.
PROGRAMS := hearthd hearth
PROGRAM := $(BUILD)/hearth
BOARDS := $(patsubst boards/%.conf,%,$(wildcard boards/*.conf))
# One of each width, which `make test` builds; one of each architecture but armv6, of which only the portable tests are.
TESTED := $(HOST) generic-armv7
SHIPPED := $(HOST) raspberry-pi-3 generic-armv7
# Boards of one architecture and core share what is compiled: their programs are the same.
KIND = $(shell sed -n 's/^debian-architecture *= *\([a-z0-9]*\).*/\1/p; s/^cpu *= *\([a-z0-9-]*\).*/\1/p' boards/$(BOARD).conf | paste -sd- -)
SHARED = .build-boards/kinds/$(KIND)
BUILD_FOR_BOARD = $(SWIFT) build -c release --swift-sdks-path .sdks --swift-sdk $(KIND) -debug-info-format none --scratch-path $(SHARED)
export PROGRAMS

# No target is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

program: ## Build the shipping programs of BOARD=NAME (a profile of boards/; this machine's kind by default)
	@cross/setup $(BOARD)
	@mkdir -p $(BUILD)
	@for program in $(PROGRAMS); do \
	  $(BUILD_FOR_BOARD) --product $$program; \
	  cp $(SHARED)/release/$$program $(BUILD)/$$program.debug; \
	  $(TOOLS)/llvm-objcopy --strip-all $(BUILD)/$$program.debug $(BUILD)/$$program; \
	done
	@cross/sizes $(BOARD)

toolchain: ## Get Swift from Debian where this machine has none (cross/toolchain says how)
	@cross/toolchain

boards: ## Build the programs of all boards and show what came of them
	@cross/boards $(BOARDS)

sizes: ## Show the bytes of all programs that are built, beside the most that they may have
	@cross/sizes

function-order: ## Find out anew which functions a quiet home uses, for the linker (cross/functions.order); needs root
	@Tests/lab/requirements test
	@$(MAKE) --no-print-directory program BOARD=$(HOST)
	@cross/function-order $(HOST)

check-reproducible: ## Build the program of BOARD twice, in folders of different names, and compare
	@cross/check-reproducible $(BOARD)

portable-program: # The portable tests as a program for BOARD
	@cross/setup $(BOARD)
	@$(BUILD_FOR_BOARD) --product Portable
	@mkdir -p $(BUILD)
	@$(TOOLS)/llvm-objcopy --strip-all $(SHARED)/release/Portable $(BUILD)/portable

test-portable: ## Run the portable tests for every architecture under qemu-user, and compare what they say
	@Tests/lab/requirements test
	@Tests/lab/checks/portable $(SHIPPED) raspberry-pi-zero

deb: program ## Make a Debian package of the program of BOARD, beside it; ARCHITECTURE=NAME if not the profile's
	@packaging/deb $(BOARD) $(PROGRAM)

image: deb ## Put the package and the home key KEY into an image for BOARD: IMAGE=FILE's or a Debian made here
	@Tests/lab/requirements image
	@HOST_NAME='$(if $(findstring command,$(origin HOSTNAME)),$(HOSTNAME))' packaging/image $(BOARD) "$$(packaging/deb $(BOARD) $(PROGRAM))"

run: ## Build, start an agent here and run one hello container through it; Control-C stops both
	@Tests/lab/requirements run
	@$(MAKE) --no-print-directory program
	@Tests/lab/demo $(PROGRAM)

check: ## Check what needs no build: Swift's format, scripts, and the names in comments and documents
	@cross/toolchain >/dev/null
	@Tests/lab/requirements check
	@Tests/lab/checks/sources

shape: ## Measure the sources: the longest files and functions, the share without input and output, comments at doors
	@Tests/lab/checks/shape

coverage: ## Tell the share of lines of MODULE (all without input and output) that its tests run; builds anew, takes minutes
	@cross/toolchain >/dev/null
	@Tests/lab/checks/coverage $(MODULE)

test: ## Run all tests, on one shipping program of each width too; installs the Debian packages they need
	@cross/toolchain >/dev/null
	@Tests/lab/requirements test
	@Tests/lab/test $(TESTED)

test-all: ## The same with the programs of all architectures and an emulated Raspberry Pi 3; takes half as long again
	@cross/toolchain >/dev/null
	@Tests/lab/requirements test
	@Tests/lab/test $(SHIPPED) + raspberry-pi-zero

test-pi: ## Boot the program on an emulated Raspberry Pi 3, then on a home of three, of which one is switched off
	@Tests/lab/requirements test
	@$(MAKE) --no-print-directory program BOARD=raspberry-pi-3
	@Tests/lab/checks/pi-boot one
	@Tests/lab/checks/pi-boot home

test-devices: ## Test GPIO lines and I2C chips on simulated hardware, under a user-mode kernel built from Debian's source
	@Tests/lab/requirements devices
	@$(MAKE) --no-print-directory program BOARD=generic-x86-64
	@Tests/lab/checks/devices .build-boards/generic-x86-64/hearth

test-deb: ## Install, upgrade, remove and purge the package under a real systemd; needs root
	@Tests/lab/requirements deb
	@$(MAKE) --no-print-directory program BOARD=generic-x86-64
	@Tests/lab/checks/package-life .build-boards/generic-x86-64/hearth

test-image: ## Boot such an image of a Raspberry Pi 3 under QEMU to the running unit; needs root, takes minutes
	@Tests/lab/requirements image
	@$(MAKE) --no-print-directory program BOARD=raspberry-pi-3
	@Tests/lab/checks/image-boot .build-boards/raspberry-pi-3/hearth

bench: ## Measure what the README promises, beside rivals on this machine
	@cross/toolchain >/dev/null
	@Tests/lab/requirements bench
	@for board in $(SHIPPED); do $(MAKE) --no-print-directory program BOARD=$$board; done
	@$(MAKE) --no-print-directory decisions
	@$(MAKE) --no-print-directory membership-figures
	@Tests/lab/bench/figures .build-boards/$(HOST)/hearth .build-boards/raspberry-pi-3/hearth

membership-figures: ## Simulate deaths and arrivals in homes of 2 to 1,000 nodes at full length, in a release build
	@cross/toolchain >/dev/null
	@mkdir -p .lab
	@HEARTH_TESTS_OF=MeshTests HEARTH_LONG=1 $(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build/figures \
	  --filter MembershipFigures >.lab/figures.log 2>&1 || { tail -40 .lab/figures.log; exit 1; }
	@grep -E 'nodes|crash|death|first sight|Test run' .lab/figures.log

placement: ## Compare ways to choose nodes, in simulation: SEEDS (20), SCENARIO, TIME in seconds; files in .lab/placement
	@cross/toolchain >/dev/null
	@$(SWIFT) build -c release --product Placement --quiet
	@OUTPUT=$${OUTPUT:-.lab/placement} .build/release/Placement

placement-real: ## Place real jobs on six boards made of this machine, in five ways; needs root, takes 15 minutes at most
	@cross/toolchain >/dev/null
	@Tests/lab/requirements bench
	@$(MAKE) --no-print-directory program
	@$(SWIFT) build -c release --product Placement --quiet
	@Tests/lab/bench/placement-real $(PROGRAM)
	@REAL=.lab/placement-real.json .build/release/Placement

decisions: ## Time the choice among 32 and 1,000 nodes in the shipping build of BOARD, for this machine
	@$(MAKE) --no-print-directory portable-program
	@HEARTH_DECISIONS=20000 $(BUILD)/portable

check-board: program ## Say whether PROFILE=FILE (or NAME, of boards/) is complete and sane
	@$(PROGRAM) board --check $(if $(wildcard $(PROFILE)),$(PROFILE),boards/$(PROFILE).conf)

schedules: ## Run SEEDS (1..10000) schedules of faults against the state machines that decide for a home, in virtual time
	@cross/toolchain >/dev/null
	@$(SWIFT) build -c release --product Schedules --quiet
	@.build/release/Schedules $${SEEDS:-1..10000}

rules: ## Leave out each rule of deciding in turn, and tell how many schedules of SEEDS (1..2000) it takes to notice
	@cross/toolchain >/dev/null
	@$(SWIFT) build -c release --product Schedules --quiet
	@.build/release/Schedules $${SEEDS:-1..2000} without=each directed=0.6

deciding-figures: ## Tell, in virtual time, how long the services of a dead board are nowhere, and how often leases end for lost packets
	@cross/toolchain >/dev/null
	@$(SWIFT) build -c release --product Schedules --quiet
	@for nodes in 2 3 4 8; do .build/release/Schedules $${SEEDS:-1..50} $$nodes takeover; done
	@for share in 0.1 0.2 0.3; do .build/release/Schedules lapses=$$share; done

test-boards: ## Compare the boards' device trees in Tests with those of Debian's kernels (86 MB to fetch)
	@Tests/lab/checks/device-trees check

soak: ## Kill nodes of a home 200 times (KILLS), agents under load 500 and 300 times, and send 20,000 requests (SOAK_REQUESTS)
	@Tests/lab/requirements test
	@$(MAKE) --no-print-directory program
	@Tests/lab/bench/kills $(PROGRAM)
	@Tests/lab/bench/acknowledged $(PROGRAM) 500
	@Tests/lab/bench/acknowledged $(PROGRAM) 300 3
	@Tests/lab/bench/soak $(PROGRAM)

attacks: ## Flood an agent as lying peers and greedy clients do, also throttled as a Raspberry Pi 1; tells its slowest answer
	@Tests/lab/requirements test
	@$(MAKE) --no-print-directory program
	@Tests/lab/bench/flood $(PROGRAM)
	@FLOOD_PERCENT=3 Tests/lab/bench/flood $(PROGRAM)

fuzz: ## Run the fuzz tests for HEARTH_FUZZ_SECONDS each (60), and more random schedules of runs than the tests
	@cross/toolchain >/dev/null
	@HEARTH_LONG=1 HEARTH_FUZZ_SECONDS=$${HEARTH_FUZZ_SECONDS:-60} $(SWIFT) test --filter 'Fuzz|Mutation|Exploration'

format: ## Format the Swift sources in place
	@cross/toolchain >/dev/null
	@$(SWIFT) format -i -r Package.swift Sources Tests

check-format: ## Complain about sources that are not formatted
	@cross/toolchain >/dev/null
	@$(SWIFT) format lint -s -r Package.swift Sources Tests

clean: ## Remove all that was built; stops the Engine that `make run` started
	@if [ -e .lab/docker.pid ]; then Tests/lab/hosts/engine stop .lab; fi
	@rm -rf .build .build-boards .sysroots .sdks .lab

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20
