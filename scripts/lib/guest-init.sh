#!/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# First process of the guest, in the initramfs: mounts the platform's root, with
# a layer in memory above it that takes what is written, and goes there. It
# starts few programs: each costs a tenth of a second under emulation.
# No error is handled: the first one ends this process, and with it the guest.

set -e
b=/busybox
$b mkdir -p /proc /lower /upper /root
$b mount -t proc proc /proc
for module in /modules/*.ko; do
	[ ! -e "$module" ] || $b insmod "$module"
done

$b mount -a -T /fstab.lower
$b mkdir /upper/data /upper/work
$b mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /root

$b mkdir -p /root/proc /root/sys /root/dev /root/tmp /root/run /root/src /root/build \
	"/root/lib/modules/$($b uname -r)"
$b mount -a -T /fstab
$b cp -a /files/. /root/
$b mount -a -T /fstab.dev
echo vm >/root/proc/sys/kernel/hostname
$b ip link set lo up
exec $b switch_root /root /bin/bash /run/vm/guest-main.sh
