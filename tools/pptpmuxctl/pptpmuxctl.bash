# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of pptpmuxctl(8) for bash

# The words of the command line that are no option: the command, its arguments
_pptpmuxctl_command()
{
	local word

	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		if [[ $word != --json ]]; then
			echo "$word"
			return
		fi
	done
}

_pptpmuxctl_set()
{
	local usages="receive dial-out demand-dial all none"
	local accounts="tx-share tx-limit rx-share rx-limit tx-pool rx-pool"

	case $1 in
	usage) echo "$usages ${usages// / +} ${usages// / -} +receive -receive" ;;
	enabled) echo "yes no" ;;
	quarantine) ;;
	?x-*) echo "64K 256K 1M" ;;
	*) echo "usage enabled quarantine all table $accounts $(_pptpmuxctl_slots)" ;;
	esac
}

_pptpmuxctl_slots()
{
	pptpmuxctl slots 2>/dev/null | awk 'NR > 1 { print $1 }'
}

_pptpmuxctl()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words

	case $(_pptpmuxctl_command) in
	"") words="slots sessions calls connections pool interfaces table events hangup drain undrain reload set resize doctor explain --json --help --version" ;;
	slots | table) words="--json" ;;
	sessions) words="--user --slot --peer --run-directory --json" ;;
	calls) words="-s --json" ;;
	drain) words="--wait --left --run-directory --json" ;;
	pool | connections | interfaces | reload | undrain) words="--run-directory --json" ;;
	doctor) words="--brief --json" ;;
	explain)
		words="error event result cdn --json $(pptpmuxctl explain 2>/dev/null |
			awk '{ sub(/:/, "", $2); print $2 }')"
		;;
	hangup) words="--user --all --run-directory --json $(pptpmuxctl calls 2>/dev/null |
		awk 'NR > 1 { print $1 }')" ;;
	events)
		case $previous in
		--count | --timeout) words="" ;;
		*) words="--count --timeout --run-directory --json" ;;
		esac
		;;
	set) words=$(_pptpmuxctl_set "$previous") ;;
	*) words="" ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _pptpmuxctl pptpmuxctl
