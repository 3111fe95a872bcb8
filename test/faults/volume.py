"""A small file system of its own for a test: ext4 on a loop device, or tmpfs. Needs root; why_not() says what is missing."""
import fcntl
import os
import shutil
import struct
import subprocess

EXT4_IOC_SHUTDOWN = 0x8004587D   # _IOR('X', 125, __u32)
NO_LOG_FLUSH = 2                 # what the file system has not written by itself is lost


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stderr.strip()}")


class Volume:
    def __init__(self, path):
        self.path = path
        self.image = None
        os.makedirs(path, exist_ok=True)

    @classmethod
    def ext4(cls, path, mebibytes):
        volume = cls(path)
        volume.image = path + ".image"
        with open(volume.image, "wb") as f:
            f.truncate(mebibytes << 20)
        run("mkfs.ext4", "-q", "-F", volume.image)
        volume.mount()
        return volume

    @classmethod
    def tmpfs(cls, path, mebibytes):
        volume = cls(path)
        run("mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", path)
        return volume

    def mount(self):
        run("mount", "-o", "loop", self.image, self.path)

    def unmount(self):
        run("umount", self.path)

    def cut_power(self):
        """From here on the device gets nothing more. REQUIRES ext4."""
        fd = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(fd)

    def remount(self, how):
        run("mount", "-o", f"remount,{how}", self.path)

    def free_bytes(self):
        st = os.statvfs(self.path)
        return st.f_bavail * st.f_frsize

    def fill(self, leave_bytes):
        """A file that takes all room but so much. Returns its path; remove it for room."""
        junk = os.path.join(self.path, "junk")
        with open(junk, "ab") as f:
            more = self.free_bytes() - leave_bytes
            while more > 0:
                f.write(b"\0" * min(more, 1 << 20))
                more -= 1 << 20
        return junk

    def remove(self):
        subprocess.run(["umount", "-l", self.path], capture_output=True, check=False)
        if self.image:
            os.remove(self.image)


def why_not(path, ext4):
    """Why no such volume can be made here; empty if it can."""
    if os.geteuid() != 0:
        return "this needs root"
    if ext4 and not shutil.which("mkfs.ext4", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin"):
        return "there is no mkfs.ext4 (package e2fsprogs)"
    if ext4 and not os.path.exists("/dev/loop-control"):
        return "there are no loop devices"
    try:
        volume = Volume.ext4(path, 16) if ext4 else Volume.tmpfs(path, 1)
        if ext4:
            volume.cut_power()
    except OSError as error:
        return str(error)
    volume.remove()
    return ""
