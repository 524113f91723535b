#include "catalog.h"

static const unsigned char bytes[] = {
#embed "../../catalog.json"
};

const unsigned char *tandem_catalog_bytes(void) { return bytes; }

size_t tandem_catalog_length(void) { return sizeof bytes; }
