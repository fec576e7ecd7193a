# Hearth. `make help` lists the targets.
BOARD ?= generic-$(subst _,-,$(patsubst aarch64,arm64,$(shell uname -m)))
SWIFT ?= swift
OBJCOPY := $(shell dirname $$(readlink -f $$(command -v swiftc)))/llvm-objcopy
PROGRAM := .build-boards/$(BOARD)/hearth

.PHONY: program help
program: ## Build the shipping program of BOARD=NAME (a profile of boards/; this machine's kind by default)
	@cross/setup $(BOARD)
	@$(SWIFT) build -c release --product hearth --swift-sdks-path cross --swift-sdk $(BOARD) --scratch-path .build-boards/$(BOARD)/build
	@cp .build-boards/$(BOARD)/build/release/hearth $(PROGRAM).debug
	@$(OBJCOPY) --strip-all $(PROGRAM).debug $(PROGRAM)
	@printf '%s: %s bytes\n' $(PROGRAM) $$(stat -c %s $(PROGRAM))

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16
