# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Packages of the machine itself. Sourced; needs say.sh, cache.sh.

package_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

packages_missing()
{
	local package

	for package; do
		package_installed "$package" || printf '%s\n' "$package"
	done
}

apt_install()
{
	DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
		--no-install-recommends install "$@"
}

# The package lists are brought up to date only if the install fails without:
# there are none, or they are older than the archive.
apt_install_missing()
{
	local -a missing

	mapfile -t missing < <(packages_missing "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	say "installing ${missing[*]}"
	apt_install "${missing[@]}" >"$LOGS/apt.log" 2>&1 </dev/null && return 0
	if ! quietly "$LOGS/apt-update.log" apt-get -q update ||
		! quietly "$LOGS/apt.log" apt_install "${missing[@]}"; then
		die "apt-get could not install: ${missing[*]}; mend apt, then run this again"
	fi
}

# Before anything is installed: on another release that could not end well.
need_bookworm()
{
	local codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-$ID}") || codename='no Debian'
	[ "$codename" = bookworm ] ||
		die "this machine runs $codename: run this on Debian 12 (bookworm)"
}

need_packages()
{
	need_bookworm
	mkdir -p "$LOGS"
	locked apt apt_install_missing "$@"
}
