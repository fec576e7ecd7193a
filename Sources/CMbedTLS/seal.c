#include "CMbedTLS.h"

#include <mbedtls/chachapoly.h>
#include <mbedtls/hkdf.h>
#include <mbedtls/md.h>

int cmbedtls_hkdf(const uint8_t *salt, size_t salt_size, const uint8_t *secret, size_t secret_size,
                  const uint8_t *info, size_t info_size, uint8_t *key, size_t key_size) {
  return mbedtls_hkdf(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), salt, salt_size, secret, secret_size, info,
                      info_size, key, key_size);
}

int cmbedtls_seal(const uint8_t *key, const uint8_t *nonce, const uint8_t *header, size_t header_size,
                  const uint8_t *plain, size_t size, uint8_t *sealed) {
  mbedtls_chachapoly_context context;
  mbedtls_chachapoly_init(&context);
  int error = mbedtls_chachapoly_setkey(&context, key);
  if (error == 0) {
    error = mbedtls_chachapoly_encrypt_and_tag(&context, size, nonce, header, header_size, plain, sealed,
                                               sealed + size);
  }
  mbedtls_chachapoly_free(&context);
  return error;
}

int cmbedtls_open(const uint8_t *key, const uint8_t *nonce, const uint8_t *header, size_t header_size,
                  const uint8_t *sealed, size_t size, uint8_t *plain) {
  mbedtls_chachapoly_context context;
  mbedtls_chachapoly_init(&context);
  int error = mbedtls_chachapoly_setkey(&context, key);
  if (error == 0) {
    error = mbedtls_chachapoly_auth_decrypt(&context, size, nonce, header, header_size, sealed + size, sealed, plain);
  }
  mbedtls_chachapoly_free(&context);
  return error;
}
