// The page's files in the program: each has its bytes and a line in the table. A test compares them
// with the folder.
#include "CWebAssets.h"

// `#embed` is of C23, and the compiler's own in earlier ones.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char index_html[] = {
#embed "../../Web/index.html"
};
static const unsigned char app_js[] = {
#embed "../../Web/app.js"
};
static const unsigned char app_css[] = {
#embed "../../Web/app.css"
};

#define ASSET(name, bytes) {name, bytes, sizeof bytes}

static const struct web_asset assets[] = {
    ASSET("index.html", index_html),
    ASSET("app.js", app_js),
    ASSET("app.css", app_css),
};

size_t web_asset_count(void) { return sizeof assets / sizeof *assets; }

const struct web_asset *web_asset_at(size_t index) {
  return index < web_asset_count() ? &assets[index] : NULL;
}
