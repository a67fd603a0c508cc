# How set-up speaks: one line a step with its time, a long command's last line while it runs, its output when it fails.
# Sourced by setup.sh.

now_ms() {
	date +%s%3N
}

# begin NAME: starts the clock of a step.
begin() {
	step=$1
	began=$(now_ms)
}

# finish TEXT: the step's line.
finish() {
	took=$(($(now_ms) - began))
	printf 'set-up: %-9s %s (%d.%02d s)\n' "$step" "$1" $((took / 1000)) $((took % 1000 / 10))
}

warn() {
	echo "set-up: warning: $1" >&2
}

# fail SENTENCE: says what is wrong and what to do, and ends the set-up.
fail() {
	echo "set-up: $1" >&2
	exit 1
}

# show_progress LOG: the log's last line, in place on a terminal, else every 15 seconds.
show_progress() {
	line="  $step: $((ticks / 5)) s $(tail -n 1 "$1" | tr -d '\r' | cut -c 1-100)"
	if [ -t 1 ]; then
		printf '\r\033[K%s' "$line"
	elif [ $((ticks % 75)) -eq 0 ]; then
		echo "$line"
	fi
}

# show_failure LOG: the causes stand first with npm and last with apt and ninja.
show_failure() {
	sed -n '1,30p;30s/.*/  .../p' "$1" >&2
	sed 1,30d "$1" | tail -n 40 >&2
}

# quietly COMMAND...: runs it with its output in a log; the log's end is shown if it fails. Returns its status.
quietly() {
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null 9>&- &
	child=$!
	ticks=0
	while kill -0 "$child" 2>/dev/null; do
		sleep 0.2
		ticks=$((ticks + 1))
		show_progress "$log"
	done
	[ ! -t 1 ] || printf '\r\033[K'
	status=0
	wait "$child" || status=$?
	child=
	[ "$status" -eq 0 ] || show_failure "$log"
	rm -f "$log"
	return "$status"
}

# A background command of sh ignores Ctrl-C: it is passed on here, and waited for.
child=
interrupt() {
	if [ -n "$child" ]; then
		kill "$child" 2>/dev/null || true
		wait "$child" || true
	fi
	exit 130
}
trap interrupt INT TERM
