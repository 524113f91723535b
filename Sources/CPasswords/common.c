#include "include/passwords.h"

// One a line, in lower case and sorted by bytes; common-passwords.LICENSE says where they come from.
static const char list[] = {
#embed "common-passwords.txt"
};

const char *tandem_common_passwords(size_t *length) {
    *length = sizeof list;
    return list;
}
