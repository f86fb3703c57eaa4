# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Kernels to boot and to build against. Sourced; needs say.sh, cache.sh,
# apt.sh, platform.sh.
#
# stock: a Debian release's own kernel, of the version that its linux-headers
# are for; fetched and unpacked, never installed.
# debug: built from bookworm's linux-source with scripts/config/debug.config.
# kcsan: the same, with scripts/config/kcsan.config over it.
# rt: the same of Linux 6.12, with scripts/config/rt.config over it. Debian's source of
# 6.1 comes without the patch that is PREEMPT_RT there; 6.12 has it of its own.
#
# Each is a directory of the cache (that of one built here is named after all that
# goes into it) with vmlinuz, release (its `uname -r`) and
# lib/modules/<release>.

KERNEL_CONFIGS=$TREE/scripts/config
DEBUG_SOURCE_PACKAGE=linux-source-6.1
RT_SOURCE_PACKAGE=linux-source-6.12
DEBUG_PACKAGES=("$DEBUG_SOURCE_PACKAGE" gcc make bc bison flex libelf-dev libc6-dev
	xz-utils kmod cpio rsync)

# kernel_dir PLATFORM stock|debug|kcsan|rt
kernel_dir()
{
	case $2 in
	stock) echo "$CACHE/kernels/$1" ;;
	*) echo "$CACHE/kernels/$2-$(debug_kernel_wanted "$2")" ;;
	esac
}

kernel_release()
{
	cat "$(kernel_dir "$1" "$2")/release"
}

# Where modules for this kernel are built against, as seen by the platform's compiler
kernel_headers()
{
	case $2 in
	stock) echo "/usr/src/linux-headers-$(kernel_release "$1" stock)" ;;
	*) echo "$(kernel_dir "$1" "$2")/build" ;;
	esac
}

kernel_make()
{
	case $2 in
	stock) platform_make "$1" && locked "kernel-$1" stock_kernel_make "$1" ;;
	*) need_packages "${DEBUG_PACKAGES[@]}" "$(source_package "$2")" && locked "kernel-$2-$(debug_kernel_wanted "$2")" debug_kernel_make "$2" ;;
	esac
}

# ---- stock ----

# The linux-headers that linux-headers-amd64 stands for today: release and version
stock_headers_package()
{
	platform_dpkg_query "$1" -W -f '${Depends}\n' linux-headers-amd64 |
		grep -o 'linux-headers-[^ ,]*' | head -n 1
}

