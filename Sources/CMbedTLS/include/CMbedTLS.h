// What Hearth uses of libmbedtls, without its structures: those depend on its configuration, which is Debian's in the
// tests and cross/mbedtls_config.h on the boards, so none crosses this border.
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

/// One end of a TLS 1.2 connection with a pre-shared key (ECDHE-PSK with ChaCha20-Poly1305: RFC 5489, RFC 7905) over a
/// non-blocking socket that somebody else owns and closes.
typedef struct cmbedtls_tls cmbedtls_tls;

// Results below 1. They are libmbedtls's own, so an error that is not listed is in mbedtls/ssl.h.
/// The other end has said that nothing follows (close_notify).
#define cmbedtls_closed 0
/// Nothing is done until the socket can be read, or written.
#define cmbedtls_wants_read (-0x6900)
#define cmbedtls_wants_write (-0x6880)
/// The other end has gone without a word: what was read may be only a part.
#define cmbedtls_cut_off (-0x7280)
/// The other end has refused; cmbedtls_tls_alert says why.
#define cmbedtls_refused (-0x7780)
/// What came was not sealed with our key.
#define cmbedtls_wrong_key (-0x7180)
/// The client names a key that the server has not.
#define cmbedtls_unknown_key (-0x6C80)

/// Keys that a server takes at one time.
#define cmbedtls_key_limit 4
#define cmbedtls_secret_size 32
/// The most that one write takes, and that a record of Hearth carries.
#define cmbedtls_record_size 4096
/// The most that a record of another implementation carries, which only the tests' build takes.
#define cmbedtls_read_size 16384

/// NULL where memory is short. Keys are added before the first handshake.
cmbedtls_tls *cmbedtls_tls_new(int socket, int is_server);

/// The key whose identity is "hearth-" and `id` as four hexadecimal digits: one for a client, some for a server.
/// The secret is copied, and wiped when it is no longer needed. Returns 0, or another number.
int cmbedtls_tls_add_key(cmbedtls_tls *tls, uint16_t id, const uint8_t *secret);

/// Goes on with the handshake: 1 when it is done, else one of the above or an error of mbedtls/ssl.h.
int cmbedtls_tls_handshake(cmbedtls_tls *tls);

/// Reads at most one record: the count of its bytes, else as above. With less room than `cmbedtls_read_size` bytes may
/// stay behind, of which the socket does not tell.
int cmbedtls_tls_read(cmbedtls_tls *tls, uint8_t *bytes, size_t room);

/// Writes at most one record: how many bytes were taken, else as above. After `cmbedtls_wants_write` the next call has
/// to begin with the same bytes; more may stand behind them.
int cmbedtls_tls_write(cmbedtls_tls *tls, const uint8_t *bytes, size_t count);

/// Tells the other end that nothing follows, if the socket takes it.
void cmbedtls_tls_close(cmbedtls_tls *tls);

/// The id of the key in use, -1 where the client has not named one that is known.
int cmbedtls_tls_key_id(const cmbedtls_tls *tls);

/// The number of the alert by which the other end has refused (RFC 5246 7.2, RFC 4279 6).
int cmbedtls_tls_alert(const cmbedtls_tls *tls);

/// Wipes and frees.
void cmbedtls_tls_free(cmbedtls_tls *tls);

#endif
