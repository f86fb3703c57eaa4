# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Pairs of namespaces for test programs, to be sourced behind lib.sh.
#
#   world                     two more, a$n and b$n: settings and counters begin anew
#   points_of NAME PROGRAM [ARG...]   a point: PROGRAM, in a world of its own, whose
#                             own points stand below it

n=0

# Neighbours are known: where packets are kept from the wire on purpose, questions are
# too.
world()
{
	n=$((n + 1))
	ns_new "a$n"
	ns_new "b$n"
	ns "a$n" ip link add to-b address 02:00:00:00:00:01 type veth \
		peer name to-a address 02:00:00:00:00:02 netns "${NS_PREFIX}b$n"
	end "a$n" to-b 192.0.2.1 192.0.2.2 02:00:00:00:00:02
	end "b$n" to-a 192.0.2.2 192.0.2.1 02:00:00:00:00:01
}

# end NAMESPACE DEVICE ADDRESS NEIGHBOUR ITS-ADDRESS
end()
{
	ns "$1" ip addr add "$3/24" dev "$2"
	ns "$1" ip link set "$2" up
	ns "$1" ip neigh replace "$4" lladdr "$5" dev "$2" nud permanent
}

points_of()
{
	local name=$1

	shift
	world
	if python3 "$@" "$NS_PREFIX"a"$n" "$NS_PREFIX"b"$n" | sed -u 's/^/    /'; then
		ok "$name"
	else
		not_ok "$name"
	fi
}
