# host.bash NAME: the first process of a host of the testbed, in namespaces of its own. Nothing that it mounts is seen outside.
set -euo pipefail
folder=$TESTBED/hosts/$1

# If memory runs out, the kernel takes something of ours first.
printf 1000 >/proc/self/oom_score_adj
mount --make-rprivate /
hostname "$1"
mount --bind "$TESTBED/names" /etc/hosts
mount --bind "$TESTBED/passwd" /etc/passwd
mount --bind "$TESTBED/group" /etc/group
mkdir -p /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt
mount --bind "$folder/etc" /etc/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
mount --bind "$folder/cache" /var/cache/libvirt
mount --bind "$folder/log" /var/log/libvirt
mount -t tmpfs -o size=16m tmpfs /run
mkdir -p /run/lock /run/libvirt

# Devices without /dev/kvm: all guests are emulated, and what is known of QEMU stays true.
mount -t tmpfs -o size=64m,mode=755 tmpfs /dev
mkdir /dev/pts /dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts /dev/pts
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 666 /dev/full c 1 7
mknod -m 666 /dev/random c 1 8
mknod -m 666 /dev/urandom c 1 9
mknod -m 666 /dev/tty c 5 0
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd

# This process collects those that have lost their parents: libvirt waits until a QEMU that has ended is gone. A daemon that dies comes
# back after a second, as under an init, unless a file says that it must not.
while :; do
  while [[ -e $folder/dead ]]; do sleep 0.2; done
  libvirtd --listen --pid-file /run/libvirt/libvirtd.pid &
  daemon=$!
  while kill -0 "$daemon" 2>/dev/null; do wait "$daemon" || true; done
  sleep 1
done
