#!/bin/sh
# Removes a lab once its owner is gone, however it went: the owner holds the other end of standard input open.
#   lab/janitor.sh NAME DIRECTORY
# Ends every process in the namespaces NAME-*, deletes them with their ports, gives back the huge pages that the lab
# raised (DIRECTORY/huge-pages-raised) and removes DIRECTORY.
name=$1 directory=$2
cat >/dev/null

for namespace in $(ip netns list | awk -v prefix="$name-" 'index($1, prefix) == 1 { print $1 }'); do
	while pids=$(ip netns pids "$namespace") && [ -n "$pids" ]; do
		# shellcheck disable=SC2086
		kill -KILL $pids 2>/dev/null
		sleep 0.02
	done
	ip netns delete "$namespace"
done

if raised=$(cat "$directory/huge-pages-raised" 2>/dev/null); then
	pages=/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
	echo $(($(cat $pages) - raised)) >$pages
fi
rm -rf "$directory"
