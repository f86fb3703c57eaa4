# SPDX-License-Identifier: GPL-2.0
#
# make                    module for the running kernel, and user space
# make modules KVER=...   module for another kernel that is installed,
# make modules KDIR=...   or by the directory of its headers
# make kunit KDIR=...     KUnit suites, for a kernel that has KUnit
# make tools              pptpmuxd, pptpmuxctl and pppd's plugin
# make install            all of it, under DESTDIR if that is set; with KVER or KDIR too
# make install-tools      all but the module
# make uninstall          what these have installed, but for the configuration
# make deb                packages for Debian, in deb/
# make clean

include $(dir $(lastword $(MAKEFILE_LIST)))version.mk

MODPROBEDIR ?= /etc/modprobe.d
KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
# Absolute, as it is used from other directories too
override DESTDIR := $(abspath $(DESTDIR))

kbuild = $(MAKE) -C $(KDIR) M=$(CURDIR)$(1)
install_mod_path = $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR))
# Of the kernel that we build for, whichever runs
release = $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h)

all: modules tools

modules:
	$(call kbuild) modules

kunit:
	$(call kbuild,/selftests/kunit) modules

tools:
	$(MAKE) -C tools

install: modules install-tools
	$(call kbuild) $(install_mod_path) modules_install
	# Kbuild leaves depmod out where headers come without System.map.
	test -n "$(DESTDIR)" || depmod $(release)

install-tools: tools
	install -D -m 644 conf/pptp-mux.conf \
		$(DESTDIR)$(MODPROBEDIR)/pptp-mux.conf
	$(MAKE) -C tools install DESTDIR=$(DESTDIR)

uninstall:
	rm -f $(DESTDIR)$(MODPROBEDIR)/pptp-mux.conf
	find $(DESTDIR)/lib/modules -name pptp-mux.ko\* -path '*/updates/*' ! -path '*/dkms/*' -delete
	test -n "$(DESTDIR)" || depmod $(release)
	$(MAKE) -C tools uninstall DESTDIR=$(DESTDIR)

deb:
	./scripts/deb

# All that dkms has the sources of
clean-modules:
	$(call kbuild) clean

clean: clean-modules
	$(call kbuild,/selftests/kunit) clean
	$(MAKE) -C tools clean

.PHONY: all modules kunit tools install install-tools uninstall deb clean-modules clean
