# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Static checks of the tree, a point for each file. Sourced; needs say.sh,
# apt.sh, kernel.sh, points.sh.

STATIC_PACKAGES=(shellcheck mandoc python3 perl)

# The tree's files, without what builds or other tools left in it
tree_files()
{
	(cd "$TREE" && find . -name .git -prune -o -name __pycache__ -prune -o -type f "$@" -print) |
		sed 's,^\./,,' | sort
}

# The kernel's C; user space has its own types, and is compiled with -Wextra.
# checkpatch speaks of what the kernel's own tree wants and we have not: no entry in
# MAINTAINERS, version differences in compat.h. And it takes the macros of
# tracepoints, which have a form of their own, for functions.
checkpatch_ignores()
{
	echo -n FILE_PATH_CHANGES,LINUX_VERSION_CODE
	[ "$1" != trace.h ] || echo -n ,OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT,EMBEDDED_FILENAME
}

static_checkpatch()
{
	local file source

	source=$(debug_source_dir)
	while read -r file; do
		point "checkpatch: $file" perl "$source/scripts/checkpatch.pl" --no-tree --strict \
			--terse --no-summary --show-types \
			--ignore "$(checkpatch_ignores "${file#./}")" -f "$TREE/$file" || true
	done < <(tree_files -name '*.[ch]' | grep -vE '^(tools|scripts)/|^selftests/([^/]*|(fuzz|bench)/.*)$')
}

shell_scripts()
{
	tree_files -name '*.sh'
	tree_files -perm -u+x -not -name '*.sh' | while read -r file; do
		! head -n 1 "$TREE/$file" | grep -qE '^#!.*/(ba)?sh' || echo "$file"
	done
}

# Formats of dpkg and others stand in single quotes (SC2016); what a sourced file
# sets is used elsewhere (SC2034); functions are handed on as arguments (SC2317,
# SC2119).
static_shell()
{
	local file

	while read -r file; do
		point "shellcheck: $file" env -C "$TREE" shellcheck -x -e SC2016,SC2034,SC2317,SC2119 "$file" || true
	done < <(shell_scripts)
}

static_python()
{
	local file

	while read -r file; do
		point "python: $file" env PYTHONPYCACHEPREFIX="$RESULTS/pycache" \
			python3 -m py_compile "$TREE/$file" || true
	done < <(tree_files -name '*.py')
}

static_man()
{
	local file

	while read -r file; do
		point "man: $file" mandoc -T lint -W warning "$TREE/$file" || true
	done < <(tree_files -path '*/man/*' -name '*.[1-9]')
}

static_all()
{
	need_packages "${STATIC_PACKAGES[@]}"
	kernel_source_make
	static_checkpatch
	static_shell
	static_python
	static_man
}
