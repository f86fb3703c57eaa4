# SPDX-License-Identifier: GPL-2.0
# Takes KCSAN's reports out of a kernel log. With want=races prints one line for
# each, "race ..." if it is ours, or else "elsewhere ..."; with want=rest all but them.
#
# A report is ours if a function of ours is on either stack: what the kernel does
# on our behalf, say to a queue of ours, is ours to lock. Whom an interrupt or a
# softirq has interrupted is not concerned.

function report_end() {
	if (want == "races")
		print (ours ? "race " : "elsewhere ") title
	inside = 0
}

/BUG: KCSAN: / {
	if (inside)
		report_end()
	title = $0
	sub(/^.*BUG: KCSAN: /, "", title)
	inside = 1
	ours = interrupted = 0
}

inside && / of [0-9]+ bytes by / { interrupted = 0 }
inside && / (asm_|handle_softirqs\+|(__)?do_softirq)/ { interrupted = 1 }
inside && !interrupted && /\+0x[0-9a-f]+\/0x[0-9a-f]+ \[(pptp_mux|canary)\]/ { ours = 1 }
inside && /] =======/ { report_end(); next }
!inside && want == "rest"

END {
	if (inside)
		report_end()
}
