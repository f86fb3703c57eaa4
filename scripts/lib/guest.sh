# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A guest: its initramfs and its QEMU. Sourced; needs say.sh, platform.sh,
# kernel.sh, pptpd.sh.

VM_PACKAGES=(qemu-system-x86 busybox-static kmod xz-utils zstd)
GUEST_MODULES=(virtio_pci virtio_console 9pnet_virtio 9p overlay)
GUEST_MEMORY=1G
# Under emulation the kernel's own watchdogs and clock checks fire for nothing.
GUEST_CMDLINE="console=ttyS0 log_buf_len=4M pci=noacpi tsc=reliable nowatchdog panic=-1 oops=panic mitigations=off nokaslr"

# guest_modules KERNELDIR DIR: the modules that the initramfs loads, in order
guest_modules()
{
	local kernel=$1 dir=$2 release list file n=100

	release=$(cat "$kernel/release")
	list=$(modprobe -d "$kernel" -S "$release" --all --show-depends "${GUEST_MODULES[@]}") ||
		die "the kernel in $kernel lacks modules; remove it and run this again"
	while read -r file; do
		n=$((n + 1))
		case $file in
		*.ko) cp "$file" "$dir/$n.ko" ;;
		*.ko.xz) xz -dc "$file" >"$dir/$n.ko" ;;
		*.ko.zst) zstd -qdc "$file" >"$dir/$n.ko" ;;
		esac
	done < <(awk '$1 == "insmod" && !seen[$2]++ { print $2 }' <<<"$list")
}

# guest_files DIR COMMAND...: what is copied into the guest's root
guest_files()
{
	local dir=$1 lib=$TREE/scripts/lib
	shift

	mkdir -p "$dir"/run/vm "$dir"/dev/pts "$dir"/dev/shm "$dir"/etc
	cp "$(command -v busybox)" "$lib/guest-main.sh" "$lib/splats" "$lib/races.awk" "$dir/run/vm/"
	printf 'exec' >"$dir/run/vm/command"
	printf ' %q' "$@" >>"$dir/run/vm/command"
	ln -s /proc/self/fd "$dir/dev/fd"
	ln -s /proc/self/fd/0 "$dir/dev/stdin"
	ln -s /proc/self/fd/1 "$dir/dev/stdout"
	ln -s /proc/self/fd/2 "$dir/dev/stderr"
	# pptp-linux finds its own address by looking up the host's name
	printf '127.0.0.1 localhost vm\n' >"$dir/etc/hosts"
}

# guest_initramfs PLATFORM KERNELDIR FILE COMMAND...
guest_initramfs()
{
	local platform=$1 kernel=$2 file=$3 lib=$TREE/scripts/lib dir=$3.d
	shift 3

	mkdir -p "$dir/modules" "$dir/dev"
	cp "$(command -v busybox)" "$lib"/fstab.* "$dir/"
	sed "s/RELEASE/$(cat "$kernel/release")/" "$lib/fstab" >"$dir/fstab"
	install -m 755 "$lib/guest-init.sh" "$dir/init"
	guest_files "$dir/files" "$@"
	[ "$platform" != bookworm ] || pptpd_give "$dir/files"
	guest_modules "$kernel" "$dir/modules"
	(cd "$dir" && find . | busybox cpio -o -H newc 2>/dev/null) >"$file"
	rm -rf "$dir"
}

share()
{
	printf '%s\n' -virtfs \
		"local,path=$2,mount_tag=$1,security_model=none,readonly=on,multidevs=remap"
}

# guest_qemu PLATFORM KERNEL OUTPUT SMP ICOUNT APPEND: the command line, one
# argument a line
guest_qemu()
{
	local platform=$1 dir output=$3 smp=$4 icount=$5 append=$6
	local -A sleeps=([skip]=off [wait]=on)
	dir=$(kernel_dir "$1" "$2")

	# What a processor does faster, emulation does not: it goes through a string copy
	# byte by byte, and ends its block of code where SMAP is lifted for each access to
	# user space (KASAN sees one that is not meant). A kernel without these is faster;
	# where instructions are counted, it is as it would be.
	if [ "$icount" != no ]; then
		printf '%s\n' -accel tcg -smp 1 -icount "shift=1,sleep=${sleeps[$icount]}" -cpu max,la57=off
	else
		printf '%s\n' -accel tcg,thread=multi,tb-size=1024 -smp "$smp,sockets=$smp" \
			-cpu max,la57=off,-erms,-fsrm,-smap
	fi
	printf '%s\n' -m "$GUEST_MEMORY" -nodefaults -display none -no-reboot \
		-kernel "$dir/vmlinuz" -initrd "$output/initramfs" \
		-append "$GUEST_CMDLINE $append" \
		-serial "file:$output/console.log" -device virtio-serial-pci \
		-chardev "file,id=output,path=$output/stdout" -device virtserialport,chardev=output,name=output \
		-chardev "file,id=report,path=$output/report" -device virtserialport,chardev=report,name=report
	share root "$(platform_root "$platform")"
	share modules "$dir/lib/modules/$(cat "$dir/release")"
	share src "$output/src"
	share build "$output/build"
}
