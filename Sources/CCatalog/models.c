#include "catalog.h"

static const unsigned char bytes[] = {
#embed "../../models.json"
};

const unsigned char *tandem_models_bytes(void) { return bytes; }

size_t tandem_models_length(void) { return sizeof bytes; }
