// The functions of libmongoc and libbson that are used.
#pragma once

#include <mongoc/mongoc.h>

#define TANDEM_MONGO_FUNCTIONS(each) \
    each(bson_init_static) \
    each(bson_destroy) \
    each(bson_init) \
    each(bson_get_data) \
    each(bson_free) \
    each(bson_destroy_with_steal) \
    each(bson_concat) \
    each(mongoc_init) \
    each(mongoc_log_set_handler) \
    each(mongoc_uri_new_with_error) \
    each(mongoc_uri_destroy) \
    each(mongoc_uri_has_option) \
    each(mongoc_uri_set_option_as_int32) \
    each(mongoc_uri_set_write_concern) \
    each(mongoc_uri_get_hosts) \
    each(mongoc_uri_get_srv_hostname) \
    each(mongoc_read_concern_new) \
    each(mongoc_read_concern_set_level) \
    each(mongoc_read_concern_destroy) \
    each(mongoc_write_concern_new) \
    each(mongoc_write_concern_set_wmajority) \
    each(mongoc_write_concern_destroy) \
    each(mongoc_client_pool_new_with_error) \
    each(mongoc_client_pool_set_error_api) \
    each(mongoc_client_pool_set_appname) \
    each(mongoc_client_pool_max_size) \
    each(mongoc_client_pool_pop) \
    each(mongoc_client_pool_push) \
    each(mongoc_client_pool_destroy) \
    each(mongoc_client_get_collection) \
    each(mongoc_client_start_session) \
    each(mongoc_client_command_with_opts) \
    each(mongoc_client_write_command_with_opts) \
    each(mongoc_session_opts_new) \
    each(mongoc_session_opts_set_causal_consistency) \
    each(mongoc_session_opts_set_snapshot) \
    each(mongoc_session_opts_destroy) \
    each(mongoc_transaction_opts_new) \
    each(mongoc_transaction_opts_set_read_concern) \
    each(mongoc_transaction_opts_destroy) \
    each(mongoc_client_session_get_lsid) \
    each(mongoc_client_session_append) \
    each(mongoc_client_session_start_transaction) \
    each(mongoc_client_session_commit_transaction) \
    each(mongoc_client_session_abort_transaction) \
    each(mongoc_client_session_in_transaction) \
    each(mongoc_client_session_destroy) \
    each(mongoc_collection_find_with_opts) \
    each(mongoc_collection_aggregate) \
    each(mongoc_collection_watch) \
    each(mongoc_collection_destroy) \
    each(mongoc_cursor_next) \
    each(mongoc_cursor_error_document) \
    each(mongoc_cursor_destroy) \
    each(mongoc_change_stream_next) \
    each(mongoc_change_stream_error_document) \
    each(mongoc_change_stream_get_resume_token) \
    each(mongoc_change_stream_destroy) \
    each(mongoc_error_has_label)

typedef struct {
#define TANDEM_MONGO_POINTER(name) __typeof__(&name) name;
    TANDEM_MONGO_FUNCTIONS(TANDEM_MONGO_POINTER)
#undef TANDEM_MONGO_POINTER
} tandem_mongo_functions;

// Filled by tandem_mongo_load.
extern tandem_mongo_functions tandem_mongo;
