// libmongoc behind functions that speak in bytes, opened with dlopen at first use: nothing of it is loaded, and nothing
// of it need be installed, where no MongoDB is used.
//
// Documents come and go as BSON in memory of the caller or, where said, of the driver. A client, with its sessions,
// cursors and streams, is for one thread at a time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct tandem_mongo_pool tandem_mongo_pool;
typedef struct tandem_mongo_client tandem_mongo_client;
typedef struct tandem_mongo_session tandem_mongo_session;
typedef struct tandem_mongo_cursor tandem_mongo_cursor;
typedef struct tandem_mongo_stream tandem_mongo_stream;

typedef struct {
    const uint8_t *bytes;
    uint32_t length;
} tandem_mongo_document;

enum {
    // Error labels, as the drivers' specifications call them.
    TANDEM_MONGO_TRANSIENT_TRANSACTION = 1,
    TANDEM_MONGO_UNKNOWN_COMMIT = 2,
    TANDEM_MONGO_RETRYABLE_WRITE = 4,
    // Who reports the error: the server, or the driver about the connection, the choice of a server, or a login.
    TANDEM_MONGO_FROM_SERVER = 16,
    TANDEM_MONGO_FROM_NETWORK = 32,
    TANDEM_MONGO_FROM_SELECTION = 64,
    TANDEM_MONGO_FROM_LOGIN = 128,
};

typedef struct {
    int32_t code;
    uint32_t flags;
    char message[512];
} tandem_mongo_error;

typedef struct {
    // 0 keeps the driver's own limit.
    int32_t selection_milliseconds;
    int32_t connect_milliseconds;
    int32_t socket_milliseconds;
    uint32_t clients;
} tandem_mongo_limits;

// Opens the library; the same answer each time. NULL when it is there, otherwise why it is not.
const char *tandem_mongo_load(void);

// What connects to the deployment that a connection string names. Touches the network only to resolve the name of a
// mongodb+srv string.
// Limits hold where the string says nothing, and so does majority as the concern of writes.
tandem_mongo_pool *tandem_mongo_pool_new(const char *uri, tandem_mongo_limits limits, tandem_mongo_error *error);
// The hosts of a connection string, "a:1,b:2", or its SRV name. Never a user or a password.
void tandem_mongo_pool_hosts(const tandem_mongo_pool *pool, char *text, size_t size);
// Whether the connection string chooses how reads are made, which then are no snapshots.
bool tandem_mongo_pool_chooses_reads(const tandem_mongo_pool *pool);
void tandem_mongo_pool_destroy(tandem_mongo_pool *pool);

tandem_mongo_client *tandem_mongo_client_pop(tandem_mongo_pool *pool);
void tandem_mongo_client_push(tandem_mongo_pool *pool, tandem_mongo_client *client);

typedef enum {
    // Plain, for what happens in transactions; a read reads from one snapshot, chosen by its first read.
    TANDEM_MONGO_PLAIN_SESSION,
    TANDEM_MONGO_SNAPSHOT_SESSION,
} tandem_mongo_session_kind;

tandem_mongo_session *
tandem_mongo_session_new(tandem_mongo_client *client, tandem_mongo_session_kind kind, tandem_mongo_error *error);
// The id that the server knows the session by; lives as long as the session.
tandem_mongo_document tandem_mongo_session_id(tandem_mongo_session *session);
void tandem_mongo_session_destroy(tandem_mongo_session *session);
// `is_local`: whether it sees what this server has, which is what the server asks for where collections are made in it;
// otherwise what a majority has.
bool tandem_mongo_transaction_start(tandem_mongo_session *session, bool is_local, tandem_mongo_error *error);
bool tandem_mongo_transaction_commit(tandem_mongo_session *session, tandem_mongo_error *error);
void tandem_mongo_transaction_abort(tandem_mongo_session *session);

typedef enum {
    // As it is: in a transaction, or with its own concerns in it.
    TANDEM_MONGO_RAW,
    // A write outside of transactions, with the concern of the deployment.
    TANDEM_MONGO_WRITE,
} tandem_mongo_command_kind;

// Runs a command. `reply`, unless NULL, receives memory to give back with tandem_mongo_reply_free, also on failure.
bool tandem_mongo_command(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    tandem_mongo_document command,
    tandem_mongo_command_kind kind,
    tandem_mongo_document *reply,
    tandem_mongo_error *error
);
void tandem_mongo_reply_free(tandem_mongo_document reply);

tandem_mongo_cursor *tandem_mongo_find(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    const char *collection,
    tandem_mongo_document filter,
    tandem_mongo_document options,
    tandem_mongo_error *error
);
// `pipeline` is {"pipeline": [...]}.
tandem_mongo_cursor *tandem_mongo_aggregate(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    const char *collection,
    tandem_mongo_document pipeline,
    tandem_mongo_document options,
    tandem_mongo_error *error
);
// 1 and the next document, which lives until the next call; 0 at the end; -1 and an error.
int tandem_mongo_cursor_next(tandem_mongo_cursor *cursor, tandem_mongo_document *document, tandem_mongo_error *error);
void tandem_mongo_cursor_destroy(tandem_mongo_cursor *cursor);

// The changes of a collection from a place on that the options name.
tandem_mongo_stream *tandem_mongo_watch(
    tandem_mongo_client *client,
    const char *database,
    const char *collection,
    tandem_mongo_document pipeline,
    tandem_mongo_document options
);
// As tandem_mongo_cursor_next; 0 when there is nothing new for now.
int tandem_mongo_stream_next(tandem_mongo_stream *stream, tandem_mongo_document *document, tandem_mongo_error *error);
// Where to go on after what the stream returned, empty when it does not know yet; lives until the next call.
tandem_mongo_document tandem_mongo_stream_token(tandem_mongo_stream *stream);
void tandem_mongo_stream_destroy(tandem_mongo_stream *stream);
