#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# The doctor: faults made on purpose, each of which it names first, with a command that
# mends it; and a healthy host, of which it says nothing. The command that it prints is
# run as it stands, where that can be, and then the host is healthy again.
#
# And what pptpmuxd keeps to itself: privileges, and passwords.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly SECRETS=/etc/ppp/chap-secrets RULES=/etc/modprobe.d/pptp-mux-selftest.conf

doctor()
{
	ctl s --run-directory "$dir/run" "$@"
}

fails()
{
	! "$@"
}

healthy()
{
	doctor doctor | tee "$dir/found"
	[ "$(<"$dir/found")" = "no fault found" ]
}

# finds ID CODE: it is named first, and the exit code is that. $dir/found is what was
# found, $dir/mend the command.
finds()
{
	local rc=0 found string='"(([^"\\]|\\.)*)"'

	found=$(doctor --json doctor) || rc=$?
	echo "$found" | tee "$dir/found"
	[ "$rc" -eq "$2" ]
	[[ $found =~ \"findings\":\[\{\"id\":$string,\"severity\":$string,\"text\":$string(,\"mend\":$string)? ]]
	[ "${BASH_REMATCH[1]}" = "$1" ]
	echo "${BASH_REMATCH[8]//\\\"/\"}" >"$dir/mend"
}

# explained CODE EXIT-CODE: into $dir/explained
explained()
{
	local rc=0

	doctor explain "$1" >"$dir/explained" || rc=$?
	cat "$dir/explained"
	[ "$rc" -eq "$2" ]
}

mend()
{
	ip netns exec "${NS_PREFIX}s" env PATH="$dir/bin:$PATH" bash -c "$(cat "$dir/mend")"
}

# seeded ID CODE: found, and mended as it says. That it is so is seen at the end of each
# group, when the host has to be healthy again.
seeded()
{
	finds "$1" "$2"
	mend
}

# ---- the module ----

# As if it were installed, for modprobe
install_module()
{
	local ko=$PPTP_MUX_BUILD/pptp-mux.ko

	echo "options pptp-mux mppe=0" >"$RULES"
	[ ! -e "$ko" ] || echo "install pptp-mux insmod $ko mppe=0" >>"$RULES"
	defer rm -f "$RULES"
	mkdir "$dir/bin"
	ln -s "$(realpath "$CTL")" "$dir/bin/pptpmuxctl"
}

module_not_loaded()
{
	unload
	seeded module-not-loaded 2
}

# ip netns exec mounts /sys anew for each program, so what UEFI says is put there by it
module_key_not_enrolled()
{
	cat >"$dir/bin/with-secure-boot" <<-SH
		#!/bin/sh -e
		mount -t tmpfs firmware /sys/firmware
		mkdir -p /sys/firmware/efi/efivars
		printf '\006\000\000\000\001' >/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
		exec "$CTL" "\$@"
	SH
	chmod +x "$dir/bin/with-secure-boot"
	unload
	CTL=$dir/bin/with-secure-boot finds module-key 2
	mend
	finds_no module-key
}

module_of_the_kernel()
{
	unload
	modprobe pptp
	seeded pptp-ko 2
}

# on_disk SOURCE: as "make install" does it, in a tree where nothing else is; & is as it is
on_disk()
{
	mkdir -p "$dir/modules/updates"
	LC_ALL=C sed "s/srcversion=..../$1/" "$PPTP_MUX_BUILD/pptp-mux.ko" \
		>"$dir/modules/updates/pptp-mux.ko"
	mount --bind "$dir/modules" "/lib/modules/$(uname -r)"
	depmod
}

not_on_disk()
{
	umount "/lib/modules/$(uname -r)"
}

finds_no()
{
	fails grep -F "\"id\":\"$1\"" < <(doctor --json doctor)
}

# What is printed stops and starts the server as a service, which it is not here
module_of_other_sources()
{
	on_disk srcversion=0000
	finds module-stale 1
	ctl s --version | grep 'loaded, and not the one on disk'
	mv "$RULES" "$dir/rules"
	printf '#!/bin/sh\n' >"$dir/bin/systemctl"
	chmod +x "$dir/bin/systemctl"
	mend
	rm "$dir/bin/systemctl"
	finds_no module-stale
	mv "$dir/rules" "$RULES"
	not_on_disk
	unload
	modprobe pptp-mux
}

no_module_for_the_next_boot()
{
	on_disk '&'
	ln -s boot/vmlinuz-9.9-next /vmlinuz
	finds module-next 1
	rm /vmlinuz
	grep -F 'linux-headers-9.9-next' "$dir/mend"
	finds_no module-next
	not_on_disk
}

# ---- slots ----

no_slot_receives()
{
	ctl s set all usage dial-out
	explained 629 2
	grep -F '[x] no VPN slot may receive calls' "$dir/explained"
	grep -F '[ ] all VPN slots are disabled' "$dir/explained"
	grep -F 'mend: pptpmuxctl set all usage +receive' "$dir/explained"
	explained 691 0
	grep -F 'no RADIUS server answers' "$dir/explained"
	explained 619 2
	grep -F 'GRE passes in one direction only' "$dir/explained"
	explained 806 0
	grep -F "GRE comes from another address than its TCP" "$dir/explained"
	for code in 734 742; do
		explained "$code" 0
		grep -F '40 or 56 bits only, or stateful mode only' "$dir/explained"
	done
	seeded slots-usage 2
}

all_disabled()
{
	ctl s set all enabled no
	[[ $(doctor doctor --brief || true) = 'PPTP CRITICAL - all 4 VPN slots are disabled'* ]]
	seeded slots-disabled 2
}

# c1's call is up, and has the one slot left
all_taken()
{
	ctl s set all usage dial-out
	ctl s set "$(ctl s calls | awk 'NR == 2 { print $1 }')" usage receive
	seeded slots-taken 1
}

# ---- the server ----

server_stopped()
{
	server_stop
	finds server-stopped 2
}

# What is printed starts pptpmuxd as an installed one; only its first half can be run
another_server()
{
	ip netns exec "${NS_PREFIX}s" python3 -I -S -c 'import signal, socket
s = socket.create_server(("", 1723))
open("/proc/self/comm", "w").write("pptpd")
signal.pause()' &
	wait_for "$PATIENCE" listener_is pptpd
	finds server-foreign 2
	grep -F '\"pptpd\" listens on TCP port 1723' "$dir/found"
	sed -i 's/ &&.*//' "$dir/mend"
	mend
	fails wait "$!"
}

listener_is()
{
	ns s ss -ltnp sport = :1723 | grep -F "\"$1\""
}

# ---- the firewall ----

tcp_rejected()
{
	ns s nft -f - <<-NFT
		table inet filter {
			chain input {
				type filter hook input priority 0
				tcp dport { 22, 1723 } reject comment "nobody dials in"
			}
		}
	NFT
	seeded tcp-filtered 2
	grep -F 'the rule \"tcp dport { 22, 1723 } reject' "$dir/found"
	grep -F '(inet filter input, handle ' "$dir/found"
}

# Answers to what this host asked are not enough: GRE of a client is no answer to any
gre_not_accepted()
{
	ns s nft -f - <<-NFT
		table inet strict {
			chain input {
				type filter hook input priority 0
				policy drop
				iif lo accept
				iifname "ppp*" accept
				ct state established,related accept
				tcp dport 1723 accept
			}
		}
	NFT
	fails dial c1 lcp-max-configure 2
	wait_for "$PATIENCE" no_process c1
	seeded gre-filtered 2
	grep -F 'the policy of inet strict input' "$dir/found"
}

gre_dropped()
{
	ns s iptables -A INPUT -p gre -j DROP
	seeded gre-filtered 2
	grep -F 'the rule \"iptables -t filter -A INPUT -p gre -j DROP\"' "$dir/found"
}

icmp_dropped()
{
	ns s iptables -A OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP
	seeded icmp-filtered 1
}

# All these rules are there still, and others before them
passable()
{
	healthy
	dial c1
	reach c1
	hang_up c1
	ns s nft flush ruleset
}

# ---- PPP ----

# Not built anew, as it says, but put back
plugin_of_another_pppd()
{
	local version

	version=$(pppd --version 2>&1 | sed 's/pppd version //')
	cp "$PLUGIN" "$dir/good.so"
	sed -i "s/${version//./\\.}/0.${version#*.}/g" "$PLUGIN"
	finds plugin-version 2
	grep -F "is for pppd version 0.${version#*.}, this is $version" "$dir/found"
}

no_plugin()
{
	rm "$PLUGIN"
	finds plugin-missing 2
	mv "$dir/good.so" "$PLUGIN"
}

unload_mppe()
{
	! grep -q '^ppp_mppe ' /proc/modules || rmmod ppp_mppe
}

# The last call's pppd may be about to end
no_mppe()
{
	wait_for "$PATIENCE" unload_mppe
	echo 'install ppp_mppe /bin/false' >>"$RULES"
	seeded mppe-missing 2
	grep '^ppp_mppe ' /proc/modules
	sed -i '/ppp_mppe/d' "$RULES"
}

# ---- passwords ----

# seeded_for_alice ID CODE: mended as it says, with a name and a password in their places
seeded_for_alice()
{
	finds "$1" "$2"
	sed -i "s/USER/alice/; s/PASSWORD/$PASSWORD/" "$dir/mend"
	mend
}

no_secrets()
{
	rm "$SECRETS"
	seeded_for_alice secrets-missing 2
	[ "$(stat -c %a "$SECRETS")" = 600 ]
}

secrets_of_another_server()
{
	echo "alice elsewhere $PASSWORD *" >"$SECRETS"
	seeded_for_alice secrets-empty 2
}

secrets_for_all_to_read()
{
	chmod 644 "$SECRETS"
	seeded secrets-exposed 1
}

secrets_without_address()
{
	echo "bob * $PASSWORD" >>"$SECRETS"
	finds secrets-address 1
	grep -F 'chap-secrets:3: \"bob\" may have no address' "$dir/found"
	fails grep -F "$PASSWORD" "$dir/found"
	sed -i 's/^bob .*/& */' "$SECRETS"
}

# ---- the network ----

no_forwarding()
{
	ns s sysctl -q -w net.ipv4.ip_forward=0
	seeded forwarding-off 1
}

address_of_another()
{
	ns s ip route add "${POOL[5]}" dev to-c2 proto static
	seeded pool-conflict 1
}

# c1's call is up
narrow_path()
{
	ip -n "${NS_PREFIX}s" link set to-c1 mtu 1200
	seeded mtu 1
}

not_root()
{
	local rc=0

	ns s setpriv --reuid=65534 --clear-groups "$CTL" doctor || rc=$?
	[ "$rc" -eq 3 ]
}

# ---- what pptpmuxd keeps to itself ----

# Of pptpmuxd, and of the pppd of c1's call: CAP_NET_ADMIN (12), and no way to more
least_privileges()
{
	local pid pids

	mapfile -t pids < <(ip netns pids "${NS_PREFIX}s")
	[ "${#pids[@]}" -ge 2 ]
	for pid in "${pids[@]}"; do
		tr '\0' ' ' <"/proc/$pid/cmdline"
		grep -E '^(Cap|NoNewPrivs)' "/proc/$pid/status"
		[ "$(awk '/^Cap(Prm|Eff|Bnd):/ && $2 == "0000000000001000" { n++ }
			/^Cap(Inh|Amb):/ && $2 == "0000000000000000" { n++ }
			/^NoNewPrivs:/ && $2 == 1 { n++ } END { print n }' "/proc/$pid/status")" -eq 6 ]
	done
}

# All is logged that there is to log, by both, and c1 has logged in
password_is_nowhere()
{
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' >"$dir/arguments" || true
	grep -q -x ipparam "$dir/arguments"
	log_has 'rcvd \[CHAP Response id=[^]]*name = "alice"\]'
	dmesg >"$dir/kernel.log"
	fails grep -F -e "$PASSWORD" "$dir/arguments" "$dir/pptpmuxd.log" "$dir/kernel.log"
}

need_command nft iptables setpriv
# ppp_mppe is what it is to miss
need_root
need_module mppe=0
dial_setup 2
install_module
cp "$PLUGIN" "$dir/plugin.so"
PLUGIN=$dir/plugin.so
# Far clients come by it, and not by any ppp*
ip -n "${NS_PREFIX}s" route add default via 10.9.1.2
pppd_options='debug'
server_conf 'slots = 4' 'usage = { "all receive" }' 'log-level = "debug"'
server_start
ns s sysctl -q -w net.ipv4.ip_forward=1

check "a healthy host" healthy
check "fault: module not loaded" module_not_loaded
check "fault: module not loaded, with Secure Boot" module_key_not_enrolled
if modprobe -n -q pptp; then
	check "fault: pptp.ko owns GRE" module_of_the_kernel
else
	skip "fault: pptp.ko owns GRE" "this kernel has no pptp.ko"
fi
check "fault: the module on disk is another one" module_of_other_sources
if [ -L /vmlinuz ]; then
	skip "fault: no module for the next boot" "this host has a next boot of its own"
else
	check "fault: no module for the next boot" no_module_for_the_next_boot
fi
ctl s resize 4
check "fault: no slot may receive; explain 629" no_slot_receives
check "fault: all slots disabled" all_disabled
check "all mended: healthy" healthy

check "fault: an nftables rule rejects TCP 1723" tcp_rejected
check "fault: an nftables policy drops GRE" gre_not_accepted
check "fault: an iptables rule drops GRE" gre_dropped
check "fault: an iptables rule drops ICMP" icmp_dropped
check "all mended: healthy, and a client dials in" passable

check "fault: a plugin for another pppd" plugin_of_another_pppd
check "fault: no plugin" no_plugin
check "fault: no MPPE" no_mppe
check "fault: no file of passwords" no_secrets
check "fault: no password for this server" secrets_of_another_server
check "fault: everybody can read the passwords" secrets_for_all_to_read
check "fault: a password that allows no address" secrets_without_address
check "fault: forwarding is off" no_forwarding
check "fault: another route to an address of the pool" address_of_another
check "not root: could not examine" not_root
check "all mended: a client dials in" dial c1
check "and healthy, with a call" healthy

check "pptpmuxd and pppd have CAP_NET_ADMIN, and no way to more" least_privileges
check "no password in arguments or logs" password_is_nowhere
check "fault: a narrow path" narrow_path
check "fault: all slots taken" all_taken
check "all mended: healthy" healthy
hang_up c1

check "fault: the server is stopped" server_stopped
check "fault: another server has the port" another_server
server_start
check "a healthy host again" healthy
check "nothing is left" nothing_left
server_stop
tap_end
