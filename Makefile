# SPDX-License-Identifier: GPL-2.0-only
#
#   make demo         the main job, shown in a virtual machine
#   make check        every test, on both kernels (KERNEL=6.12 TESTS='pipe*' for a part)
#   make check-debug  all of it on a kernel with KASAN, lockdep and kmemleak
#   make check-fault  each allocation, write and read of the modules fails once
#   make check-soak   several VEs at once, at random, short of memory (SECONDS=600)
#   make check-long   all of these, and all cycles and sweeps: hours
#   make debug-kernel builds that kernel (KERNEL=6.12: that one's)
#   make bench        how long dump and restore take, as ratios
#   make lint         what compilers do not say
#   make fuzz         the image checker under libFuzzer (SECONDS=60)
#   make              modules and tools for the running kernel; make install
#
# Documentation/testing.rst has the rest.

KERNEL ?= 6.1 6.12
TESTS ?= *
SECONDS ?=
KDIR ?= /lib/modules/$(shell uname -r)/build
O := $(CURDIR)/build

all: modules tools

setup:
	@scripts/setup

modules:
	@scripts/build-modules native $(KDIR)

# modules-6.1, modules-6.12-cloud, ...: for the test machine's kernels
modules-%: setup
	@tests/vm/kernels $*
	@scripts/build-modules $* $(O)/kernels/$*/kdir

tools:
	@$(MAKE) --no-print-directory -s -C tools/vzctl-cpt O=$(O)

install: all
	@$(MAKE) --no-print-directory -s -C tools/vzctl-cpt O=$(O) install
	$(MAKE) -C $(KDIR) M=$(O)/modules/native modules_install

# 6.1 is "debug" there, 6.12 "debug-6.12"
debug_kernels = $(patsubst debug-6.1,debug,$(patsubst 6.%,debug-6.%,$(KERNEL)))

debug-kernel: setup
	@tests/vm/kernels $(if $(filter file,$(origin KERNEL)),debug,$(debug_kernels))

check: setup
	@KERNEL='$(KERNEL)' TESTS='$(TESTS)' tests/check

check-debug: setup
	@KERNEL='$(debug_kernels)' TESTS='$(TESTS)' tests/check

check-fault: setup
	@ONLY=fault KERNEL='$(debug_kernels)' tests/check

check-soak: setup
	@ONLY=soak KERNEL='$(debug_kernels)' SOAK='$(SECONDS)' SEED='$(SEED)' tests/check

check-long: setup
	@KERNEL='$(KERNEL)' TESTS='$(TESTS)' LONG=1 tests/check
	@$(MAKE) --no-print-directory check-debug
	@LONG=1 $(MAKE) --no-print-directory check-fault
	@$(MAKE) --no-print-directory check-soak
	@$(MAKE) --no-print-directory fuzz SECONDS=300

demo bench: setup
	@KERNEL='$(firstword $(KERNEL))' tests/$@

lint: setup
	@scripts/lint

fuzz: setup
	@tests/fuzz/run $(or $(SECONDS),60)

clean:
	rm -rf build/modules build/bin build/obj build/tests

.PHONY: all setup modules tools install check check-debug check-fault check-soak check-long debug-kernel demo bench lint fuzz clean
