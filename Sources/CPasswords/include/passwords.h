// The hash functions of libargon2, libxcrypt and libcrypto, each library opened with dlopen at first use: nothing of
// them is loaded before somebody signs in, and a missing one spoils only what needs it.
//
// Everything here may be called from any thread at any time.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TANDEM_ARGON2_D = 0, TANDEM_ARGON2_I = 1, TANDEM_ARGON2_ID = 2 };

// Room for what the functions below write, the final NUL included.
enum { TANDEM_ENCODED_SIZE = 512, TANDEM_DIGEST_SIZE = 64 };

// NULL, or why the library can't be used. The text lives as long as the process.
const char *tandem_argon2_load(void);
const char *tandem_crypt_load(void);
const char *tandem_crypto_load(void);

// Hashes with Argon2id into a text that names its parameters. Only after tandem_argon2_load returned NULL.
bool tandem_argon2id(uint32_t passes, uint32_t kibibytes, uint32_t lanes, const void *password, size_t length,
                     const void *salt, size_t salt_length, size_t hash_length, char *encoded);

// Whether a password gives this encoded text, compared in constant time. Only after tandem_argon2_load returned NULL.
bool tandem_argon2_verify(const char *encoded, const void *password, size_t length, int variant);

// Hashes as the setting says, which may be a whole hash, with bcrypt, SHA-crypt, yescrypt and their kin; false for a
// setting or a password that the library refuses. Only after tandem_crypt_load returned NULL.
bool tandem_crypt(const char *password, const char *setting, char *encoded);

// The digest by its name in OpenSSL, and how many bytes it has; 0 where there is none of that name. Only after
// tandem_crypto_load returned NULL.
unsigned tandem_digest(const char *name, const void *bytes, size_t length, uint8_t *digest);

// The most common passwords of at least 8 characters: lines in lower case, sorted by bytes, each with its line feed.
const char *tandem_common_passwords(size_t *length);
