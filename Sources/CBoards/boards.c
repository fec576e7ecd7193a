// One line per profile: the only list of what is embedded. C23's #embed takes the file itself, so nothing is generated.
#include "CBoards.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define PROFILE(symbol) static const char symbol[] = {
PROFILE(generic_arm64)
#embed "../../boards/generic-arm64.conf" suffix(, 0)
};
PROFILE(generic_x86_64)
#embed "../../boards/generic-x86-64.conf" suffix(, 0)
};
PROFILE(raspberry_pi_3)
#embed "../../boards/raspberry-pi-3.conf" suffix(, 0)
};

static const struct {
  const char *name, *text;
} profiles[] = {
    {"generic-arm64", generic_arm64},
    {"generic-x86-64", generic_x86_64},
    {"raspberry-pi-3", raspberry_pi_3},
};

const char *cboards_name(unsigned index) {
  return index < sizeof profiles / sizeof *profiles ? profiles[index].name : 0;
}
const char *cboards_text(unsigned index) {
  return index < sizeof profiles / sizeof *profiles ? profiles[index].text : 0;
}
