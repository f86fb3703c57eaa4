# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A PPTP server and its clients, each in a namespace of their own; to be sourced
# instead of lib.sh, from the directory of both. The server is in namespace "s", at
# $SERVER; the clients are c1, c2, ...
#
#   dial_setup CLIENTS             namespaces, secrets, directory $dir
#   server_conf LINE...            writes pptpmuxd's configuration; its pppd gets
#                                  $pppd_options too; no client is too fast for it, and any
#                                  may go without a log-in; all clients are one user, so
#                                  that $single_session is "allow" by default
#   server_start                   starts pptpmuxd and waits until it listens
#   listens NS                     does somebody, for calls?
#   warm_pppd                      the process that waits there for calls to come
#   server_stop                    SIGTERM; leaves its exit code in $server_rc
#   log_has PATTERN                of the server's log since log_mark
#   log_has_times NUMBER PATTERN   so many lines of it
#   log_mark
#   dial CLIENT [OPTION...]        pppd with our plugin, until it is up; its exit code
#   dial_pptp_linux CLIENT [OPTION...]  the same with pptp-linux, which has GRE in user
#                                  space, and pppd on a pty
#   dial_pty CLIENT COMMAND [OPTION...]  with what COMMAND puts before it
#   dial_options FILE              what clients dial with, for pppd's "file"
#   hang_up CLIENT                 ends that pppd and waits until it is gone
#   client_address CLIENT          of its PPP interface, when there is one
#   reach CLIENT                   pings both ways through the tunnel
#   transfer OCTETS [NS ADDRESS]   TCP both ways at once between c1 and the server, or
#                                  somebody there, all of it compared
#   streams_begin CLIENT...        TCP between each and the server, which goes on
#   streams_end                    until then
#   streams_are_whole NUMBER       none was broken, and each has brought so many blocks; says
#                                  in $dir/figures how many, and how long one took at most
#   ctl NS ARG...                  pptpmuxctl there
#   asserts EXPRESSION             of the JSON that comes in, j in Python
#   json NS EXPRESSION ARG...      the same of pptpmuxctl's
#   take_over                      another pptpmuxd takes over from the one that runs
#   take_over_times NUMBER         again and again, at random moments
#   silence CLIENT, unsilence CLIENT  it vanishes without a word, and is back
#   power_cut CLIENT               it is silent, and then there is nobody
#   now                            milliseconds
#   open_files, resident           descriptors and kilobytes of pptpmuxd
#   files_as_before NUMBER         so many descriptors
#   nothing_left                   no call, process, interface, route of one, within
#                                  a while; else it says what there still is
#   nothing_left_in NAMESPACE...   the same of these
#   check_call NAME COMMAND...     a point that begins with an idle server; if it
#                                  fails, what it left is no fault of the next one
#   is_debug                       is this a kernel with checkers, and slow?
#
# What is set here is for the scripts, whose own arguments are none of need_module's:
# shellcheck disable=SC2119,SC2034

# /etc/ppp is the script's own: no secret is written to this machine's, and none
# of its scripts run
if [ "${DIAL_OWN_MOUNTS-}" != "$$" ] && [ "$(id -u)" -eq 0 ]; then
	DIAL_OWN_MOUNTS=$$ exec unshare --mount --propagation private "./${0##*/}" "$@"
fi

# shellcheck source=selftests/lib.sh
. ./lib.sh

readonly SERVER=10.9.0.1 INNER=192.168.77.1 PASSWORD=correct-horse
PPTPMUXD=${PPTPMUXD:-$PPTP_MUX_BUILD/tools/pptpmuxd/pptpmuxd}
PLUGIN=${PLUGIN:-$PPTP_MUX_BUILD/tools/pppd-plugin/pptp_mux.so}
# What clients get
readonly POOL=(192.168.77.{10..17})

is_debug()
{
	[ -e /proc/lockdep_stats ]
}

# Seconds that a wait may take at most; all end as soon as they can
PATIENCE=60
if is_debug; then
	PATIENCE=120
