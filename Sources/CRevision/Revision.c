#include "CRevision.h"

#include <stddef.h>

const char *cinegrad_revision(void) {
#ifdef CINEGRAD_REVISION
    return CINEGRAD_REVISION;
#else
    return NULL;
#endif
}
