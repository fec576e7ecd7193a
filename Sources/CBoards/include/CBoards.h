// The board profiles of boards/, embedded byte for byte.
#ifndef CBOARDS_H
#define CBOARDS_H

/// Name (file name without .conf) and text of profile `index`, or NULL past the last one.
const char *cboards_name(unsigned index);
const char *cboards_text(unsigned index);

/// Text of boards/chips/chips.conf: how sensor chips are read.
const char *cboards_chips(void);

/// Text of docs/simulate.conf: the example of a home and a load.
const char *cboards_simulate(void);

#endif
