#include "functions.h"
#include "include/mongo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define mongo tandem_mongo

struct tandem_mongo_pool {
    mongoc_uri_t *uri;
    mongoc_client_pool_t *clients;
    bool chooses_reads;
};

struct tandem_mongo_session {
    mongoc_client_session_t *session;
    mongoc_transaction_opt_t *options;
};

#define CLIENT(value) ((mongoc_client_t *)(value))

// The view of a caller's bytes that the driver takes; an empty one stands for no document.
static const bson_t *view(bson_t *document, tandem_mongo_document bytes) {
    if (bytes.length == 0) return NULL;
    return mongo.bson_init_static(document, bytes.bytes, bytes.length) ? document : NULL;
}

static uint32_t source(uint32_t domain, uint32_t code) {
    switch (domain) {
    case MONGOC_ERROR_SERVER:
    // The server did it, and says that not enough others have.
    case MONGOC_ERROR_WRITE_CONCERN: return TANDEM_MONGO_FROM_SERVER;
    case MONGOC_ERROR_STREAM: return TANDEM_MONGO_FROM_NETWORK;
    case MONGOC_ERROR_SERVER_SELECTION: return TANDEM_MONGO_FROM_SELECTION;
    case MONGOC_ERROR_CLIENT:
        return code == MONGOC_ERROR_CLIENT_AUTHENTICATE ? TANDEM_MONGO_FROM_LOGIN : 0;
    default: return 0;
    }
}

static void report(tandem_mongo_error *to, const bson_error_t *error, const bson_t *reply) {
    to->code = (int32_t)error->code;
    to->flags = source(error->domain, error->code);
    if (reply != NULL) {
        if (mongo.mongoc_error_has_label(reply, "TransientTransactionError"))
            to->flags |= TANDEM_MONGO_TRANSIENT_TRANSACTION;
        if (mongo.mongoc_error_has_label(reply, "UnknownTransactionCommitResult"))
            to->flags |= TANDEM_MONGO_UNKNOWN_COMMIT;
        if (mongo.mongoc_error_has_label(reply, "RetryableWriteError")) to->flags |= TANDEM_MONGO_RETRYABLE_WRITE;
    }
    snprintf(to->message, sizeof to->message, "%s", error->message);
}

static void set_default(mongoc_uri_t *uri, const char *option, int32_t value) {
    if (value != 0 && !mongo.mongoc_uri_has_option(uri, option))
        mongo.mongoc_uri_set_option_as_int32(uri, option, value);
}

tandem_mongo_pool *tandem_mongo_pool_new(const char *text, tandem_mongo_limits limits, tandem_mongo_error *error) {
    bson_error_t failure = {0};
    mongoc_uri_t *uri = mongo.mongoc_uri_new_with_error(text, &failure);
    if (uri == NULL) {
        report(error, &failure, NULL);
        return NULL;
    }
    set_default(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, limits.selection_milliseconds);
    set_default(uri, MONGOC_URI_CONNECTTIMEOUTMS, limits.connect_milliseconds);
    set_default(uri, MONGOC_URI_SOCKETTIMEOUTMS, limits.socket_milliseconds);
    // A read concern of the deployment would contradict that of snapshots, so callers give theirs to each read.
    bool chooses_reads = mongo.mongoc_uri_has_option(uri, MONGOC_URI_READCONCERNLEVEL);
    if (!mongo.mongoc_uri_has_option(uri, MONGOC_URI_W)) {
        mongoc_write_concern_t *majority = mongo.mongoc_write_concern_new();
        mongo.mongoc_write_concern_set_wmajority(majority, 0);
        mongo.mongoc_uri_set_write_concern(uri, majority);
        mongo.mongoc_write_concern_destroy(majority);
    }
    mongoc_client_pool_t *clients = mongo.mongoc_client_pool_new_with_error(uri, &failure);
    if (clients == NULL) {
        report(error, &failure, NULL);
        mongo.mongoc_uri_destroy(uri);
        return NULL;
    }
    mongo.mongoc_client_pool_set_error_api(clients, MONGOC_ERROR_API_VERSION_2);
    mongo.mongoc_client_pool_set_appname(clients, "tandem");
    mongo.mongoc_client_pool_max_size(clients, limits.clients);
    tandem_mongo_pool *pool = calloc(1, sizeof *pool);
    pool->uri = uri;
    pool->clients = clients;
    pool->chooses_reads = chooses_reads;
    return pool;
}

void tandem_mongo_pool_hosts(const tandem_mongo_pool *pool, char *text, size_t size) {
    const char *srv = mongo.mongoc_uri_get_srv_hostname(pool->uri);
    size_t used = 0;
    text[0] = 0;
    if (srv != NULL) {
        snprintf(text, size, "%s", srv);
        return;
    }
    for (const mongoc_host_list_t *host = mongo.mongoc_uri_get_hosts(pool->uri); host != NULL; host = host->next) {
        int count = snprintf(text + used, size - used, "%s%s", used == 0 ? "" : ",", host->host_and_port);
        if (count < 0 || used + (size_t)count >= size) return;
        used += (size_t)count;
    }
}

