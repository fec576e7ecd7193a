// What Hearth uses of libi2c and of the kernel's i2c-dev: reading registers. It cannot write to a chip.
#ifndef CI2C_H
#define CI2C_H

#include <stdint.h>

/// Opens a bus (`/dev/i2c-1`) and bounds its waits, as far as its adapter honours that: `milliseconds` for one
/// transfer, in steps of ten, and no second attempt after a lost arbitration (I2C_TIMEOUT, I2C_RETRIES). Returns a descriptor, or minus an
/// error number.
int ci2c_open(const char *path, unsigned milliseconds);
/// Chooses the chip that is read next. Returns 0, or minus an error number: EBUSY where a driver of the kernel has it
/// (I2C_SLAVE, never I2C_SLAVE_FORCE).
int ci2c_choose(int bus, uint8_t address);
/// A register of one byte. Returns its value, or minus an error number: ENXIO or EREMOTEIO where the chip does not
/// answer.
int32_t ci2c_byte(int bus, uint8_t reg);
/// A register of two bytes as the bus carries it, the first one low (SMBus).
int32_t ci2c_word(int bus, uint8_t reg);
/// `count` bytes, at most 32, from a register on. Returns how many came, or minus an error number.
int32_t ci2c_block(int bus, uint8_t reg, uint8_t count, uint8_t *bytes);

#endif
