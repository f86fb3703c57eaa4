# SPDX-License-Identifier: GPL-2.0
# The version of all, which the first line of debian/changelog has; dkms.conf says it too.
VERSION := $(shell sed -n '1s/^[^(]*(\([^)]*\)).*/\1/p' \
	$(dir $(lastword $(MAKEFILE_LIST)))debian/changelog)
