"""Kills the server under load and starts it again: nothing acknowledged is lost, nothing is there twice.

Usage: mongodb_killed.py BINARY
"""

import sys
import time

from client import Tandem
from report import Report
from servers import ReplicaSet
from workload import Workload, make_table


def main():
    report = Report()
    with ReplicaSet() as deployment, Tandem(sys.argv[1], "--mongodb", deployment.uri()) as tandem:
        make_table(tandem)
        with Workload(tandem) as load:
            report.check("writers write", load.wait_for_progress(20))
            # The second one is longer than a call may wait, so calls must be refused before the server is back.
            for pause in (0.2, 7):
                deployment.servers[0].kill()
                time.sleep(pause)
                deployment.servers[0].start()
                deployment.primary()
                report.check(f"away for {pause} s: writers go on", load.wait_for_progress(10))
        load.check_errors(report, "killed")
        report.check("killed: some calls were refused meanwhile", len(load.errors) > 0)
        with deployment.client() as client:
            load.check(report, "killed", client, "default")
        print(f"{load.acknowledged} rows, {len(load.errors)} errors, slowest call {load.longest:.2f} s")
    report.end()


main()
