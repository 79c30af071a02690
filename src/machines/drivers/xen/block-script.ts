/**
 * What the toolstack runs when a domain gets or loses a disk that is a file. Xen's own takes seconds where a processor is emulated, most of it for a check that
 * a disk has one user, which here its domain's name makes sure of.
 */
export const BLOCK_SCRIPT = `#!/bin/sh
node=$XENBUS_PATH/node
case $1 in
add)
  file=$(xenstore-read "$XENBUS_PATH/params") mode=$(xenstore-read "$XENBUS_PATH/mode")
  only= && [ "$mode" = r ] && only=-r
  for try in 1 2 3 4 5 6 7 8; do
    device=$(losetup -f) && losetup $only "$device" "$file" && break
    device=
  done
  [ -n "$device" ] || { xenstore-write "$XENBUS_PATH/hotplug-error" 'There is no free loop device.'; exit 1; }
  xenstore-write "$node" "$device" "$XENBUS_PATH/physical-device" "$(stat -L -c %t:%T "$device")" \\
    "$XENBUS_PATH/physical-device-path" "$device" "$XENBUS_PATH/hotplug-status" connected
  ;;
remove)
  device=$(xenstore-read "$node") && losetup -d "$device"
  ;;
esac
`
