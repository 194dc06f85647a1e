// The page's files, as they stand in `Web/`.
#ifndef CWEBASSETS_H
#define CWEBASSETS_H

#include <stddef.h>

struct web_asset {
  // The name below `Web/`: "app.js".
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

// How many there are.
size_t web_asset_count(void);

// One of them, from 0; null behind the last.
const struct web_asset *web_asset_at(size_t index);

#endif