fi
readonly PATIENCE

dial_options()
{
	cat >"$1" <<-CONF
		plugin $PLUGIN
		pptp_server $SERVER
		user alice
		password $PASSWORD
		noauth
		refuse-pap
		refuse-chap
		refuse-mschap
		refuse-eap
		require-mppe-128
		noipdefault
		noipv6
		nodefaultroute
		lcp-restart 1
		lcp-max-configure $PATIENCE
		ipcp-max-configure $PATIENCE
		lcp-max-terminate 1
	CONF
}

secrets_setup()
{
	mkdir -p "$dir/ppp"
	mount --bind "$dir/ppp" /etc/ppp
	printf 'alice * %s *\n' "$PASSWORD" >/etc/ppp/chap-secrets
	chmod 600 /etc/ppp/chap-secrets
	dial_options "$dir/options"
}

# pppd asks for IPv6, and a kernel without it looks for its module each time: one more
# process for each call, and with every checker on that is a third of what it costs
search_no_module()
{
	local modprobe=/proc/sys/kernel/modprobe

	is_debug && [ ! -e /proc/net/if_inet6 ] || return 0
	# The first is not wanted where pptp-mux encrypts itself
	modprobe -a ppp_mppe crypto-sha1 2>/dev/null || true
	defer eval "echo $(<$modprobe) >$modprobe"
	echo >$modprobe
}

dial_setup()
{
	local i

	need_root
	need_command ip python3 ping pppd ss
	[ -x "$PPTPMUXD" ] || skip_all "build it first: make -C tools"
	dir=$(mktemp -d)
	defer rm -r "$dir"
	need_module
	search_no_module
	secrets_setup
	ns_new s
	ip -n "${NS_PREFIX}s" addr add "$SERVER/32" dev lo
	clients=()
	for ((i = 1; i <= $1; i++)); do
		client_new "c$i" "10.9.$i"
	done
	: >"$dir/pptpmuxd.log"
	log_mark
}

# client_new NAME NET: on a wire of its own, NET.1 to NET.2
client_new()
{
	clients+=("$1")
	ns_new "$1"
	ns_link s "$2.1/24" "$1" "$2.2/24"
	ip -n "$NS_PREFIX$1" route add "$SERVER" via "$2.1"
	defer end_processes "$1"
}

# Nothing that a client sends arrives, and no link is down to show it
silence()
{
	ip -n "$NS_PREFIX$1" route replace blackhole "$SERVER"
}

unsilence()
{
	ip -n "$NS_PREFIX$1" route replace "$SERVER" via "10.9.${1#c}.1"
}

power_cut()
{
	silence "$1"
	ns "$1" ss -K dst "$SERVER" >/dev/null
	end_processes "$1"
}

