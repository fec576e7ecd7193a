#include "CI2C.h"

#include <errno.h>
#include <fcntl.h>
#include <i2c/smbus.h>
#include <linux/i2c-dev.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int minus_errno(void) { return errno > 0 ? -errno : -EIO; }

int ci2c_open(const char *path, unsigned milliseconds) {
  int bus = open(path, O_RDWR | O_CLOEXEC);
  if (bus < 0) return minus_errno();
  // An adapter that cannot be told is as slow as it likes; whoever reads it waits for that in a process of its own.
  (void)ioctl(bus, I2C_TIMEOUT, (unsigned long)(milliseconds < 10 ? 1 : milliseconds / 10));
  (void)ioctl(bus, I2C_RETRIES, 0UL);
  return bus;
}

int ci2c_choose(int bus, uint8_t address) {
  return ioctl(bus, I2C_SLAVE, (unsigned long)address) < 0 ? minus_errno() : 0;
}

int32_t ci2c_byte(int bus, uint8_t reg) {
  // The library returns minus the error number.
  int32_t value = i2c_smbus_read_byte_data(bus, reg);
  return value < 0 ? value : value & 0xff;
}

int32_t ci2c_word(int bus, uint8_t reg) {
  int32_t value = i2c_smbus_read_word_data(bus, reg);
  return value < 0 ? value : value & 0xffff;
}

int32_t ci2c_block(int bus, uint8_t reg, uint8_t count, uint8_t *bytes) {
  if (count == 0 || count > I2C_SMBUS_BLOCK_MAX) return -EINVAL;
  uint8_t block[I2C_SMBUS_BLOCK_MAX];
  int32_t read = i2c_smbus_read_i2c_block_data(bus, reg, count, block);
  if (read < 0) return read;
  if (read > count) read = count;
  for (int32_t index = 0; index < read; index++) bytes[index] = block[index];
  return read;
}
