# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Packages of the tree, for guests and as they are: those of the tree itself and those of
# a version after it. Sourced; needs say.sh, cache.sh, apt.sh, build.sh, points.sh.

DEB_PACKAGES=(dpkg-dev debhelper dh-dkms dkms lintian)

# Beside what was built there for guests, which see it as /build/packages
packages_dir()
{
	echo "$(build_dir bookworm stock gcc)/out/packages"
}

# packages_build NAME VERSION: of a copy of the tree
packages_build()
{
	local copy

	copy=$(mktemp -d)
	build_copy "$copy"
	if [ "$1" = next ]; then
		sed "s/^pptp-mux ([^)]*)/pptp-mux ($2)/;/^ -- /q" "$TREE/debian/changelog" |
			cat - "$TREE/debian/changelog" >"$copy/debian/changelog"
	fi
	nice "$copy/scripts/deb" "$(packages_dir)/$1"
	rm -rf "$copy"
}

packages_version()
{
	dpkg-parsechangelog -l "$TREE/debian/changelog" -S Version
}

packages_build_both()
{
	local version

	version=$(packages_version)
	rm -rf "$(packages_dir)"
	packages_build this "$version" && packages_build next "$version+1"
}

packages_make()
{
	need_packages "${DEB_PACKAGES[@]}"
	locked packages packages_build_both
}

packages_lint()
{
	lintian --fail-on error,warning "$(packages_dir)"/this/pptp-mux{,-dkms}_*.deb
}

# As dkms does on the machine of who installs it, with trees of its own
packages_dkms()
{
	local work version

	work=$(mktemp -d)
	version=$(packages_version)
	dpkg-deb --extract "$(packages_dir)"/this/pptp-mux-dkms_*.deb "$work"
	mkdir "$work/dkms"
	nice dkms build "pptp-mux/$version" -k "$(kernel_release bookworm stock)" \
		--dkmstree "$work/dkms" --sourcetree "$work/usr/src" \
		--kernelsourcedir "$(kernel_headers bookworm stock)"
	find "$work/dkms" -name 'pptp-mux.ko*' | grep .
	rm -rf "$work"
}

# Of what has been built: nothing waits for these
packages_points()
{
	[ -d "$(packages_dir)/this" ] || return 0
	point "packages: lintian" packages_lint || true
	point "packages: dkms builds the module" packages_dkms || true
}
