"""Moves the primary of three members around while sixteen writers run, and kills it: their calls go through.

Usage: mongodb_failover.py BINARY
"""

import sys
import time

from client import Tandem
from report import Report
from servers import ReplicaSet
from workload import Workload, make_table

STEPS = 3


def main():
    report = Report()
    with ReplicaSet(3) as deployment, Tandem(sys.argv[1], "--mongodb", deployment.uri()) as tandem:
        make_table(tandem)
        with Workload(tandem) as load:
            report.check("writers write", load.wait_for_progress(10))
            primaries = {deployment.primary()}
            for step in range(STEPS):
                primaries.add(deployment.step_down())
                report.check(f"step down {step}: writers go on", load.wait_for_progress(10))
                # A member that has just stepped down is not elected again yet.
                time.sleep(0.7)
            killed = deployment.primary()
            killed.kill()
            deployment.primary(besides=killed)
            report.check("killed: writers go on", load.wait_for_progress(10))
            killed.start()
            report.check("back: writers go on", load.wait_for_progress(10))
        report.check("the primary moved", len(primaries) > 1)
        load.check_errors(report, "failover", most=load.acknowledged // 100)
        with deployment.client() as client:
            load.check(report, "failover", client, "default")
        print(f"{load.acknowledged} rows, {len(load.errors)} errors, slowest call {load.longest:.2f} s")
    report.end()


main()
