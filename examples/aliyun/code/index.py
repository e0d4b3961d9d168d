"""One run of guajira as a function of Aliyun Function Compute, started by a timer trigger: docs/aliyun-function-compute.md.

The state lasts on NAS. A run works with a copy on the instance's own disk, because locks and shared memory of SQLite cannot be relied on
over NFS. After the run a new copy goes to NAS, whole or not at all. Only one instance may run at a time: s.yaml says so.
"""
import os
import shutil
import subprocess
from pathlib import Path

CODE = Path(os.environ.get("FC_FUNC_CODE_PATH", Path(__file__).parent))
# Where NAS is mounted: `mountDir` in s.yaml. It holds folders named by numbers, of which the highest is the newest copy.
LASTING = Path(os.environ.get("GUAJIRA_LASTING", "/mnt/guajira"))
# The instance's own disk.
OWN = Path(os.environ.get("GUAJIRA_OWN", "/tmp/guajira"))
# Without 3 here, items that wait or are dead are errors of the function too.
FINE = (0, 3)


def copies():
    """Returns the numbers of the copies on NAS, the oldest first. Fails where NAS is not mounted: no run begins without its state."""
    return sorted(int(folder.name) for folder in LASTING.iterdir() if folder.name.isdigit())


def fetch():
    """Puts the newest copy where the run works; the first run of all finds none."""
    shutil.rmtree(OWN, ignore_errors=True)
    OWN.mkdir(mode=0o700, parents=True)
    for newest in copies()[-1:]:
        shutil.copytree(LASTING / str(newest), OWN / "state")
    (OWN / "state").mkdir(mode=0o700, exist_ok=True)


def keep(program):
    """Copies the state to NAS, and removes all earlier copies but one."""
    if not (OWN / "state/guajira.db").exists():
        return
    earlier = copies()
    part = LASTING / "part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    copy = [program, "state", "copy", OWN / "state/guajira.db", part / "guajira.db"]
    subprocess.run(copy, check=True, stdout=subprocess.DEVNULL)
    part.rename(LASTING / str(max(earlier, default=0) + 1))
    for number in earlier[:-1]:
        shutil.rmtree(LASTING / str(number))


def executable():
    """Returns the program: from the package, or from a copy of it where the package lost the permission to run it."""
    program = CODE / "guajira"
    if not os.access(program, os.X_OK):
        program = Path(shutil.copy(program, OWN / "guajira"))
        program.chmod(0o700)
    return program


def handler(event, context):
    """Runs guajira once. What it prints goes to the function's log; a failed run is an error of the function."""
    fetch()
    program = executable()
    command = [program, "-q", "--config", CODE / "sync.toml", "sync"]
    environment = {**os.environ, "GUAJIRA_SYNC__STATE": str(OWN / "state/guajira.db")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as run:
        for line in run.stdout:
            print(line, end="")
    keep(program)
    if run.returncode not in FINE:
        raise RuntimeError(f"guajira ended with {run.returncode}; its log says why")
    return f"guajira ended with {run.returncode}"
