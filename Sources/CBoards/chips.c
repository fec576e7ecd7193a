// The table of sensor chips, embedded as the profiles are.
#include "CBoards.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char chips[] = {
#embed "../../boards/chips/chips.conf" suffix(, 0)
};

const char *cboards_chips(void) { return chips; }
