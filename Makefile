# SPDX-License-Identifier: GPL-2.0-only
#
#   make demo     the main job, shown in a virtual machine
#   make check    every test, on both kernels (KERNEL=6.12 TESTS='pipe*' for a part)
#   make          modules and tools for the running kernel; make install
#
# Documentation/testing.rst has the rest.

KERNEL ?= 6.1 6.12
TESTS ?= *
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

clean:
	rm -rf build/modules build/bin build/obj build/tests

.PHONY: all setup modules tools clean
