"""What must hold of rows, events and deliveries, whatever happened to the processes and to the server."""

import collections

from crew import delivered


def check_rows(report, name, inserters, found):
    for inserter in inserters:
        missing = sorted(inserter.acknowledged - set(found))
        report.check(f"{name}: acknowledged rows of writer {inserter.number} are there", not missing, missing[:5])
        least = inserter.raised[-1] if inserter.raised else 0
        value = found.get(inserter.counter, -1)
        report.check(f"{name}: counter {inserter.number}", least <= value <= inserter.last_tried, (least, value))
    unasked = set(found) - {id for inserter in inserters for id in inserter.tried}
    report.check(f"{name}: no row that nobody wrote", not unasked, sorted(unasked)[:5])


def check_log(report, name, inserters, found, heard):
    """Compares what was heard from the beginning with what is there."""
    report.check(f"{name}: nothing is told twice", len(set(heard)) == len(heard), len(heard) - len(set(heard)))
    created = collections.Counter(id for action, id, _ in heard if action == "create")
    # The counters were made before anybody listened.
    expected = collections.Counter(set(found) - {inserter.counter for inserter in inserters})
    differing = list((created - expected) + (expected - created))
    report.check(f"{name}: every row has one event", not differing, differing[:5])
    for inserter in inserters:
        raised = [value for action, id, value in heard if action == "update" and id == inserter.counter]
        report.check(f"{name}: updates {inserter.number} come once and in order", raised == sorted(set(raised)))
        missing = sorted(set(inserter.raised) - set(raised))
        report.check(f"{name}: acknowledged updates {inserter.number} were told", not missing, missing[:5])
        last = raised[-1] if raised else 0
        report.check(f"{name}: the last update {inserter.number} is what is there", last == found[inserter.counter])
    order = {event: place for place, event in enumerate(heard)}
    own = [[order[event] for event in order if event[1].startswith(f"w{inserter.number}-")] for inserter in inserters]
    turns = [[heard[place][2] for place in places] for places in own]
    report.check(f"{name}: rows of one writer come in order", all(turn == sorted(turn) for turn in turns))


def check_listener(report, name, listener, heard):
    """One who relies on what the subscription remembers hears nothing twice, and all in order."""
    order = {event: place for place, event in enumerate(heard)}
    places = [order.get(event, -1) for event in listener.heard]
    report.check(f"{name}: a subscription tells nothing twice and all in order", places == sorted(set(places)))
    report.check(f"{name}: it tells nothing else", -1 not in places)


def check_deliveries(report, name, heard, arrivals):
    arrived = collections.defaultdict(set)
    lanes = collections.defaultdict(list)
    for arrival in arrivals:
        event = delivered(arrival)
        arrived[event].add(arrival.id)
        lanes[event[1]].append(event)
    missing = [event for event in heard if event not in arrived]
    report.check(f"{name}: every event arrived", not missing, (len(missing), missing[:5]))
    unasked = set(arrived) - set(heard)
    report.check(f"{name}: nothing else arrived", not unasked, sorted(unasked)[:5])
    doubled = [event for event, ids in arrived.items() if len(ids) > 1]
    report.check(f"{name}: an event has one id, however often it comes", not doubled, doubled[:5])
    order = {event: place for place, event in enumerate(heard)}
    mixed = []
    for id, events in lanes.items():
        places = [order.get(event, -1) for event in events]
        if places != sorted(places):
            mixed.append(id)
    report.check(f"{name}: the order of each row was kept", not mixed, mixed[:5])


def check_all(report, name, inserters, listeners, receiver, found):
    """Compares what all of them have seen: the first of the listeners heard everything from the beginning."""
    heard = listeners[0].heard
    check_rows(report, name, inserters, found)
    check_log(report, name, inserters, found, heard)
    check_listener(report, name, listeners[1], heard)
    check_deliveries(report, name, heard, receiver.arrivals)
    report.check(f"{name}: no delivery came twice at the same time", receiver.overlaps == 0, receiver.overlaps)
    report.check(f"{name}: nothing was dropped", not any(listener.dropped for listener in listeners))
    errors = [error for worker in inserters + listeners for error in worker.errors]
    # A killed process may leave a transaction behind, whose rows nobody can write until the server gives it up.
    foreign = [str(error) for error in errors if getattr(error, "type", None) != "store_unavailable"]
    report.check(f"{name}: no other errors than store_unavailable", not foreign, foreign[:3])
