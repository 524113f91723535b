"""What a program with pymongo does in a loop, beside which the figures on MongoDB stand.

Usage: mongodb_baseline.py URI DATABASE COLLECTION WHAT THREADS OPERATIONS
WHAT is one of insert, bulk, bulk-whole, find, page, count, related-half, related-few.

Prints operations per second; of the bulks, 100 rows are one. `bulk-whole` does all that Tandem's `createRows` leaves in
the server, in a transaction as it does: it looks at a version first, keeps the same indexes, and adds one record of what
was written.
"""

import datetime
import json
import sys
import threading
import time

import pymongo

uri, database, collection, what, threads, operations = sys.argv[1:]
threads, operations = int(threads), int(operations)
client = pymongo.MongoClient(uri, maxPoolSize=threads)
rows = client[database].get_collection(collection, write_concern=pymongo.WriteConcern(w="majority"))
status = {"status": "state7"}


lookup = {"from": "authors", "localField": "author", "foreignField": "_id", "as": "author"}
ages = {"related-half": {"$gte": 50}, "related-few": 7}


def row(number):
    moment = datetime.datetime(2026, 11, 22, 8, 15)
    new = {"_id": number, "_createdAt": moment, "_updatedAt": moment, "title": f"Product {number}"}
    return {**new, "status": "open", "price": 4.5, "stock": 12, "active": True, "seenAt": moment}


def whole(number):
    documents = [{**row(number * 100 + offset), "_seq": number * 100 + offset} for offset in range(100)]
    record = json.dumps(documents, default=str).encode()
    with client.start_session() as session:
        session.start_transaction(write_concern=pymongo.WriteConcern(w="majority"))
        versions.find_one({"_id": "schema"}, session=session)
        rows.insert_many(documents, session=session)
        records.insert_one({"_id": number, "record": record}, session=session)
        session.commit_transaction()


def once(number):
    if what == "insert":
        rows.insert_one(row(number))
    elif what == "bulk":
        rows.insert_many([row(number * 100 + offset) for offset in range(100)])
    elif what == "bulk-whole":
        whole(number)
    elif what == "find":
        assert rows.find_one({"_id": "r1"})
    elif what == "page":
        assert list(rows.find(status).sort([("stock", 1), ("_seq", 1)]).limit(25))
    elif what in ages:
        stages = [{"$sort": {"year": 1, "_seq": 1}}, {"$lookup": lookup}, {"$match": {"author.age": ages[what]}}]
        assert len(list(rows.aggregate([*stages, {"$limit": 25}], hint="byYear"))) == 25
    else:
        assert rows.count_documents(status, limit=5000)


def work(first):
    for number in range(first, operations, threads):
        once(number)


if what in ("insert", "bulk", "bulk-whole"):
    rows.drop()
    client[database].create_collection(collection)
    if what == "bulk-whole":
        records, versions = client[database][collection + "-records"], client[database][collection + "-versions"]
        for other in (records, versions):
            other.drop()
            client[database].create_collection(other.name)
        for keys in (["_seq"], ["_createdAt", "_seq"], ["_updatedAt", "_seq"]):
            rows.create_index(keys)
        versions.insert_one({"_id": "schema", "value": "1"})
else:
    once(0)
start = time.monotonic()
workers = [threading.Thread(target=work, args=(first,)) for first in range(threads)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
print(operations / (time.monotonic() - start))
