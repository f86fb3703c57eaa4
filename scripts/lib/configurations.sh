# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Configurations that no platform's kernel has: other processors, and options that are
# off. The module is compiled for each with Linux 6.1's source, and looked at by sparse;
# nothing of it runs. clang compiles for every processor, so no other compiler is needed.
# Sourced; needs say.sh, cache.sh, apt.sh, kernel.sh, build.sh, points.sh.
#
# A configuration is a directory of the cache with config (what is asked for), kernel
# (its source prepared for modules), src (a copy of the tree) and log.

CONFIGURATIONS=(i386 arm mips arm64 no-netfilter-no-multilink no-ipv6-no-compat)
CONFIGURATION_PACKAGES=("$DEBUG_SOURCE_PACKAGE" gcc make bc bison flex libelf-dev libc6-dev
	xz-utils rsync clang lld llvm sparse)
# Checkers change the layout of much. Where options are off they are off too, as in most
# kernels, and it is compiled sooner.
readonly CONFIGURATION_CHECKERS='^CONFIG_(PROVE_|DEBUG_(OBJECTS|NET|LIST|ATOMIC)|NET_.*_TRACKER|FTRACE|FAULT|ENABLE_)'

# The processor, as the kernel's Makefile calls it. 32 bits are where most is different.
configuration_processor()
{
	case $1 in
	*no-compat) echo arm64 ;;
	no-*) echo mips ;;
	*) echo "$1" ;;
	esac
}

# What the processor needs to be one with several cores; mips is big-endian
processor_options()
{
	case $1 in
	i386) printf 'CONFIG_%s=y\n' HIGHMEM64G ;;
	arm) printf 'CONFIG_%s=y\n' MMU ARCH_MULTIPLATFORM ARCH_MULTI_V7 ARM_LPAE ARCH_VIRT ;;
	mips) printf 'CONFIG_%s=y\n' 32BIT MIPS_GENERIC_KERNEL CPU_BIG_ENDIAN CPU_MIPS32_R2 MIPS_CPS ;;
	arm64) printf 'CONFIG_%s=y\n' COMPAT ;;
	esac
}

# What is off, with what cannot be on without it. Two options that have nothing to do
# with each other share a configuration.
configuration_off()
{
	case $1 in
	no-netfilter-no-multilink) echo PPP_MULTILINK NETFILTER NETFILTER_ADVANCED \
		NETFILTER_INGRESS NETFILTER_EGRESS NF_CONNTRACK NF_TABLES NF_TABLES_INET \
		IP_NF_IPTABLES BRIDGE_NETFILTER ;;
	no-ipv6-no-compat) echo COMPAT IPV6 NF_TABLES_INET XFRM_INTERFACE ;;
	esac
}

# configuration_config NAME: all options asked for, each once
configuration_config()
{
	local options off

	options=$(cat "$KERNEL_CONFIGS/module.config"; processor_options "$(configuration_processor "$1")")
	options=$(grep '^CONFIG_' <<<"$options")
	read -r -a off < <(configuration_off "$1") || { echo "$options"; return; }
	printf 'CONFIG_%s=n\n' "${off[@]}"
	grep -vE "$CONFIGURATION_CHECKERS" <<<"$options" |
		grep -vxE "CONFIG_($(IFS='|' && echo "${off[*]}"))=."
}

configuration_dir()
{
	echo "$CACHE/configurations/$1"
}

# configuration_kbuild NAME ARG...
configuration_kbuild()
{
	local name=$1
	shift

	nice make -C "$(debug_source_dir)" O="$(configuration_dir "$name")/kernel" \
		ARCH="$(configuration_processor "$name")" LLVM=1 "$@"
}

# The kernel's own programs are the same in each: taken from one that is there
configuration_seed()
{
	local dir=$1 name other

	mkdir -p "$dir/kernel"
	for name in "${CONFIGURATIONS[@]}"; do
		other=$(configuration_dir "$name")
		[ -e "$other.stamp" ] || continue
		cp -a "$other/kernel/scripts" "$dir/kernel/"
		return
	done
}

# configuration_prepare NAME: what modules are compiled against
configuration_prepare()
{
	local name=$1 dir wanted
	dir=$(configuration_dir "$name")
	wanted=$(configuration_config "$name"; debug_source_version; clang --version; sparse --version)

	stamp_is "$dir" "$wanted" && return 0
	unstamp "$dir"
	rm -rf "$dir"
	configuration_seed "$dir"
	configuration_config "$name" >"$dir/config"
	configuration_kbuild "$name" KCONFIG_ALLCONFIG="$dir/config" allnoconfig || return 1
	config_verify "$dir/config" "$dir/kernel/.config" || return 1
	configuration_kbuild "$name" modules_prepare || return 1
	stamp "$dir" "$wanted"
}

# No vmlinux is there to have the symbols
configuration_warnings()
{
	grep -iE 'warning:|error:' "$1" |
		grep -vE 'modpost: .* undefined!|suppressed .* unresolved symbol|Module.symvers is missing'
}

# configuration_compile NAME: a file that is there came out without a warning, or all
# are compiled again
configuration_compile()
{
	local dir code=0
	dir=$(configuration_dir "$1")

	mkdir -p "$dir/src"
	build_copy "$dir/src"
	configuration_kbuild "$1" M="$dir/src" CHECK="$TREE/scripts/lib/sparse-kbuild" \
		W=1 C=1 KBUILD_MODPOST_WARN=1 modules >"$dir/log" 2>&1 || code=$?
	cat "$dir/log"
	if [ "$code" -ne 0 ] || configuration_warnings "$dir/log"; then
		rm -rf "$dir/src"
		return 1
	fi
}

configuration_test()
{
	configuration_prepare "$1" && configuration_compile "$1"
}

configurations_all()
{
	local name

	need_packages "${CONFIGURATION_PACKAGES[@]}"
	kernel_source_make
	for name in "${CONFIGURATIONS[@]}"; do
		point "configuration: $name" locked "configuration-$name" configuration_test "$name" || true
	done
}
