"""python -m gomdcsan: the gomdcsan command of this environment, in this process's place."""

import os
import subprocess
import sys

from ._child import command

if __name__ == "__main__":
    arguments = [command(), *sys.argv[1:]]
    if sys.platform == "win32":
        sys.exit(subprocess.call(arguments))
    os.execv(arguments[0], arguments)
