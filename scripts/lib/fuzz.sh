# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What strangers' octets reach, in user space. Sourced; needs build.sh.

FUZZ_PACKAGES=(clang libclang-rt-14-dev libevent-dev python3)

fuzz_tests()
{
	local dir

	dir=$(build_dir bookworm stock gcc)
	nice make -C "$dir/src/selftests/fuzz" O="$dir/out/fuzz" FUZZ_SECONDS=30 check
}
