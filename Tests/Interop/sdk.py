"""Drives every operation that Appwrite's SDK for servers knows through that SDK, on both kinds of store.

Usage: sdk.py BINARY
"""

import sys
import time

import sdk_coverage
from appwrite_services import account, organization, others, people, project, rows, schema
from appwrite_services.words import Words
from front import Front, Trial, stores
from report import Report


def run(report, store, binary, *options):
    """Runs everything on one store; the methods that were called."""
    began = time.monotonic()
    with Front(binary, "--no-rate-limits", *options) as front:
        trial = Trial(report, front, store)
        trial.run(account.ALL + people.ALL + others.ALL + organization.ALL)
        for words in [Words(trial, "tablesDB"), Words(trial, "databases")]:
            trial.run(schema.ALL + rows.ALL, words)
        # Last, because it changes what the others rely on.
        trial.run(project.ALL)
    print(f"{store}: {time.monotonic() - began:.0f} s")
    return front.called


def main():
    report = Report()
    for store, options in stores():
        called = run(report, store, sys.argv[1], *options)
        sdk_coverage.check(report, store, called)
    sdk_coverage.print_unserved()
    report.end()


main()
