#!/bin/busybox sh
# The first program of the virtual machine: makes a system of it, then runs the commands that come over its first serial port,
# one a line, and answers each with what it wrote, a line's end and a line "status N".
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# The devices have the kernel's drivers first, as on any machine.
for module in virtio_pci virtio_console e1000 virtio_net; do modprobe "$module"; done
until [ -c /dev/vport0p1 ]; do usleep 10000; done

exec 3<>/dev/vport0p1
echo "status 0" >&3
while read -r command <&3; do
	sh -c "$command" >&3 2>&1 </dev/null
	printf '\nstatus %d\n' $? >&3
done
