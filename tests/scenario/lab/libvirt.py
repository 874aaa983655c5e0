# SPDX-License-Identifier: Apache-2.0
"""Hosts to collect from.

Machine: a real libvirtd with real QEMU guests. Each machine has its own mount,
UTS and pid namespace: an init that only reaps, private folders where libvirt
keeps its state, its own hostname and host uuid. The pid namespace's end takes
the guests with it. libvirtd is pinned to one core: unpinned, it probes QEMU anew
at a restart ("host cpuid changed"), which takes seconds. The first machine's
probe is kept and copied to the next.

MadeUpHost: a host.xml for libvirt's test driver. Its state is private to each
connection, so that what virsh changes there Muster does not see.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import textwrap
import uuid

from . import process

GUEST_MIB = 32

# Their names are looked up by libvirtd whatever qemu.conf says.
_USERS = {
    "passwd": "libvirt-qemu:x:64055:64055:::/usr/sbin/nologin\n",
    "group": "kvm:x:64054:\nlibvirt-qemu:x:64055:\n",
}

_QEMU_CONF = textwrap.dedent("""\
    user = "root"
    group = "root"
    dynamic_ownership = 0
    remember_owner = 0
    security_driver = "none"
    cgroup_controllers = [ ]
    namespaces = [ ]
    stdio_handler = "file"
    seccomp_sandbox = 0
    """)

_LIBVIRTD_CONF = textwrap.dedent("""\
    listen_tls = 0
    listen_tcp = 1
    listen_addr = "127.0.0.1"
    tcp_port = "{port}"
    auth_tcp = "none"
    auth_unix_rw = "none"
    unix_sock_dir = "/run/libvirt"
    host_uuid = "{uuid}"
    """)

# $1: the machine's folder, $2: its hostname, $3 and $4: the init that takes over. libvirt
# takes a guest that nobody has reaped for one that still runs.
_INIT = textwrap.dedent("""\
    set -e
    hostname "$2"
    for name in run lib cache log; do
        case $name in run) where=/run ;; *) where=/var/$name ;; esac
        mount --bind "$1/$name" "$where"
    done
    for name in libvirt passwd group; do mount --bind "$1/etc/$name" "/etc/$name"; done
    exec "$3" -c "$4" "$1/ready"
    """)

_REAPER = textwrap.dedent("""\
    import pathlib, signal, sys
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    pathlib.Path(sys.argv[1]).touch()
    while True:
        signal.pause()
    """)

_probed = None  # a folder with a warm cache of QEMU's capabilities


def virsh(uri, *arguments, **options):
    return process.run("virsh", "-q", "-c", uri, *arguments, **options)


def guest_xml(name, guest_uuid, vcpus=1, memory_mib=GUEST_MIB):
    return textwrap.dedent(f"""\
        <domain type='qemu'>
          <name>{name}</name>
          <uuid>{guest_uuid}</uuid>
          <memory unit='MiB'>{memory_mib}</memory>
          <vcpu>{vcpus}</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>
          <devices>
            <controller type='usb' model='none'/>
            <memballoon model='none'/>
          </devices>
        </domain>
        """)


class Machine:
    def __init__(self, hostname):
        self.hostname = hostname
        self.uuid = str(uuid.uuid4())
        self.port = process.free_port()
        self.uri = f"qemu+tcp://127.0.0.1:{self.port}/system"
        self.folder = process.new_folder()
        self.init = None
        self.daemon = None

    def start(self):
        """Boots it, and waits until its libvirtd answers."""
        self._make_folders()
        self._boot()
        self.start_daemon()
        self._keep_probe()
        self._make_pool()

    def _make_folders(self):
        etc = self.folder / "etc"
        for name in ("run/libvirt", "lib/libvirt", "cache/libvirt", "log/libvirt", "etc/libvirt"):
            (self.folder / name).mkdir(parents=True)
        for name, line in _USERS.items():
            (etc / name).write_text(pathlib.Path("/etc", name).read_text() + line)
        (etc / "libvirt/qemu.conf").write_text(_QEMU_CONF)
        conf = _LIBVIRTD_CONF.format(port=self.port, uuid=self.uuid)
        (etc / "libvirt/libvirtd.conf").write_text(conf)
        if _probed:
            shutil.copytree(_probed, self.folder / "cache/libvirt", dirs_exist_ok=True)

    def _boot(self):
        self.init = process.start(
            ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
             "--propagation", "private", "sh", "-c", _INIT, "init", self.folder, self.hostname,
             sys.executable, _REAPER])
        process.wait_until(f"{self.hostname} has booted",
                           lambda: (self.folder / "ready").exists())

    def _enter(self, *arguments):
        init = process.children_of(self.init.pid)[0]
        return ["nsenter", f"--target={init}", "--mount", "--uts", "--pid", *arguments]

    def _keep_probe(self):
        global _probed
        if not _probed:
            virsh(self.uri, "capabilities")
            _probed = process.new_folder()
            shutil.copytree(self.folder / "cache/libvirt", _probed, dirs_exist_ok=True)

    def start_daemon(self):
        core = str(min(os.sched_getaffinity(0)))
        with (self.folder / "libvirtd.log").open("ab") as log:
            self.daemon = process.start(
                self._enter("taskset", "-c", core, "libvirtd", "--listen",
                            "-f", "/etc/libvirt/libvirtd.conf", "-p", "/run/libvirtd.pid"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        process.wait_until(f"libvirtd of {self.hostname} answers", self._answers, bound=30)

    def _make_pool(self):
        """A storage pool where libvirt has its images, so that the host has a disk."""
        self.virsh("pool-create-as", "default", "dir", "--target", "/var/lib/libvirt/images",
                   "--build")

    def _answers(self):
        return virsh(self.uri, "list", "--name", check=False).returncode == 0

    def signal_daemon(self, number):
        """To libvirtd itself, which is a child of nsenter."""
        os.kill(process.children_of(self.daemon.pid)[0], number)

    def kill_daemon(self):
        """Its guests live on."""
        self.signal_daemon(signal.SIGKILL)
        self.daemon.send_signal(signal.SIGCONT)  # nsenter may be stopped, and is to reap it
        process.kill(self.daemon, within=5)

    def stop_daemon(self):
        self.signal_daemon(signal.SIGSTOP)

    def continue_daemon(self):
        self.signal_daemon(signal.SIGCONT)
        self.daemon.send_signal(signal.SIGCONT)  # nsenter stops when its child does

    def rename(self, hostname):
        process.run(*self._enter("hostname", hostname))
        self.hostname = hostname
        self.kill_daemon()
        self.start_daemon()

    def virsh(self, *arguments):
        return virsh(self.uri, *arguments)

    def define(self, name, guest_uuid, **options):
        path = self.folder / f"{name}.xml"
        path.write_text(guest_xml(name, guest_uuid, **options))
        self.virsh("define", path)

    def clear(self):
        """No guest is left."""
        for name in self.virsh("list", "--name").split():
            self.virsh("destroy", name)
        for name in self.virsh("list", "--all", "--name").split():
            self.virsh("undefine", name)

    def qemu_of(self, name):
        """The pid of a guest's QEMU, outside of the machine's pid namespace."""
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                inside = os.readlink(entry / "ns/pid") == self._pid_namespace()
            except OSError:
                continue  # it has ended meanwhile
            if inside and f"guest={name},debug-threads=on".encode() in words:
                return int(entry.name)
        raise AssertionError(f"{self.hostname}: no QEMU of guest {name}")

    def _pid_namespace(self):
        return os.readlink(f"/proc/{process.children_of(self.init.pid)[0]}/ns/pid")

    def stop(self):
        """The end of unshare is the end of its child, and so of the whole namespace."""
        if self.daemon and self.daemon.poll() is None:
            self.kill_daemon()
        if self.init:
            process.kill(self.init)
        shutil.rmtree(self.folder, ignore_errors=True)


_RUNSTATES = {"running": 1, "paused": 3, "shut off": 5}


class MadeUpHost:
    """A host of the test driver with the given guests: {name: state}."""

    def __init__(self, folder, name, guests):
        self.path = folder / f"{name}.xml"
        self.uri = f"test://{self.path}"
        self.uuids = {guest: str(uuid.uuid4()) for guest in guests}
        self._write(guests)

    def _write(self, guests):
        domains = "".join(self._domain(guest, state) for guest, state in guests.items())
        self.path.write_text(textwrap.dedent("""\
            <node>
              <cpu>
                <mhz>2000</mhz><model>x86_64</model><active>8</active>
                <nodes>1</nodes><sockets>1</sockets><cores>8</cores><threads>1</threads>
              </cpu>
              <memory>16777216</memory>
              {}
            </node>
            """).format(domains))

    def _domain(self, guest, state):
        return textwrap.dedent(f"""\
            <domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
              <name>{guest}</name>
              <uuid>{self.uuids[guest]}</uuid>
              <memory unit='MiB'>1024</memory>
              <vcpu>2</vcpu>
              <os><type>hvm</type></os>
              <test:runstate>{_RUNSTATES[state]}</test:runstate>
            </domain>
            """)
