#include "CContract.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const unsigned char openapi[] = {
#embed "../../openapi.yaml"
};
#pragma clang diagnostic pop

const size_t cinegrad_openapi_size = sizeof openapi;

const unsigned char *cinegrad_openapi_address(void) { return openapi; }