stock_kernel_make()
{
	local platform=$1 dir headers release version

	dir=$(kernel_dir "$platform" stock)
	headers=$(stock_headers_package "$platform")
	release=${headers#linux-headers-}
	version=$(platform_dpkg_query "$platform" -W -f '${Version}' "$headers")
	[ -n "$release$version" ] ||
		die "$platform: linux-headers-amd64 is not installed there; remove $(platform_root "$platform") and run this again"
	stamp_is "$dir" "$release $version" && return 0

	say "$platform: fetching its stock kernel, $release"
	unstamp "$dir"
	rm -rf "$dir"
	mkdir -p "$dir/deb"
	stock_kernel_download "$platform" "$dir/deb" "$release" "$version" ||
		die "apt has no linux-image-$release $version for $platform; bring its headers up to date (bookworm: apt-get install linux-headers-amd64; others: remove $(platform_root "$platform")) and run this again"
	stock_kernel_unpack "$dir" "$release" ||
		die "the linux-image of $release is not laid out as those of bookworm, trixie and sid were"
	stamp "$dir" "$release $version"
}

# Newer releases have the kernel and its modules in packages of their own, which
# linux-image depends on.
stock_kernel_download()
{
	local platform=$1 dir=$2 release=$3 version=$4 part

	platform_download "$platform" "$dir" "linux-image-$release=$version" || return 1
	for part in base binary modules; do
		dpkg-deb -f "$dir"/linux-image-*.deb Depends | grep -q "linux-$part-$release" || continue
		platform_download "$platform" "$dir" "linux-$part-$release=$version" || return 1
	done
}

stock_kernel_unpack()
{
	local dir=$1 release=$2 deb

	for deb in "$dir"/deb/*.deb; do
		dpkg-deb -x "$deb" "$dir/unpacked"
	done
	mkdir -p "$dir/lib/modules"
	# below /usr, where that is one with /, and the kernel itself with its modules
	mv "$dir"/unpacked/lib/modules/"$release" "$dir/lib/modules/" 2>/dev/null ||
		mv "$dir"/unpacked/usr/lib/modules/"$release" "$dir/lib/modules/" || return 1
	mv "$dir/unpacked/boot/vmlinuz-$release" "$dir/vmlinuz" 2>/dev/null ||
		mv "$dir/lib/modules/$release/vmlinuz" "$dir/vmlinuz" || return 1
	depmod -b "$dir" "$release" || return 1
	echo "$release" >"$dir/release"
	rm -rf "$dir/deb" "$dir/unpacked"
}

# ---- debug ----

# source_package [KIND]: what a kernel is built from; without KIND, what most are
source_package()
{
	if [ "${1:-}" = rt ]; then
		echo "$RT_SOURCE_PACKAGE"
	else
		echo "$DEBUG_SOURCE_PACKAGE"
	fi
}

debug_source_version()
{
	dpkg-query -W -f '${Version}' "$(source_package "${1:-}")"
}

debug_source_dir()
{
	echo "$CACHE/source/$(debug_source_version "${1:-}")"
}

# kernel_source_make [KIND]: the unpacked kernel source, which checkpatch comes from too
kernel_source_make()
{
	need_packages "$(source_package "${1:-}")" xz-utils
	locked kernel-source kernel_source_unpack "${1:-}"
}

# What is there of an older version goes
kernel_source_unpack()
{
	local dir package

	package=$(source_package "$1")
	dir=$(debug_source_dir "$1")
	stamp_is "$dir" unpacked && return 0
	say "unpacking $package"
	rm -rf "$CACHE/source/${package#linux-source-}".*
	mkdir -p "$dir"
	tar -C "$dir" --strip-components=1 -xf "/usr/src/$package.tar.xz"
	stamp "$dir" unpacked
}

# debug_kernel_config debug|kcsan|rt: all options asked for, each once
debug_kernel_config()
{
	local over=$KERNEL_CONFIGS/$1.config names

	if [ "$1" != debug ]; then
		names=$(sed -n 's/^\(CONFIG_[^=]*=\).*/^\1/p' "$over")
		grep '^CONFIG_' "$KERNEL_CONFIGS/debug.config" | grep -v "$names"
	fi
	grep '^CONFIG_' "$over"
}

debug_kernel_wanted()
{
	{
		debug_kernel_config "$1"
		debug_source_version "$1"
		gcc -dumpfullversion
	} | sha256sum | cut -c 1-12
}

# debug_make KIND DIR ARG...
debug_make()
{
	local kind=$1 dir=$2
	shift 2

	make -C "$(debug_source_dir "$kind")" O="$dir/build" \
		KBUILD_BUILD_USER=root KBUILD_BUILD_HOST=pptp-mux "$@"
}

# config_verify ASKED CONFIG: every option asked for must be in the result: one that
# silently fell out (a dependency renamed) would take a detector with it.
config_verify()
{
	local line missing=

	while read -r line; do
		case $line in
		*=n) ! grep -q "^${line%=n}=" "$2" ;;
		*) grep -qxF "$line" "$2" ;;
		esac || missing+=" $line"
	done <"$1"
	[ -z "$missing" ] || die "the kernel's Kconfig did not accept:$missing (in $KERNEL_CONFIGS)"
}

# debug_kernel_configure KIND DIR
debug_kernel_configure()
{
	mkdir -p "$2/build"
	debug_kernel_config "$1" >"$2/config"
	quietly "$LOGS/$1-kernel-config.log" debug_make "$1" "$2" \
		KCONFIG_ALLCONFIG="$2/config" allnoconfig || return 1
	config_verify "$2/config" "$2/build/.config"
}

# debug_kernel_build KIND DIR
debug_kernel_build()
{
	quietly "$LOGS/$1-kernel.log" debug_make "$1" "$2" -j "$(nproc)" bzImage modules &&
		quietly "$LOGS/$1-kernel-install.log" debug_make "$1" "$2" \
			INSTALL_MOD_PATH="$2" modules_install
}

# debug_kernel_make debug|kcsan|rt
debug_kernel_make()
{
	local kind=$1 dir started=$SECONDS

	dir=$(kernel_dir any "$kind")
	stamp_is "$dir" built && return 0
	kernel_source_make "$kind"
	say "building the $kind kernel (some 6 minutes on 2 cores; once)"
	unstamp "$dir"
	rm -rf "$dir"
	mkdir -p "$dir"
	if ! debug_kernel_configure "$kind" "$dir" || ! debug_kernel_build "$kind" "$dir"; then
		die "the $kind kernel could not be built; the log is in $LOGS"
	fi
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/vmlinuz"
	cp "$dir/build/include/config/kernel.release" "$dir/release"
	find "$dir/build" \( -name '*.o' -o -name '*.cmd' -o -name '*.a' \) \
		-not -path '*/scripts/*' -not -path '*/tools/*' -delete
	stamp "$dir" built
	say "built the $kind kernel in $((SECONDS - started)) s"
}