bool tandem_mongo_pool_chooses_reads(const tandem_mongo_pool *pool) { return pool->chooses_reads; }

void tandem_mongo_pool_destroy(tandem_mongo_pool *pool) {
    mongo.mongoc_client_pool_destroy(pool->clients);
    mongo.mongoc_uri_destroy(pool->uri);
    free(pool);
}

tandem_mongo_client *tandem_mongo_client_pop(tandem_mongo_pool *pool) {
    return (tandem_mongo_client *)mongo.mongoc_client_pool_pop(pool->clients);
}

void tandem_mongo_client_push(tandem_mongo_pool *pool, tandem_mongo_client *client) {
    mongo.mongoc_client_pool_push(pool->clients, CLIENT(client));
}

tandem_mongo_session *
tandem_mongo_session_new(tandem_mongo_client *client, tandem_mongo_session_kind kind, tandem_mongo_error *error) {
    mongoc_session_opt_t *options = mongo.mongoc_session_opts_new();
    if (kind == TANDEM_MONGO_SNAPSHOT_SESSION) {
        mongo.mongoc_session_opts_set_snapshot(options, true);
    } else {
        mongo.mongoc_session_opts_set_causal_consistency(options, false);
    }
    bson_error_t failure = {0};
    mongoc_client_session_t *started = mongo.mongoc_client_start_session(CLIENT(client), options, &failure);
    mongo.mongoc_session_opts_destroy(options);
    if (started == NULL) {
        report(error, &failure, NULL);
        return NULL;
    }
    tandem_mongo_session *session = calloc(1, sizeof *session);
    session->session = started;
    return session;
}

tandem_mongo_document tandem_mongo_session_id(tandem_mongo_session *session) {
    const bson_t *id = mongo.mongoc_client_session_get_lsid(session->session);
    return (tandem_mongo_document){mongo.bson_get_data(id), id->len};
}

void tandem_mongo_session_destroy(tandem_mongo_session *session) {
    if (session->options != NULL) mongo.mongoc_transaction_opts_destroy(session->options);
    mongo.mongoc_client_session_destroy(session->session);
    free(session);
}

bool tandem_mongo_transaction_start(tandem_mongo_session *session, bool is_local, tandem_mongo_error *error) {
    if (session->options == NULL) {
        session->options = mongo.mongoc_transaction_opts_new();
        mongoc_read_concern_t *concern = mongo.mongoc_read_concern_new();
        mongo.mongoc_read_concern_set_level(
            concern, is_local ? MONGOC_READ_CONCERN_LEVEL_LOCAL : MONGOC_READ_CONCERN_LEVEL_SNAPSHOT
        );
        mongo.mongoc_transaction_opts_set_read_concern(session->options, concern);
        mongo.mongoc_read_concern_destroy(concern);
    }
    bson_error_t failure = {0};
    if (mongo.mongoc_client_session_start_transaction(session->session, session->options, &failure)) return true;
    report(error, &failure, NULL);
    return false;
}

bool tandem_mongo_transaction_commit(tandem_mongo_session *session, tandem_mongo_error *error) {
    bson_error_t failure = {0};
    bson_t reply;
    bool succeeded = mongo.mongoc_client_session_commit_transaction(session->session, &reply, &failure);
    if (!succeeded) report(error, &failure, &reply);
    mongo.bson_destroy(&reply);
    return succeeded;
}

void tandem_mongo_transaction_abort(tandem_mongo_session *session) {
    if (!mongo.mongoc_client_session_in_transaction(session->session)) return;
    bson_error_t failure;
    mongo.mongoc_client_session_abort_transaction(session->session, &failure);
}

// The options of a call with the session added; false when the session can't be used.
static bool options_of(
    bson_t *options, tandem_mongo_document given, const tandem_mongo_session *session, tandem_mongo_error *error
) {
    bson_error_t failure = {0};
    bson_t said;
    mongo.bson_init(options);
    if (view(&said, given) != NULL) mongo.bson_concat(options, &said);
    if (session == NULL || mongo.mongoc_client_session_append(session->session, options, &failure)) return true;
    report(error, &failure, NULL);
    mongo.bson_destroy(options);
    return false;
}

bool tandem_mongo_command(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    tandem_mongo_document command,
    tandem_mongo_command_kind kind,
    tandem_mongo_document *reply,
    tandem_mongo_error *error
) {
    bson_error_t failure = {0};
    bson_t body, answer, options;
    if (reply != NULL) *reply = (tandem_mongo_document){NULL, 0};
    if (view(&body, command) == NULL) {
        *error = (tandem_mongo_error){.message = "a command was no valid document"};
        return false;
    }
    if (!options_of(&options, (tandem_mongo_document){NULL, 0}, session, error)) return false;
    bool succeeded =
        kind == TANDEM_MONGO_RAW
            ? mongo.mongoc_client_command_with_opts(CLIENT(client), database, &body, NULL, &options, &answer, &failure)
            : mongo.mongoc_client_write_command_with_opts(CLIENT(client), database, &body, &options, &answer, &failure);
    mongo.bson_destroy(&options);
    if (!succeeded) report(error, &failure, &answer);
    if (reply == NULL) {
        mongo.bson_destroy(&answer);
    } else {
        uint32_t length = 0;
        uint8_t *bytes = mongo.bson_destroy_with_steal(&answer, true, &length);
        *reply = (tandem_mongo_document){bytes, length};
    }
    return succeeded;
}

