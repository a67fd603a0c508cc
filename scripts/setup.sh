#!/bin/sh
# Makes this machine ready for Postern and does nothing twice. Called by the npm scripts, before any pinned Node exists:
#   scripts/setup.sh SECTION...     sections of image/packages.txt: run, build, lab, test, pci
set -eu
cd "$(dirname "$(readlink -f "$0")")/.."
. scripts/setup-report.sh
sections=" $* "

wants() {
	case $sections in *" $1 "*) ;; *) return 1 ;; esac
}

check_machine() {
	begin machine
	. /etc/os-release
	[ "$ID-${VERSION_ID:-}" = debian-12 ] || fail "this is $PRETTY_NAME; use a Debian 12 machine, whose DPDK 22.11 Postern is built on."
	[ "$(uname -m)" = x86_64 ] || fail "this is a $(uname -m) machine; use an x86-64 one."
	for flag in avx2 aes; do
		grep -qw "$flag" /proc/cpuinfo || fail "this processor has no $flag; use one made after 2013, or pass the host's processor on to this virtual machine."
	done
	[ "$(id -u)" -eq 0 ] || fail "packages, ports and network namespaces need root; run the same command as root."
	if wants lab; then
		(: <>/dev/net/tun) 2>/dev/null || fail "no tap support: /dev/net/tun cannot be opened; run 'modprobe tun', or give the device to this container."
		[ "$(cat /proc/sys/vm/nr_hugepages)" -gt 0 ] || [ -w /proc/sys/vm/nr_hugepages ] ||
			warn "no huge pages, and none can be reserved here; the fast path will run on ordinary pages, more slowly."
	fi
	finish "Debian 12, x86-64 with AVX2, root"
}

# One set-up at a time on a machine; file descriptor 9 holds the lock until this shell ends.
take_lock() {
	exec 9>/run/lock/postern-setup.lock
	flock -n 9 && return
	echo "set-up: waiting for another set-up on this machine to end"
	flock 9
}

listed_packages() {
	awk -v sections="$sections" '
		/^\[/ { wanted = index(sections, " " substr($0, 2, length($0) - 2) " ") }
		wanted && /^[a-z]/ { print $1 }' image/packages.txt
}

missing_packages() {
	listed_packages | sort >"$scratch/listed"
	xargs dpkg-query -W -f '${db:Status-Status} ${Package}\n' <"$scratch/listed" 2>/dev/null |
		sed -n 's/^installed //p' | sort | comm -23 "$scratch/listed" -
}

# Debian starts a service as soon as it is installed, unless this file says no.
service_policy=/usr/sbin/policy-rc.d
service_mark="# put here by Postern's set-up while it installs packages"

hold_services() {
	[ -e "$service_policy" ] || printf '#!/bin/sh\n%s\nexit 101\n' "$service_mark" >"$service_policy"
	chmod 755 "$service_policy"
}

release_services() {
	! grep -qsF "$service_mark" "$service_policy" || rm -f "$service_policy"
}

apt_get() {
	quietly env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" ||
		fail "apt-get $1 failed (above); check this machine's network and /etc/apt/sources.list, then run this again."
}

install_packages() {
	begin packages
	missing=$(missing_packages | tr '\n' ' ')
	if [ -z "$missing" ]; then
		finish "nothing missing"
		return
	fi
	echo "set-up: packages  installing ${missing% }"
	apt_get update
	hold_services
	# Only postfix's smtp-sink and smtp-source are used: it must not become this machine's mail server.
	case " $missing" in *" postfix "*) echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections ;; esac
	# The tests start FreeRADIUS by themselves: it must not be this machine's RADIUS server when that is started again.
	case " $missing" in *" freeradius "*) ln -sf /dev/null /etc/systemd/system/freeradius.service ;; esac
	# Nor may Kea be its DHCP server.
	for family in 4 6; do
		case " $missing" in *" kea-dhcp$family-server "*) ln -sf /dev/null "/etc/systemd/system/kea-dhcp$family-server.service" ;; esac
	done
	# shellcheck disable=SC2086
	apt_get install --no-install-recommends $missing
	release_services
	finish "installed"
}

install_node_modules() {
	begin npm
	stamp=node_modules/.postern-installed
	if cmp -s package-lock.json "$stamp" && [ -x node_modules/.bin/node ]; then
		finish "nothing missing"
		return
	fi
	quietly npm ci --no-audit --no-fund --loglevel=error || fail "npm ci failed (above); check this machine's network and npm registry, then run this again."
	cp package-lock.json "$stamp"
	finish "installed, Node $(node_modules/.bin/node --version)"
}

# Members of group postern may ask the daemon. Group postern-fastpath, in which people have no business, is of those who share
# the region and the control socket; the daemon joins it when it starts.
make_users() {
	begin users
	getent passwd postern >/dev/null ||
		useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin postern
	getent passwd postern-fastpath >/dev/null ||
		useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin postern-fastpath
	finish "postern, postern-fastpath"
}

build_native() {
	begin build
	[ -e build/build.ninja ] || quietly meson setup build dataplane || fail "meson setup failed (above); remove build/ and run this again."
	quietly ninja -C build || fail "the native build failed (above); correct the source it names and run this again."
	finish "build/"
}

check_machine
take_lock
scratch=$(mktemp -d)
trap 'release_services; rm -rf "$scratch"' EXIT
release_services
install_packages
install_node_modules
make_users
build_native
