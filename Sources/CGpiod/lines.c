#include "CGpiod.h"

#include <errno.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>

// The header of 1.6 defines it, that of 2.x does not.
#ifdef GPIOD_LINE_BULK_MAX_LINES
#define FIRST_GENERATION 1
#endif

static const char consumer[] = "hearth";
/// Edges that one call takes.
enum { drain_limit = 64 };

static int minus_errno(void) { return errno > 0 ? -errno : -EIO; }

static void copy(char *to, size_t room, const char *from) {
  size_t count = from ? strnlen(from, room - 1) : 0;
  memcpy(to, from ? from : "", count);
  to[count] = 0;
}

struct cgpiod_chip {
  struct gpiod_chip *chip;
};

cgpiod_chip *cgpiod_open(const char *path) {
  cgpiod_chip *chip = malloc(sizeof *chip);
  if (!chip) return NULL;
  chip->chip = gpiod_chip_open(path);
  if (chip->chip) return chip;
  int error = errno;
  free(chip);
  errno = error;
  return NULL;
}

void cgpiod_close(cgpiod_chip *chip) {
  gpiod_chip_close(chip->chip);
  free(chip);
}

#ifdef FIRST_GENERATION

int cgpiod_label(cgpiod_chip *chip, char *label, size_t room) {
  if (room == 0) return -EINVAL;
  copy(label, room, gpiod_chip_label(chip->chip));
  return 0;
}

int cgpiod_count(cgpiod_chip *chip) { return (int)gpiod_chip_num_lines(chip->chip); }

int cgpiod_find(cgpiod_chip *chip, const char *name) {
  struct gpiod_line *line = gpiod_chip_find_line(chip->chip, name);
  return line ? (int)gpiod_line_offset(line) : -1;
}

struct cgpiod_line {
  struct gpiod_chip *chip;
  struct gpiod_line *line;
  int tells_edges;
};

static cgpiod_line *request(const char *path, unsigned offset, int kind, int value, int flags) {
  cgpiod_line *held = calloc(1, sizeof *held);
  if (!held) return NULL;
  struct gpiod_line_request_config config = {.consumer = consumer, .request_type = kind};
  if (flags & cgpiod_active_low) config.flags |= GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW;
  if (flags & cgpiod_pull_up) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
  if (flags & cgpiod_pull_down) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  if (flags & cgpiod_no_pull) config.flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
  held->chip = gpiod_chip_open(path);
  if (held->chip) {
    held->line = gpiod_chip_get_line(held->chip, offset);
    if (held->line && gpiod_line_request(held->line, &config, value != 0) == 0) return held;
  }
  int error = errno;
  if (held->chip) gpiod_chip_close(held->chip);
  free(held);
  errno = error;
  return NULL;
}

cgpiod_line *cgpiod_output(const char *path, unsigned offset, int value, int flags) {
  return request(path, offset, GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, value, flags);
}

cgpiod_line *cgpiod_input(const char *path, unsigned offset, int flags) {
  cgpiod_line *line = request(path, offset, GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES, 0, flags);
  if (line) {
    line->tells_edges = 1;
    return line;
  }
  return errno == ENXIO ? request(path, offset, GPIOD_LINE_REQUEST_DIRECTION_INPUT, 0, flags) : NULL;
}

void cgpiod_release(cgpiod_line *line) {
  // Closing a chip frees its lines.
  gpiod_chip_close(line->chip);
  free(line);
}

int cgpiod_descriptor(const cgpiod_line *line) {
  return line->tells_edges ? gpiod_line_event_get_fd(line->line) : -1;
}

int cgpiod_drain(cgpiod_line *line) {
  const struct timespec now = {0, 0};
  struct gpiod_line_event event;
  int count = 0;
  if (!line->tells_edges) return 0;
  while (count < drain_limit) {
    int waiting = gpiod_line_event_wait(line->line, &now);
    if (waiting < 0) return minus_errno();
    if (waiting == 0) return count;
    if (gpiod_line_event_read(line->line, &event) < 0) return minus_errno();
    count++;
  }
  return count;
}

int cgpiod_get(cgpiod_line *line) {
  int value = gpiod_line_get_value(line->line);
  return value < 0 ? minus_errno() : value;
}

int cgpiod_set(cgpiod_line *line, int value) {
  return gpiod_line_set_value(line->line, value != 0) < 0 ? minus_errno() : 0;
}

#else

int cgpiod_label(cgpiod_chip *chip, char *label, size_t room) {
  if (room == 0) return -EINVAL;
  struct gpiod_chip_info *info = gpiod_chip_get_info(chip->chip);
  if (!info) return minus_errno();
  copy(label, room, gpiod_chip_info_get_label(info));
  gpiod_chip_info_free(info);
  return 0;
}

