#ifndef TANDEM_CATALOG_H
#define TANDEM_CATALOG_H

#include <stddef.h>

/// The bytes of catalog.json, embedded at compile time.
const unsigned char *tandem_catalog_bytes(void);

/// The number of those bytes.
size_t tandem_catalog_length(void);

/// The bytes of models.json, embedded at compile time.
const unsigned char *tandem_models_bytes(void);

/// The number of those bytes.
size_t tandem_models_length(void);

#endif
