#include "include/passwords.h"

#include <argon2.h>
#include <crypt.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a library failed with, empty while it is fine.
typedef struct {
    char text[256];
} failure;

static void *open_library(const char *const *names, size_t count, failure *reason) {
    for (size_t index = 0; index < count; index += 1) {
        void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
        if (library != NULL) {
            reason->text[0] = 0;
            return library;
        }
        const char *said = dlerror();
        if (index == 0) snprintf(reason->text, sizeof reason->text, "%s", said ? said : names[index]);
    }
    return NULL;
}

static void *function_of(void *library, const char *name, failure *reason) {
    void *function = library != NULL ? dlsym(library, name) : NULL;
    if (library != NULL && function == NULL) {
        snprintf(reason->text, sizeof reason->text, "the installed library has no function %s", name);
    }
    return function;
}

#define OPEN(reason, ...) \
    open_library((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), reason)
// By way of a pointer to data, because ISO C has no conversion to a pointer to a function.
#define RESOLVE(library, function, name, reason) (*(void **)&function = function_of(library, name, reason))

static failure argon2_failure, crypt_failure, crypto_failure;

static typeof(&argon2_hash) hash;
static typeof(&argon2_verify) verify;

static void load_argon2(void) {
    void *library = OPEN(&argon2_failure, "libargon2.so.1", "libargon2.so", "libargon2.1.dylib", "libargon2.dylib");
    RESOLVE(library, hash, "argon2_hash", &argon2_failure);
    RESOLVE(library, verify, "argon2_verify", &argon2_failure);
}

const char *tandem_argon2_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_argon2);
    return argon2_failure.text[0] ? argon2_failure.text : NULL;
}

bool tandem_argon2id(uint32_t passes, uint32_t kibibytes, uint32_t lanes, const void *password, size_t length,
                     const void *salt, size_t salt_length, size_t hash_length, char *encoded) {
    return hash(passes, kibibytes, lanes, password, length, salt, salt_length, NULL, hash_length, encoded,
                TANDEM_ENCODED_SIZE, Argon2_id, ARGON2_VERSION_13) == ARGON2_OK;
}

bool tandem_argon2_verify(const char *encoded, const void *password, size_t length, int variant) {
    return verify(encoded, password, length, (argon2_type)variant) == ARGON2_OK;
}

static typeof(&crypt_rn) crypt_into;

static void load_crypt(void) {
    void *library = OPEN(&crypt_failure, "libcrypt.so.1", "libcrypt.so.2", "libcrypt.so");
    RESOLVE(library, crypt_into, "crypt_rn", &crypt_failure);
}

const char *tandem_crypt_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_crypt);
    return crypt_failure.text[0] ? crypt_failure.text : NULL;
}

bool tandem_crypt(const char *password, const char *setting, char *encoded) {
    // 32 KiB, which are too much for the stacks of some threads.
    struct crypt_data *data = calloc(1, sizeof *data);
    if (data == NULL) return false;
    const char *result = crypt_into(password, setting, data, sizeof *data);
    if (result != NULL) snprintf(encoded, TANDEM_ENCODED_SIZE, "%s", result);
    bool succeeded = result != NULL;
    explicit_bzero(data, sizeof *data);
    free(data);
    return succeeded;
}

// Declared here so that OpenSSL's headers need not be installed: both are the same in every OpenSSL since 1.1.
static const void *(*digest_named)(const char *name);
static int (*digest_of)(const void *bytes, size_t count, unsigned char *digest, unsigned *size, const void *type,
                        void *engine);

static void load_crypto(void) {
    void *library = OPEN(&crypto_failure, "libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so");
    RESOLVE(library, digest_named, "EVP_get_digestbyname", &crypto_failure);
    RESOLVE(library, digest_of, "EVP_Digest", &crypto_failure);
}

const char *tandem_crypto_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_crypto);
    return crypto_failure.text[0] ? crypto_failure.text : NULL;
}

unsigned tandem_digest(const char *name, const void *bytes, size_t length, uint8_t *digest) {
    unsigned size = 0;
    const void *type = digest_named(name);
    if (type == NULL || digest_of(bytes, length, digest, &size, type, NULL) != 1) return 0;
    return size;
}
