"""Which methods of the SDK lead to an operation that is served, and which of those were called."""

import inspect
import json
import pkgutil
import re

import appwrite.services

from front import CATALOG, SERVICES, service_class

PATH = re.compile(r"api_path = '([^']*)'")
CALL = re.compile(r"self\.client\.(?:call|chunked_upload)\(\s*'(\w+)'")
# What the paths of the deprecated service `databases` say instead.
WORDS = [("/tablesdb", "/databases"), ("/tables", "/collections"), ("/columns", "/attributes"), ("/rows", "/documents")]


def shape(method, path):
    """A route without the names of its variables."""
    return method.upper() + " " + re.sub(r":\w+|\{\w+\}", "*", path)


def routes():
    """Every route of the catalog."""
    found = set()
    for operation in json.loads(CATALOG.read_text())["operations"]:
        for path in [operation["path"], *operation.get("otherPaths", [])]:
            method, _, path = path.rpartition(" ")
            paths = [path]
            if path.startswith("/v1/tablesdb"):
                for ours, theirs in WORDS:
                    path = path.replace(ours, theirs)
                paths.append(path)
            found.update(shape(method or operation["method"], path) for path in paths)
    return found


def methods(service):
    """The methods of a service of the SDK, with their routes."""
    for name, function in inspect.getmembers(service_class(service), inspect.isfunction):
        source = inspect.getsource(function)
        path, call = PATH.search(source), CALL.search(source)
        if path and call:
            yield name, shape(call[1], "/v1" + path[1])


def check(report, store, called):
    """Fails with the methods that lead to an operation and were not called, and prints what there is."""
    served_routes = routes()
    for service in SERVICES:
        known = list(methods(service))
        served = {name for name, route in known if route in served_routes}
        used = {name for of, name in called if of == service}
        missed = sorted(served - used)
        report.check(f"{store}: everything of {service} that is served is called", not missed, ", ".join(missed))
        report.check(f"{store}: something of {service} is served", len(served) > 4, served)
        print(f"{store}, {service}: {len(served & used)} called, {len(served)} served, {len(known)} in the SDK")


def print_unserved():
    """Prints how many methods the SDK has for services of which nothing is served."""
    names = {module.name for module in pkgutil.iter_modules(appwrite.services.__path__)} - set(SERVICES.values())
    counts = {name: len(list(methods(name))) for name in sorted(names)}
    print("not served: " + ", ".join(f"{name} {count}" for name, count in counts.items()))