int cgpiod_count(cgpiod_chip *chip) {
  struct gpiod_chip_info *info = gpiod_chip_get_info(chip->chip);
  if (!info) return minus_errno();
  int count = (int)gpiod_chip_info_get_num_lines(info);
  gpiod_chip_info_free(info);
  return count;
}

int cgpiod_find(cgpiod_chip *chip, const char *name) {
  return gpiod_chip_get_line_offset_from_name(chip->chip, name);
}

struct cgpiod_line {
  struct gpiod_line_request *request;
  /// NULL where no edges are told: for an output, and where the chip has no interrupts.
  struct gpiod_edge_event_buffer *edges;
  unsigned offset;
};

/// The request of one line with these settings; frees nothing of the caller's.
static struct gpiod_line_request *claim(const char *path, unsigned offset, struct gpiod_line_settings *settings) {
  struct gpiod_line_request *request = NULL;
  struct gpiod_chip *chip = gpiod_chip_open(path);
  struct gpiod_line_config *lines = gpiod_line_config_new();
  struct gpiod_request_config *config = gpiod_request_config_new();
  if (chip && lines && config && gpiod_line_config_add_line_settings(lines, &offset, 1, settings) == 0) {
    gpiod_request_config_set_consumer(config, consumer);
    request = gpiod_chip_request_lines(chip, config, lines);
  }
  int error = errno;
  gpiod_request_config_free(config);
  gpiod_line_config_free(lines);
  // The request has its own descriptor.
  if (chip) gpiod_chip_close(chip);
  errno = error;
  return request;
}

static struct gpiod_line_settings *settings_of(int flags) {
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  if (!settings) return NULL;
  gpiod_line_settings_set_active_low(settings, (flags & cgpiod_active_low) != 0);
  if (flags & cgpiod_pull_up) gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_PULL_UP);
  if (flags & cgpiod_pull_down) gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_PULL_DOWN);
  if (flags & cgpiod_no_pull) gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_DISABLED);
  return settings;
}

static cgpiod_line *hold(const char *path, unsigned offset, struct gpiod_line_settings *settings, int is_input) {
  cgpiod_line *line = calloc(1, sizeof *line);
  if (!line) return NULL;
  line->offset = offset;
  if (is_input) line->edges = gpiod_edge_event_buffer_new(drain_limit);
  if (line->edges || !is_input) line->request = claim(path, offset, settings);
  if (line->request) return line;
  int error = errno;
  gpiod_edge_event_buffer_free(line->edges);
  free(line);
  errno = error;
  return NULL;
}

cgpiod_line *cgpiod_output(const char *path, unsigned offset, int value, int flags) {
  struct gpiod_line_settings *settings = settings_of(flags);
  if (!settings) return NULL;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
  gpiod_line_settings_set_output_value(settings, value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
  cgpiod_line *line = hold(path, offset, settings, 0);
  int error = errno;
  gpiod_line_settings_free(settings);
  errno = error;
  return line;
}

cgpiod_line *cgpiod_input(const char *path, unsigned offset, int flags) {
  struct gpiod_line_settings *settings = settings_of(flags);
  if (!settings) return NULL;
  gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
  gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
  cgpiod_line *line = hold(path, offset, settings, 1);
  if (!line && errno == ENXIO) {
    gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_NONE);
    line = hold(path, offset, settings, 0);
  }
  int error = errno;
  gpiod_line_settings_free(settings);
  errno = error;
  return line;
}

void cgpiod_release(cgpiod_line *line) {
  gpiod_line_request_release(line->request);
  gpiod_edge_event_buffer_free(line->edges);
  free(line);
}

int cgpiod_descriptor(const cgpiod_line *line) {
  return line->edges ? gpiod_line_request_get_fd(line->request) : -1;
}

int cgpiod_drain(cgpiod_line *line) {
  if (!line->edges) return 0;
  int waiting = gpiod_line_request_wait_edge_events(line->request, 0);
  if (waiting < 0) return minus_errno();
  if (waiting == 0) return 0;
  int count = gpiod_line_request_read_edge_events(line->request, line->edges, drain_limit);
  return count < 0 ? minus_errno() : count;
}

int cgpiod_get(cgpiod_line *line) {
  enum gpiod_line_value value = gpiod_line_request_get_value(line->request, line->offset);
  return value < 0 ? minus_errno() : value == GPIOD_LINE_VALUE_ACTIVE;
}

int cgpiod_set(cgpiod_line *line, int value) {
  enum gpiod_line_value level = value ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
  return gpiod_line_request_set_value(line->request, line->offset, level) < 0 ? minus_errno() : 0;
}

#endif