void tandem_mongo_reply_free(tandem_mongo_document reply) {
    if (reply.bytes != NULL) mongo.bson_free((void *)reply.bytes);
}

static tandem_mongo_cursor *open_cursor(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    const char *collection,
    bool aggregates,
    tandem_mongo_document what,
    tandem_mongo_document given,
    tandem_mongo_error *error
) {
    bson_t document, options;
    if (view(&document, what) == NULL) {
        *error = (tandem_mongo_error){.message = "a query was no valid document"};
        return NULL;
    }
    if (!options_of(&options, given, session, error)) return NULL;
    mongoc_collection_t *handle = mongo.mongoc_client_get_collection(CLIENT(client), database, collection);
    mongoc_cursor_t *cursor =
        aggregates ? mongo.mongoc_collection_aggregate(handle, MONGOC_QUERY_NONE, &document, &options, NULL)
                   : mongo.mongoc_collection_find_with_opts(handle, &document, &options, NULL);
    mongo.mongoc_collection_destroy(handle);
    mongo.bson_destroy(&options);
    return (tandem_mongo_cursor *)cursor;
}

tandem_mongo_cursor *tandem_mongo_find(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    const char *collection,
    tandem_mongo_document filter,
    tandem_mongo_document options,
    tandem_mongo_error *error
) {
    return open_cursor(client, session, database, collection, false, filter, options, error);
}

tandem_mongo_cursor *tandem_mongo_aggregate(
    tandem_mongo_client *client,
    tandem_mongo_session *session,
    const char *database,
    const char *collection,
    tandem_mongo_document pipeline,
    tandem_mongo_document options,
    tandem_mongo_error *error
) {
    return open_cursor(client, session, database, collection, true, pipeline, options, error);
}

int tandem_mongo_cursor_next(tandem_mongo_cursor *cursor, tandem_mongo_document *document, tandem_mongo_error *error) {
    mongoc_cursor_t *handle = (mongoc_cursor_t *)cursor;
    const bson_t *next = NULL;
    if (mongo.mongoc_cursor_next(handle, &next)) {
        *document = (tandem_mongo_document){mongo.bson_get_data(next), next->len};
        return 1;
    }
    bson_error_t failure = {0};
    const bson_t *reply = NULL;
    if (!mongo.mongoc_cursor_error_document(handle, &failure, &reply)) return 0;
    report(error, &failure, reply);
    return -1;
}

void tandem_mongo_cursor_destroy(tandem_mongo_cursor *cursor) {
    mongo.mongoc_cursor_destroy((mongoc_cursor_t *)cursor);
}

tandem_mongo_stream *tandem_mongo_watch(
    tandem_mongo_client *client,
    const char *database,
    const char *collection,
    tandem_mongo_document pipeline,
    tandem_mongo_document options
) {
    bson_t stages, given;
    if (view(&stages, pipeline) == NULL) return NULL;
    mongoc_collection_t *handle = mongo.mongoc_client_get_collection(CLIENT(client), database, collection);
    mongoc_change_stream_t *stream = mongo.mongoc_collection_watch(handle, &stages, view(&given, options));
    mongo.mongoc_collection_destroy(handle);
    return (tandem_mongo_stream *)stream;
}

int tandem_mongo_stream_next(tandem_mongo_stream *stream, tandem_mongo_document *document, tandem_mongo_error *error) {
    mongoc_change_stream_t *handle = (mongoc_change_stream_t *)stream;
    const bson_t *next = NULL;
    if (mongo.mongoc_change_stream_next(handle, &next)) {
        *document = (tandem_mongo_document){mongo.bson_get_data(next), next->len};
        return 1;
    }
    bson_error_t failure = {0};
    const bson_t *reply = NULL;
    if (!mongo.mongoc_change_stream_error_document(handle, &failure, &reply)) return 0;
    report(error, &failure, reply);
    return -1;
}

tandem_mongo_document tandem_mongo_stream_token(tandem_mongo_stream *stream) {
    const bson_t *token = mongo.mongoc_change_stream_get_resume_token((mongoc_change_stream_t *)stream);
    if (token == NULL) return (tandem_mongo_document){NULL, 0};
    return (tandem_mongo_document){mongo.bson_get_data(token), token->len};
}

void tandem_mongo_stream_destroy(tandem_mongo_stream *stream) {
    mongo.mongoc_change_stream_destroy((mongoc_change_stream_t *)stream);
}
