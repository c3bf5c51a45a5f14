"""moto and the lab, asked the same: what the control-plane checks find in one and not in the other.

    python3 -m venv VENV && VENV/bin/pip install -r requirements/moto.txt
    VENV/bin/moto_server -p 4720 &
    VENV/bin/python compare.py [--moto http://127.0.0.1:4720] [--lab http://127.0.0.1:4599]

Both endpoints are settings: any other implementation of AWS's API can stand in for either. Prints
the differences that differences.py explains, by their reasons, then those that nothing explains;
exits 1 when there are such.
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from differences import NOT_ASKED, reason_of

CHECK = Path(__file__).with_name("lab_check.py")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--moto", default="http://127.0.0.1:4720")
    parser.add_argument("--lab", default="http://127.0.0.1:4599")
    asked = parser.parse_args()
    moto, lab = results(asked.moto), results(asked.lab)
    differences = [
        (what, moto.get(what, NOT_ASKED), lab.get(what, NOT_ASKED))
        for what in {**lab, **moto}
        if moto.get(what) != lab.get(what)
    ]
    unexplained = report(differences)
    alike = sum(1 for what in lab if moto.get(what) == lab[what])
    print(f"{alike} checks alike, {len(differences)} differ, {unexplained} of them unexplained")
    return 1 if unexplained else 0


def results(endpoint):
    """By check: "" for what AWS documents, or what was found instead."""
    with tempfile.NamedTemporaryFile() as file:
        run = subprocess.run(
            [sys.executable, str(CHECK), "--control-plane", endpoint],
            env={
                **os.environ,
                # The same in both runs, or no two lines would be alike.
                "BACKOUT_CHECK_NAME": "check-same",
                "BACKOUT_CHECK_RESULTS": file.name,
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        try:
            checked = json.load(file)
        except json.JSONDecodeError:
            sys.exit(f"{endpoint} answered no check:\n{run.stdout}{run.stderr}")
    seen = collections.Counter()
    found = {}
    for what, instead in checked:
        seen[what] += 1
        found[what if seen[what] == 1 else f"{what} ({seen[what]})"] = instead
    return found


def report(differences):
    by_reason = collections.defaultdict(list)
    for what, moto, lab in differences:
        by_reason[reason_of(what, moto, lab)].append((what, moto, lab))
    for reason in [*(one for one in by_reason if one), None]:
        if reason in by_reason:
            print(f"\n{reason or 'NOT EXPLAINED'}")
            for what, moto, lab in by_reason[reason]:
                print(f"  {what}\n      moto: {shown(moto)}\n      lab:  {shown(lab)}")
    print()
    return len(by_reason[None])


def shown(found):
    return found[:160] or "what AWS documents"


if __name__ == "__main__":
    sys.exit(main())