now()
{
	echo $((${EPOCHREALTIME//[!0-9]/} / 1000))
}

open_files()
{
	find "/proc/$server/fd" -mindepth 1 | wc -l
}

resident()
{
	awk '$1 == "VmRSS:" { print $2 }' "/proc/$server/status"
}

files_as_before()
{
	[ "$(open_files)" -eq "$1" ]
}

# is_warm PID: does it wait for calls to come?
is_warm()
{
	local name=''

	{ read -r name <"/proc/$1/comm"; } 2>/dev/null || true
	[ "$name" = pppd-warm ]
}

# In the server's namespace; but for a process that only looks on, if there is one, and
# the pppd that waits for calls to come
server_pids()
{
	local pid

	for pid in $(ip netns pids "${NS_PREFIX}s"); do
		[ "$pid" = "${onlooker:-}" ] || is_warm "$pid" || echo "$pid"
	done
}

warm_pppd()
{
	local pid

	for pid in $(ip netns pids "${NS_PREFIX}s"); do
		! is_warm "$pid" || echo "$pid"
	done | grep .
}

server_pppd()
{
	server_pids | grep -v -x "$server"
}

# One that ends by itself meanwhile is as good
end_processes()
{
	local pids

	mapfile -t pids < <(ip netns pids "$NS_PREFIX$1")
	[ "${#pids[@]}" -eq 0 ] || kill -KILL "${pids[@]}" 2>/dev/null || true
}

server_conf()
{
	cat >"$dir/pptpmuxd.conf" <<-CONF
		localip = "$INNER"
		remoteip = { "${POOL[0]}-${POOL[-1]}" }
		plugin = "$PLUGIN"
		single-session = "${single_session-allow}"
		run-directory = "$dir/run"
		max-connection-rate = 0
		max-unauthenticated-per-source = 0
		options = { "lcp-restart 1 chap-restart 1 ipcp-restart 1 noipv6 ${pppd_options-}" }
	CONF
	printf '%s\n' "$@" >>"$dir/pptpmuxd.conf"
}

server_start()
{
	log_mark
	ip netns exec "${NS_PREFIX}s" "$PPTPMUXD" -f "$dir/pptpmuxd.conf" 2>>"$dir/pptpmuxd.log" &
	server=$!
	defer kill -KILL "$server"
	if ! wait_for "$PATIENCE" log_has 'listens on TCP port'; then
		diag "pptpmuxd did not start: $(tail -n 5 "$dir/pptpmuxd.log")"
		exit "$KSFT_FAIL"
	fi
	grep -q '^warm-pppd = false' "$dir/pptpmuxd.conf" || wait_for "$PATIENCE" warm_pppd >/dev/null ||
		diag "no pppd waits for calls"
	python3 -S ./idle.py save "$dir/network" "${NS_PREFIX}s" "${clients[@]/#/$NS_PREFIX}"
}

listens()
{
	ns "$1" ss -Hltn 'sport = :1723' | grep .
}

server_stop()
{
	server_rc=0
	kill "$server"
	wait "$server" || server_rc=$?
}

log_mark()
{
	wc -l <"$dir/pptpmuxd.log" >"$dir/mark"
}

log_has()
{
	tail -n "+$(($(cat "$dir/mark") + 1))" "$dir/pptpmuxd.log" | grep -e "$1"
}

log_has_times()
{
	[ "$(log_has "$2" | wc -l)" -eq "$1" ]
}

dial()
{
	local client=$1

	shift
	ns "$client" pppd file "$dir/options" linkname "$NS_PREFIX$client" updetach \
		logfile "$dir/$client.log" "$@" </dev/null >/dev/null 2>&1
}

# pppd 2.5 has nomppe take back but half of an earlier require-mppe-128
dial_pty()
{
	local client=$1 before=$2 leave_out='^plugin\|^pptp_server'

	shift 2
	case " $* " in
	*' nomppe '*) leave_out+='\|^require-mppe' ;;
	esac
	grep -v "$leave_out" "$dir/options" >"$dir/options.pty"
	ns "$client" pppd file "$dir/options.pty" linkname "$NS_PREFIX$client" updetach \
		logfile "$dir/$client.log" \
		pty "$before pptp $SERVER --nolaunchpppd --nohostroute" "$@" \
		</dev/null >/dev/null 2>&1
}

dial_pptp_linux()
{
	dial_pty "$1" '' "${@:2}"
}

pid_file()
{
	local run=/run/pppd

	[ -d "$run" ] || run=/run
	echo "$run/ppp-$NS_PREFIX$1.pid"
}

client_pid()
{
	head -n 1 "$(pid_file "$1")"
}

no_process()
{
	[ -z "$(ip netns pids "$NS_PREFIX$1")" ]
}

hang_up()
{
	kill "$(client_pid "$1")"
	wait_for "$PATIENCE" no_process "$1"
}

client_address()
{
	ip -n "$NS_PREFIX$1" -4 -o addr | awk '$2 ~ /^ppp/ { print $4; exit }'
}

up()
{
	[ -n "$(client_address "$1")" ]
}

reach()
{
	ns "$1" "${PING[@]}" -c 3 -i 0.2 -W 20 "$INNER"
	ns "$1" "${PING[@]}" -c 3 -i 0.2 -W 20 -s 1300 "$INNER"
	ns s "${PING[@]}" -c 3 -i 0.2 -W 20 "$(client_address "$1")"
}

transfer()
{
	local octets=$1 name=${2:-s} address=${3:-$INNER} served=0

	ns "$name" python3 ./tunnel_traffic.py serve "$address" "$octets" &
	ns c1 python3 ./tunnel_traffic.py fetch "$address" "$octets"
	wait "$!" || served=$?
	[ "$served" -eq 0 ]
}

take_over()
{
	ns s "$PPTPMUXD" --take-over -f "$dir/pptpmuxd.conf"
}

take_over_times()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		sleep "0.$((RANDOM % 10))"
		take_over | grep 'has taken over'
	done
}

# Not within check, whose shell cannot wait for them
declare -A streams=()

streams_begin()
{
	local name

	ip netns exec "${NS_PREFIX}s" python3 ./takeover.py serve "$INNER" &
	onlooker=$!
	defer kill "$onlooker"
	wait_for "$PATIENCE" ns s ss -Hltn 'sport = :7878' >/dev/null
	for name in "$@"; do
		ip netns exec "$NS_PREFIX$name" python3 ./takeover.py stream "$INNER" \
			>"$dir/$name.stream" 2>&1 &
		streams[$name]=$!
		defer kill "$!"
		wait_for "$PATIENCE" grep -x there "$dir/$name.stream" >/dev/null
	done
}

streams_end()
{
	local name rc

	for name in "${!streams[@]}"; do
		rc=0
		kill "${streams[$name]}" || true
		wait "${streams[$name]}" || rc=$?
		echo "$rc" >"$dir/$name.rc"
	done
	kill "$onlooker"
	wait "$onlooker" || true
	onlooker=
}

# One block may come late by a packet that was lost; a call that was lost ends its stream
streams_are_whole()
{
	local name count longest

	for name in "${!streams[@]}"; do
		cat "$dir/$name.stream"
		[ "$(<"$dir/$name.rc")" -eq 0 ]
		read -r count longest < <(tail -n 1 "$dir/$name.stream")
		echo "# $name: $count blocks of TCP came back, after $longest ms at most" \
			>>"$dir/figures"
		[ "$count" -gt "$1" ]
	done
}

ctl()
{
	local name=$1

	shift
	ns "$name" "$CTL" "$@"
}

asserts()
{
	python3 -I -S -c 'import json, sys; j = json.load(sys.stdin); assert '"$1"', j'
}

json()
{
	local name=$1 expression=$2

	shift 2
	ctl "$name" --json "$@" | asserts "$expression"
}

all_free()
{
	local field value slots='' free=none

	while read -r field value _; do
		case $field in
		slots) slots=$value ;;
		free) free=$value ;;
		esac
	done < <(ctl "$1" table)
	[ "$slots" = "$free" ]
}

only_server()
{
	[ "$(server_pids)" = "$server" ]
}

# Whatever is in the way of the next point, but the server
end_calls()
{
	local name

	for name in "${clients[@]}"; do
		end_processes "$name"
	done
	server_pppd | xargs -r kill -KILL || true
	wait_for "$PATIENCE" only_server || diag "what calls left in the server's namespace stays"
}

check_call()
{
	wait_for "$PATIENCE" only_server || end_calls
	check "$@"
	[ "$tap_rc" -eq 0 ] || end_calls
}

# nothing_left_in NAMESPACE...: waits until nothing is, or says what there still is
nothing_left_in()
{
	python3 -S ./idle.py wait $((2 * PATIENCE)) "$dir/network" \
		"${server:-0} ${onlooker:-0}" \
		"${@/#/$NS_PREFIX}"
}

# part NAME [ARG...]: of refusal.py, from the first client
part()
{
	log_mark
	ns c1 python3 ./refusal.py "$1" "$SERVER" "${@:2}"
	nothing_left
}

nothing_left()
{
	nothing_left_in s "${clients[@]}"
}
