// The few functions of libmbedcrypto that Hearth uses, without its structures: those differ between C libraries
// (a mutex of glibc is larger than musl's on aarch64), so none crosses this border.
#ifndef CMBEDTLS_H
#define CMBEDTLS_H

#include <stddef.h>
#include <stdint.h>

/// HKDF with SHA-256 (RFC 5869). Returns 0, or an error of mbedtls/hkdf.h.
int cmbedtls_hkdf(const uint8_t *salt, size_t salt_size, const uint8_t *secret, size_t secret_size,
                  const uint8_t *info, size_t info_size, uint8_t *key, size_t key_size);

/// ChaCha20-Poly1305 (RFC 8439) with a key of 32 bytes and a nonce of 12: writes `size` bytes of ciphertext and then
/// the tag of 16 bytes to `sealed`. Returns 0, or an error of mbedtls/chachapoly.h.
int cmbedtls_seal(const uint8_t *key, const uint8_t *nonce, const uint8_t *header, size_t header_size,
                  const uint8_t *plain, size_t size, uint8_t *sealed);

/// The reverse: `sealed` is `size` bytes of ciphertext and the tag behind them. Returns 0 only where the tag is right;
/// else `plain` is wiped.
int cmbedtls_open(const uint8_t *key, const uint8_t *nonce, const uint8_t *header, size_t header_size,
                  const uint8_t *sealed, size_t size, uint8_t *plain);

#endif
