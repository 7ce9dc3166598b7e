# SPDX-License-Identifier: GPL-2.0-only
#
#   make demo         the main job, shown in a virtual machine
#   make check        every test, on both kernels (KERNEL=6.12 TESTS='pipe*' for a part)
#   make check-long   the same with all cycles and sweeps: an hour or two
#   make bench        how long dump and restore take, as ratios
#   make lint         what compilers do not say
#   make fuzz         the image checker under libFuzzer (SECONDS=60)
#   make              modules and tools for the running kernel; make install
#
# Documentation/testing.rst has the rest.

KERNEL ?= 6.1 6.12
TESTS ?= *
SECONDS ?= 60
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

check check-long: setup
	@KERNEL='$(KERNEL)' TESTS='$(TESTS)' LONG=$(if $(@:check=),1,0) tests/check

demo bench: setup
	@KERNEL='$(firstword $(KERNEL))' tests/$@

lint: setup
	@scripts/lint

fuzz: setup
	@tests/fuzz/run $(SECONDS)

clean:
	rm -rf build/modules build/bin build/obj build/tests

.PHONY: all setup modules tools install check check-long demo bench lint fuzz clean
