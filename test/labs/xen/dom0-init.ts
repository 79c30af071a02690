/** dom0's first process, for busybox's shell: drivers, xenstored and xenconsoled, a disk for the machines, a network for ssh. Says DOM0-READY on the console. */
export const DOM0_INIT = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
# By name: without /proc/self/exe the shell can't run its own applets.
busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </etc/modules
mkdir -p /dev/pts /run/lock /run/xen /run/xenstored
mount -t devpts devpts /dev/pts
ln -s /proc/self/fd /dev/fd
mount -t xenfs xenfs /proc/xen
mount -t ext4 -o noatime /dev/vda /var/lib/drowse
hostname dom0

# xen-init-dom0 writes dom0's number; written beforehand, it would believe that it has run already.
xenstored --pid-file=/run/xen/xenstored.pid
until xenstore-ls / >/dev/null 2>&1; do sleep 0.1; done
xen-init-dom0
xenconsoled --log=guest --log-dir=/var/log/xen --pid-file=/run/xen/xenconsoled.pid

ifconfig lo 127.0.0.1 up
ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
# Else the first packet to dom0 is lost, and repeated only after 6 seconds.
ping -c 1 -W 2 10.0.2.2 >/dev/null
dropbear -r /etc/dropbear/key -s -p 22
echo DOM0-READY
while :; do sleep 3600; done
`
