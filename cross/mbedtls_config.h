// What is built of libmbedtls 2.28 for the boards (cross/setup): ChaCha20-Poly1305 and HKDF for heartbeats, and TLS 1.2
// with ECDHE-PSK between nodes. It stands in the place of mbedtls/config.h, so Sources/CMbedTLS sees the same.
//
// One key exchange, one cipher suite, one curve: both ends are Hearth, and what is not there cannot be attacked.
// No certificates, no files, sockets, clocks or entropy sources: random numbers are getrandom(2)'s (Sources/CMbedTLS/tls.c).
#ifndef MBEDTLS_CONFIG_H
#define MBEDTLS_CONFIG_H

// Multiplication with carry in a few instructions: a handshake on a Pi 3 depends on it.
#define MBEDTLS_HAVE_ASM

#define MBEDTLS_BIGNUM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_CIPHER_C
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
// TLS hands its own source of random numbers to every multiplication.
#define MBEDTLS_ECP_NO_INTERNAL_RNG
#define MBEDTLS_HKDF_C
#define MBEDTLS_MD_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_SHA256_C
// Only handshakes and key derivation hash: 2 kB less are worth more than their speed.
#define MBEDTLS_SHA256_SMALLER

#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_CLI_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_KEY_EXCHANGE_ECDHE_PSK_ENABLED
#define MBEDTLS_SSL_CIPHERSUITES MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256
// Binds the session's keys to the whole handshake (RFC 7627).
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
// Two buffers of this size are most of what a connection costs; CMBEDTLS_RECORD_SIZE is the same.
#define MBEDTLS_SSL_IN_CONTENT_LEN 4096
#define MBEDTLS_SSL_OUT_CONTENT_LEN 4096
#define MBEDTLS_PSK_MAX_LEN 32

// Only compile-time checks and what follows from the above.
#include "mbedtls/check_config.h"

#endif
