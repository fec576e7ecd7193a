// The example of a home and a load, embedded as the profiles are.
#include "CBoards.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char simulate[] = {
#embed "../../docs/simulate.conf" suffix(, 0)
};

const char *cboards_simulate(void) { return simulate; }
