#include "functions.h"
#include "include/mongo.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

tandem_mongo_functions tandem_mongo;

static char reason[512];

// The driver's own handler writes to stdout, which belongs to the protocol. Whatever matters is the error of a call, too.
static void ignore(mongoc_log_level_t level, const char *domain, const char *message, void *context) {
    (void)level, (void)domain, (void)message, (void)context;
}

static void load(void) {
    static const char *const names[] = {"libmongoc-1.0.so.0", "libmongoc-1.0.so", "libmongoc-1.0.dylib"};
    void *library = NULL;
    for (size_t index = 0; library == NULL && index < sizeof names / sizeof *names; index += 1) {
        library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL && index == 0) snprintf(reason, sizeof reason, "%s", dlerror());
    }
    if (library == NULL) return;
    reason[0] = 0;
#define TANDEM_MONGO_RESOLVE(name) \
    if ((*(void **)&tandem_mongo.name = dlsym(library, #name)) == NULL) { \
        snprintf(reason, sizeof reason, "the installed libmongoc has no function %s", #name); \
        return; \
    }
    TANDEM_MONGO_FUNCTIONS(TANDEM_MONGO_RESOLVE)
    tandem_mongo.mongoc_log_set_handler(ignore, NULL);
    tandem_mongo.mongoc_init();
}

const char *tandem_mongo_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return reason[0] ? reason : NULL;
}
