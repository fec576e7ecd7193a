#include "CMbedTLS.h"

#include <errno.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

_Static_assert(cmbedtls_wants_read == MBEDTLS_ERR_SSL_WANT_READ, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_wants_write == MBEDTLS_ERR_SSL_WANT_WRITE, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_cut_off == MBEDTLS_ERR_SSL_CONN_EOF, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_refused == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_wrong_key == MBEDTLS_ERR_SSL_INVALID_MAC, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_unknown_key == MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY, "as in mbedtls/ssl.h");
_Static_assert(cmbedtls_record_size <= MBEDTLS_SSL_OUT_CONTENT_LEN, "what is written fits a record");
_Static_assert(cmbedtls_read_size >= MBEDTLS_SSL_IN_CONTENT_LEN, "a record fits what is read at once");

static const char prefix[] = "hearth-";
enum { prefix_size = sizeof prefix - 1, identity_size = prefix_size + 4 };

struct key {
  uint8_t identity[identity_size];
  uint8_t secret[cmbedtls_secret_size];
  uint16_t id;
};

struct cmbedtls_tls {
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config config;
  int socket;
  int key_id;
  int alert;
  /// Bytes that were sealed and wait for the socket: the next write has to begin with them.
  size_t sealed;
  size_t key_count;
  struct key keys[cmbedtls_key_limit];
};

static int fill_random(void *unused, unsigned char *bytes, size_t count) {
  (void)unused;
  while (count > 0) {
    ssize_t got = getrandom(bytes, count, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return MBEDTLS_ERR_SSL_HW_ACCEL_FAILED;
    bytes += got;
    count -= (size_t)got;
  }
  return 0;
}

static int send_bytes(void *context, const unsigned char *bytes, size_t count) {
  ssize_t sent;
  do {
    sent = send(((cmbedtls_tls *)context)->socket, bytes, count, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return (int)sent;
  return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_SSL_CONN_EOF;
}

static int receive_bytes(void *context, unsigned char *bytes, size_t room) {
  ssize_t got;
  do {
    got = recv(((cmbedtls_tls *)context)->socket, bytes, room, 0);
  } while (got < 0 && errno == EINTR);
  if (got > 0) return (int)got;
  return got < 0 && errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_SSL_CONN_EOF;
}

/// The server's look-up of the identity that the client names; which one is known is no secret.
static int find_key(void *context, mbedtls_ssl_context *ssl, const unsigned char *identity, size_t size) {
  cmbedtls_tls *tls = context;
  for (size_t index = 0; index < tls->key_count; index++) {
    const struct key *key = &tls->keys[index];
    if (size != identity_size || memcmp(identity, key->identity, identity_size) != 0) continue;
    tls->key_id = key->id;
    return mbedtls_ssl_set_hs_psk(ssl, key->secret, cmbedtls_secret_size);
  }
  return MBEDTLS_ERR_SSL_UNKNOWN_IDENTITY;
}

cmbedtls_tls *cmbedtls_tls_new(int socket, int is_server) {
  static const int suites[] = {MBEDTLS_TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256, 0};
  static const mbedtls_ecp_group_id curves[] = {MBEDTLS_ECP_DP_CURVE25519, MBEDTLS_ECP_DP_NONE};
  cmbedtls_tls *tls = calloc(1, sizeof *tls);
  if (!tls) return NULL;
  tls->socket = socket;
  tls->key_id = -1;
  mbedtls_ssl_init(&tls->ssl);
  mbedtls_ssl_config *config = &tls->config;
  mbedtls_ssl_config_init(config);
  mbedtls_ssl_config_defaults(config, is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
                              MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
  mbedtls_ssl_conf_ciphersuites(config, suites);
  mbedtls_ssl_conf_curves(config, curves);
  mbedtls_ssl_conf_rng(config, fill_random, NULL);
  if (is_server) mbedtls_ssl_conf_psk_cb(config, find_key, tls);
  if (mbedtls_ssl_setup(&tls->ssl, config) != 0) {
    cmbedtls_tls_free(tls);
    return NULL;
  }
  mbedtls_ssl_set_bio(&tls->ssl, tls, send_bytes, receive_bytes, NULL);
  return tls;
}

int cmbedtls_tls_add_key(cmbedtls_tls *tls, uint16_t id, const uint8_t *secret) {
  if (tls->key_count >= cmbedtls_key_limit) return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
  struct key *key = &tls->keys[tls->key_count++];
  memcpy(key->identity, prefix, prefix_size);
  for (int digit = 0; digit < 4; digit++) {
    key->identity[prefix_size + digit] = (uint8_t)"0123456789abcdef"[id >> (12 - 4 * digit) & 15];
  }
  memcpy(key->secret, secret, cmbedtls_secret_size);
  key->id = id;
  if (tls->config.endpoint == MBEDTLS_SSL_IS_SERVER) return 0;
  tls->key_id = id;
  return mbedtls_ssl_conf_psk(&tls->config, secret, cmbedtls_secret_size, key->identity, identity_size);
}

/// Notes the alert while the record that holds it is still there.
static int noted(cmbedtls_tls *tls, int result) {
  if (result == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && tls->ssl.in_msg) tls->alert = tls->ssl.in_msg[1];
  return result == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? cmbedtls_closed : result;
}

int cmbedtls_tls_handshake(cmbedtls_tls *tls) {
  int error = mbedtls_ssl_handshake(&tls->ssl);
  if (error != 0) return noted(tls, error);
  mbedtls_platform_zeroize(tls->keys, sizeof tls->keys);
  return 1;
}

int cmbedtls_tls_read(cmbedtls_tls *tls, uint8_t *bytes, size_t room) {
  int count = mbedtls_ssl_read(&tls->ssl, bytes, room);
  // Zero is libmbedtls's word for an end without close_notify.
  return count > 0 ? count : count == 0 ? cmbedtls_cut_off : noted(tls, count);
}

int cmbedtls_tls_write(cmbedtls_tls *tls, const uint8_t *bytes, size_t count) {
  // libmbedtls takes the count it is given for the one it has sealed.
  if (tls->sealed > 0 && tls->sealed < count) count = tls->sealed;
  if (count > cmbedtls_record_size) count = cmbedtls_record_size;
  int written = mbedtls_ssl_write(&tls->ssl, bytes, count);
  tls->sealed = written == MBEDTLS_ERR_SSL_WANT_WRITE ? count : 0;
  return written;
}

void cmbedtls_tls_close(cmbedtls_tls *tls) {
  if (tls->ssl.state == MBEDTLS_SSL_HANDSHAKE_OVER) mbedtls_ssl_close_notify(&tls->ssl);
}

int cmbedtls_tls_key_id(const cmbedtls_tls *tls) { return tls->key_id; }

int cmbedtls_tls_alert(const cmbedtls_tls *tls) { return tls->alert; }

void cmbedtls_tls_free(cmbedtls_tls *tls) {
  mbedtls_ssl_free(&tls->ssl);
  mbedtls_ssl_config_free(&tls->config);
  mbedtls_platform_zeroize(tls, sizeof *tls);
  free(tls);
}
