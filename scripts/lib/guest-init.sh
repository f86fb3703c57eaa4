#!/busybox sh
# SPDX-License-Identifier: GPL-2.0
# First process of the guest, in the initramfs: mounts the platform's root, with
# a layer in memory above it that takes what is written, and goes there.
# No error is handled: the first one ends this process, and with it the guest.

set -e
/busybox mkdir -p /proc /sys /dev /lower /upper /root /bin
/busybox --install -s /bin
export PATH=/bin

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
for module in /modules/*.ko; do
	[ ! -e "$module" ] || insmod "$module"
done

mount_9p()
{
	mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose "$1" "$2"
}

mount_9p root /lower
mount -t tmpfs tmpfs /upper
mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /root

cd /root
mkdir -p proc sys dev tmp run src build "lib/modules/$(uname -r)"
mount_9p modules "lib/modules/$(uname -r)"
mount_9p src src
mount_9p build build
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
cp -r /guest run/vm
mount --move /proc proc
mount --move /sys sys
mount --move /dev dev
exec switch_root /root /bin/bash /run/vm/guest-main.sh
