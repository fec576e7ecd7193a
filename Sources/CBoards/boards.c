// One line per profile: the only list of what is embedded. C23's #embed takes the file itself, so nothing is generated.
#include "CBoards.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

#define PROFILE(symbol) static const char symbol[] = {
PROFILE(generic_arm64)
#embed "../../boards/generic-arm64.conf" suffix(, 0)
};
PROFILE(generic_armv7)
#embed "../../boards/generic-armv7.conf" suffix(, 0)
};
PROFILE(generic_x86_64)
#embed "../../boards/generic-x86-64.conf" suffix(, 0)
};
PROFILE(hikey)
#embed "../../boards/hikey.conf" suffix(, 0)
};
PROFILE(hikey960)
#embed "../../boards/hikey960.conf" suffix(, 0)
};
PROFILE(orange_pi_3)
#embed "../../boards/orange-pi-3.conf" suffix(, 0)
};
PROFILE(raspberry_pi_3)
#embed "../../boards/raspberry-pi-3.conf" suffix(, 0)
};
PROFILE(raspberry_pi_3_plus)
#embed "../../boards/raspberry-pi-3-plus.conf" suffix(, 0)
};
PROFILE(raspberry_pi_4)
#embed "../../boards/raspberry-pi-4.conf" suffix(, 0)
};
PROFILE(raspberry_pi_5)
#embed "../../boards/raspberry-pi-5.conf" suffix(, 0)
};
PROFILE(raspberry_pi_zero)
#embed "../../boards/raspberry-pi-zero.conf" suffix(, 0)
};
PROFILE(raspberry_pi_zero_2)
#embed "../../boards/raspberry-pi-zero-2.conf" suffix(, 0)
};

static const struct {
  const char *name, *text;
} profiles[] = {
    {"generic-arm64", generic_arm64},
    {"generic-armv7", generic_armv7},
    {"generic-x86-64", generic_x86_64},
    {"hikey", hikey},
    {"hikey960", hikey960},
    {"orange-pi-3", orange_pi_3},
    {"raspberry-pi-3", raspberry_pi_3},
    {"raspberry-pi-3-plus", raspberry_pi_3_plus},
    {"raspberry-pi-4", raspberry_pi_4},
    {"raspberry-pi-5", raspberry_pi_5},
    {"raspberry-pi-zero", raspberry_pi_zero},
    {"raspberry-pi-zero-2", raspberry_pi_zero_2},
};

const char *cboards_name(unsigned index) {
  return index < sizeof profiles / sizeof *profiles ? profiles[index].name : 0;
}
const char *cboards_text(unsigned index) {
  return index < sizeof profiles / sizeof *profiles ? profiles[index].text : 0;
}
