# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Builds of the tree, one for each platform, kernel and compiler, in the cache;
# the tree itself is never written to. Sourced; needs say.sh, cache.sh,
# platform.sh, kernel.sh.
#
# A build has src (a copy of the tree, in which Kbuild works), out (what the
# guest sees as /build) and log.

build_dir()
{
	echo "$CACHE/build/$1-$2-$3"
}

build_make()
{
	kernel_make "$1" "$2"
	need_packages rsync
	locked "build-$1-$2-$3" build_locked "$@"
}

# build_take PLATFORM KERNEL CC DIR: builds, and copies what was built to DIR, before
# another run builds there again
build_take()
{
	kernel_make "$1" "$2"
	locked "build-$1-$2-$3" build_take_locked "$@"
}

build_take_locked()
{
	build_locked "$1" "$2" "$3" || return 1
	rsync -a --delete "$(build_dir "$1" "$2" "$3")/out/" "$4/"
}

# What no file of the tree depends on, and yet the objects do
build_wanted()
{
	local platform=$1 kernel=$2 cc=$3

	kernel_release "$platform" "$kernel"
	kernel_headers "$platform" "$kernel"
	platform_dpkg_query "$platform" -W -f '${Package} ${Version}\n' "$cc" ppp-dev libc6-dev
}

# build_locked PLATFORM KERNEL CC [strict]: strict starts from nothing, so that
# every warning is seen, and has sparse look at each file
build_locked()
{
	local platform=$1 kernel=$2 cc=$3 dir wanted
	shift 3

	dir=$(build_dir "$platform" "$kernel" "$cc")
	wanted=$(build_wanted "$platform" "$kernel" "$cc")
	if [ "$#" -gt 0 ] || ! stamp_is "$dir" "$wanted"; then
		rm -rf "$dir"
	fi
	mkdir -p "$dir/src" "$dir/out"
	stamp "$dir" "$wanted"
	build_copy "$dir/src"
	build_run "$platform" "$kernel" "$cc" "$dir" "${@:+C=1}" >"$dir/log" 2>&1 </dev/null && return 0
	{
		printf '%s: the build for %s, %s kernel, %s failed:\n' "${0##*/}" "$platform" "$kernel" "$cc"
		tail -n 30 "$dir/log"
		printf '(whole log: %s)\n' "$dir/log"
	} >&2
	return 1
}

# Copied by content and without times: make sees what changed, whichever clone
# of the tree was built here before.
build_copy()
{
	rsync -rlp --checksum --delete --exclude-from="$TREE/scripts/lib/build-products" \
		"$TREE/" "$1/"
}

build_run()
{
	local platform=$1 kernel=$2 cc=$3 dir=$4
	local -a kbuild tools
	local run=(platform_run "$platform" "$CACHE" nice make)

	kbuild=(KDIR="$(kernel_headers "$platform" "$kernel")" CC="$cc" W=1 ${5:+"$5"})
	[ "$cc" != clang ] || kbuild+=(CC="$dir/src/scripts/lib/clang-kbuild")
	tools=(CC="$cc" CFLAGS="-O2 -g" O="$dir/out/tools" OUTPUT="$dir/out/selftests")
	"${run[@]}" -C "$dir/src" "${kbuild[@]}" modules || return 1
	if [ "$kernel" != stock ]; then
		"${run[@]}" -C "$dir/src" "${kbuild[@]}" kunit || return 1
		"${run[@]}" -C "${kbuild[0]#KDIR=}" M="$dir/src/selftests/canary" "${kbuild[@]:1}" modules || return 1
	fi
	"${run[@]}" -C "$dir/src/tools" "${tools[@]}" || return 1
	"${run[@]}" -C "$dir/src/selftests" "${tools[@]}" || return 1
	build_collect "$dir"
}

build_collect()
{
	find "$1/out" -name '*.ko' -delete
	rsync -rlpm --include='*/' --include='*.ko' --exclude='*' "$1/src/" "$1/out/"
}

# build_warnings PLATFORM KERNEL CC: prints those that are ours. gcc and sparse: all
# but two remarks of Kbuild about the kernel (another compiler's build, no vmlinux).
# clang: those in our files, as a gcc kernel's headers and objtool have many to say to it.
build_warnings()
{
	local log

	log=$(build_dir "$1" "$2" "$3")/log
	if [ "$3" = clang ]; then
		grep -E '^[^ ]+\.[ch]:[0-9]+:[0-9]+: (warning|error):' "$log" | grep -v '^/usr/'
	else
		grep -nE 'warning:|error:' "$log" |
			grep -vE 'the compiler differs from the one used|Skipping BTF generation'
	fi
}
