# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Test points: what was tested and how it came out, collected in a file over all
# phases. Sourced; needs say.sh, cache.sh.

RESULTS=$CACHE/results
POINTS=$RESULTS/points

# The results are one run's, as long as anything of it runs
points_start()
{
	mkdir -p "$CACHE/locks"
	exec {results_lock}>"$CACHE/locks/results"
	flock --nonblock "$results_lock" ||
		die "another scripts/check, or a virtual machine of one, uses $CACHE: wait for it, or set PPTP_MUX_CACHE to another directory"
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
	: >"$POINTS"
}

# point_result ok|not_ok|skip NAME
point_result()
{
	printf '%s %s\n' "$1" "$2" >>"$POINTS"
	[ "$1" != not_ok ] || printf 'FAILED: %s\n' "$2" >&2
}

# point NAME COMMAND...: passes if COMMAND ends with 0; else the end of its output is shown
point()
{
	local name=$1 log
	shift

	log=$RESULTS/${name//[^a-zA-Z0-9.-]/_}.log
	if "$@" >"$log" 2>&1 </dev/null; then
		point_result ok "$name"
		return 0
	fi
	point_result not_ok "$name"
	tail -n 30 "$log" | sed 's/^/    /' >&2
	printf '    (whole log: %s)\n' "$log" >&2
	return 1
}

# points_of_tap PREFIX FILE: the points in what selftests/run.sh printed. A script
# that failed without a failing point of its own, or printed none, is one itself.
points_of_tap()
{
	awk -v prefix="$1" '
		function result(what, text) { print what, prefix ": " text }
		function kind(line) {
			if (line ~ /^not ok/) return "not_ok"
			return line ~ /# SKIP/ ? "skip" : "ok"
		}
		/^# selftests: / { script = $3; inner = bad = 0; next }
		/^# (not )?ok [0-9]/ {
			line = substr($0, 3); inner++
			if (kind(line) == "not_ok") bad++
			text = line; sub(/^(not )?ok [0-9]+ *(- )?/, "", text)
			result(kind(line), script ": " text)
			next
		}
		/^(not )?ok [0-9]+ selftests: / {
			k = kind($0); text = $0; sub(/^.*selftests: /, "", text)
			if (inner == 0 || (k == "not_ok" && bad == 0)) result(k, text)
		}' "$2"
}

points_add_tap()
{
	local what text

	while read -r what text; do
		point_result "$what" "$text"
	done < <(points_of_tap "$1" "$2")
	failed_scripts "$2" >&2
}

# points_add_flat_tap PREFIX FILE: TAP in which programs follow each other, each
# after a line "# PROGRAM"
points_add_flat_tap()
{
	local what text

	while read -r what text; do
		point_result "$what" "$text"
	done < <(awk -v prefix="$1" '
		/^# [^ ]+$/ { program = $2 }
		/^(not )?ok / {
			what = /^not/ ? "not_ok" : /# SKIP/ ? "skip" : "ok"
			sub(/^(not )?ok *[0-9]* *(- )?/, "")
			print what, prefix ": " program ": " $0
		}' "$2")
}

# The last lines of each failed script
failed_scripts()
{
	awk '
		/^# selftests: / { n = 0 }
		{ lines[n++] = $0 }
		/^not ok [0-9]+ selftests: / {
			for (i = (n > 40 ? n - 40 : 0); i < n; i++) print "    " lines[i]
		}' "$1"
}

points_count()
{
	grep -c "^$1 " "$POINTS" || true
}

# The last line of a run; returns 0 only if something passed and nothing failed
points_end()
{
	local passed failed skipped

	passed=$(points_count ok) failed=$(points_count not_ok) skipped=$(points_count skip)
	sed -n 's/^skip /skipped: /p; s/^not_ok /failed:  /p' "$POINTS" >&2
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
