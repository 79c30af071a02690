/**
 * The machine's first process, for busybox's shell. Loads the disk drivers of the hypervisor it finds itself on, mounts the read-only root disk and the data disk, and
 * runs the guest program between its link and the gateway. When the program ends, it unmounts the data and switches the machine off.
 *
 * The program's standard input and output are pipes, as they are in a process machine, and two relays carry them to the link's device: that device blocks its
 * reader and takes a part of what it is given, and Node can neither end while it reads such a file nor write the rest.
 */
export function initScript(env: Readonly<Record<string, string>>): string {
  const settings = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`)
  return SCRIPT.replace('# SETTINGS\n', settings.join(''))
}

const SCRIPT = `#!/bin/sh
export PATH=/bin:/sbin
# By name: without /proc/self/exe the shell can't run its own applets.
busybox mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev

hypervisor=virtio disk=vd
[ -e /sys/hypervisor/type ] && hypervisor=xen disk=xvd
while read -r module; do insmod "/modules/$module"; done <"/etc/modules.$hypervisor"

# Devices appear a moment after their driver.
appears() { n=0; until [ -e "$1" ] || [ $n -ge 500 ]; do sleep 0.01; n=$((n + 1)); done; }
off() { echo "$1"; sync; busybox poweroff -f; }

appears "/dev/\${disk}a"
appears "/dev/\${disk}b"
mount -t ext4 -o ro "/dev/\${disk}a" /root || off 'The root disk could not be mounted.'
# A disk that fails under the data ends the machine: the next start is cold and repairs it.
mount -t ext4 -o noatime,errors=panic "/dev/\${disk}b" /root/data || off 'The data disk could not be mounted.'
mount -t proc proc /root/proc
mount -t devtmpfs dev /root/dev
echo 1024 >"/sys/block/\${disk}a/queue/read_ahead_kb"

program() { chroot /root /bin/node --v8-pool-size=1 --disable-sigusr1 /drowse/guest.cjs /data; echo "The guest ended with exit code $?." >&2; }
# SETTINGS
mkfifo /in

if [ $hypervisor = virtio ]; then
  appears /sys/class/virtio-ports
  for port in /sys/class/virtio-ports/*; do
    read -r name <"$port/name" && [ "$name" = drowse.link ] && link="/dev/\${port##*/}"
  done
  # Opened once: a port has one user at a time.
  exec 3<>"$link" || off 'The link could not be opened.'
  cat <&3 >/in &
  # The relay out ends with the program, the relay in with the machine.
  program </in 3<&- | cat >&3
else
  # The link is a second console, which is taken away while the machine is being saved and given again afterwards. The pipes stay open meanwhile.
  mkfifo /out
  link() {
    while :; do
      # In a shell of its own: a failed exec ends it.
      until (exec 3<>/dev/hvc1) 2>/dev/null; do sleep 0.02; done
      exec 3<>/dev/hvc1
      # Before it is raw, it would echo. The host sends nothing before this byte.
      stty raw -echo <&3 && printf R >&3
      # Not cat: it asks the kernel to splice, which holds the pipe's lock while it waits for the console, and so the program can't read.
      dd bs=16k </out >&3 2>/dev/null &
      out=$!
      dd bs=16k <&3 >/in 2>/dev/null &
      echo $! >/run.in
      wait $!
      kill $out
      exec 3<&-
    done
  }
  sleep 2147483647 >/in &
  echo $! >/run.holder
  sleep 2147483647 </out &
  link &
  echo $! >/run.link
  program </in >/out
fi

umount /root/data || mount -o remount,ro /root/data
busybox poweroff -f
`

/** What the kernel runs when Xen's toolstack asks for a shutdown. The program ends when its input does, and the first process does the rest. */
export const POWEROFF_SCRIPT = `#!/bin/sh
for name in link in holder; do
  read -r pid <"/run.$name" && kill -KILL "$pid"
done
`
