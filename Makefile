# `make` lists the targets.

PREFIX ?= /usr/local
DESTDIR ?=

# The static program has other flags than the everyday builds, so it has a build folder of its own.
STATIC := .build-static

.DEFAULT_GOAL := help
.PHONY: help demo test bench bench-lab fuzz format lint release install clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

demo: ## record a second of scheduling and show the report (in QEMU where this kernel is not ours)
	Scripts/demo

test: ## install what is lacking, build, run every test, then the lab's tests on two kernels
	Scripts/setup
	swift build
	KSCOPE=.build/debug/kscope Scripts/tool-pages --check
	swift build --package-path Examples
	swift test
	KSCOPE=.build/debug/kscope Scripts/web-tests
	swift build --configuration release
	Lab/test

bench: ## measure kscope beside its rivals
	Benchmarks/run
	Benchmarks/tools --no-build
	Benchmarks/timeline

bench-lab: ## count lost events beside trace-cmd's, in QEMU
	Benchmarks/losses

fuzz: ## feed broken bytes to the readers
	Fuzz/run

format: ## lay out the Swift files
	swift format --in-place --recursive Sources Tests Package.swift

lint: ## check format and layout
	swift format lint --strict --recursive Sources Tests Package.swift
	Scripts/check-layout
	Scripts/web-assets --check

release: ## build the one static program: .build-static/release/kscope
	swift build --configuration release --product kscope --scratch-path $(STATIC) \
	  --static-swift-stdlib -Xswiftc -static-executable -Xlinker -s

install: release ## install it, man pages and completions too: make install PREFIX=/usr/local
	install -D -m 755 $(STATIC)/release/kscope $(DESTDIR)$(PREFIX)/bin/kscope
	Scripts/man-pages $(STATIC)/release/kscope $(DESTDIR)$(PREFIX)/share/man/man1
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	$(STATIC)/release/kscope --generate-completion-script bash \
	  >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/kscope
	$(STATIC)/release/kscope --generate-completion-script zsh \
	  >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_kscope
	$(STATIC)/release/kscope --generate-completion-script fish \
	  >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kscope.fish

clean: ## remove what was built, and the lab's kernels
	rm -rf .build .build-fuzz $(STATIC) .venv Lab/cache
