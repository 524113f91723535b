/// What a client puts before its model when it connects.
package enum Instructions {
    /// At most 1,200 characters; clients cut longer ones.
    package static let text = """
        A backend with two tools. Databases, tables, rows and everything else are reached as operations.

        1. execute-operation {"operation":"project.describe"} first, to see what is there.
        2. catalog-search with plain words ("create a table", "list rows with a filter") finds operations with their \
        signatures; an exact id returns its full JSON Schema.
        3. execute-operation runs one by id with named arguments.

        - An error names the wrong argument and a hint; correct that and call again.
        - Queries are JSON objects: {"method":"equal","attribute":"status","values":["open"]}, \
        {"method":"orderDesc","attribute":"$createdAt"}, {"method":"limit","values":[25]}.
        - Several calls in one: "steps", all or none; "$ref:<step>#/$id" takes a value from an earlier result.
        - "dryRun":true shows what would happen. What destroys something answers first with a token for "confirm".
        - Where an operation creates something, the id unique() makes a new id.
        - 64-bit integers may be decimal strings; beyond 2^53-1 they should be.
        - "as":"guest" or "as":"user:ID" runs a call with their rights.
        - realtime.subscribe and then realtime.wait tell what others change; results say when there is news.
        """
}
