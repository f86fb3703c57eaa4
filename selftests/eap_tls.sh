#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Guests: bookworm
#
# Log-in by certificates: EAP-TLS (RFC 5216) in place of MS-CHAPv2, with MPPE-128 as ever,
# whose keys come from TLS then. No password is anywhere.
#
# Functions are called by check, which shellcheck does not see.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=selftests/dial_lib.sh
. ./dial_lib.sh

readonly KEYS=/etc/ppp/keys

# authority NAME
authority()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$1" -keyout "$KEYS/$1.key" -out "$KEYS/$1.crt"
}

# certificate NAME AUTHORITY [FILE]: for who is called NAME
certificate()
{
	local file=$KEYS/${3-$1}

	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$file.key" -out "$file.csr"
	openssl x509 -req -days 2 -in "$file.csr" -CA "$KEYS/$2.crt" -CAkey "$KEYS/$2.key" \
		-CAcreateserial -out "$file.crt"
}

make_keys()
{
	(umask 077 && mkdir "$KEYS")
	authority ca
	authority stranger
	certificate vpn ca
	certificate alice ca
	certificate alice stranger forged
	printf 'alice vpn - %s/vpn.crt %s/ca.crt %s/vpn.key *\n' "$KEYS" "$KEYS" "$KEYS" \
		>/etc/ppp/eaptls-server
	chmod 600 /etc/ppp/eaptls-server
	rm /etc/ppp/chap-secrets
}

# with_certificate FILE: what c1 dials with
with_certificate()
{
	sed -i -E '/^(user|password|refuse-eap|cert|key|ca|name|remotename|need-peer-eap)\b/d' \
		"$dir/options"
	cat >>"$dir/options" <<-CONF
		name alice
		remotename vpn
		need-peer-eap
		ca $KEYS/ca.crt
		cert $KEYS/$1.crt
		key $KEYS/$1.key
	CONF
}

logged_in()
{
	with_certificate alice
	dial c1
	log_has 'MPPE 128-bit stateless compression enabled'
	log_has 'address 192.168.77.[0-9]* for alice'
	reach c1
	hang_up c1
	nothing_left
}

forged()
{
	local rc=0

	with_certificate forged
	log_mark
	dial c1 || rc=$?
	wait_for "$PATIENCE" no_process c1
	[ "$rc" -ne 0 ] && [ "$rc" -lt 126 ]
	wait_for "$PATIENCE" log_has 'call ended: .*has not proved who it is'
	nothing_left
}

need_command openssl
dial_setup 1
pppd_options='name vpn'
server_conf 'slots = 2' 'usage = { "all receive" }' 'authentication = "eap"'
check "keys and certificates" make_keys
server_start
ns s sysctl -q -w net.ipv4.ip_forward=1
check "the doctor misses no password" json s 'j["findings"] == []' doctor --run-directory "$dir/run"
check "a client with a certificate: MPPE-128, traffic both ways" logged_in
check "a client with another authority's certificate is refused" forged
server_stop
check "pptpmuxd ends" test "$server_rc" -eq 0
tap_end
