// The page's files in the program. Scripts/web-assets writes this from what is in Web/.
#include "CWebAssets.h"

// `#embed` is of C23, and the compiler's own in earlier ones.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char actions_js[] = {
#embed "../../Web/actions.js"
};
static const unsigned char api_js[] = {
#embed "../../Web/api.js"
};
static const unsigned char app_js[] = {
#embed "../../Web/app.js"
};
static const unsigned char area_js[] = {
#embed "../../Web/area.js"
};
static const unsigned char axis_js[] = {
#embed "../../Web/axis.js"
};
static const unsigned char bottom_js[] = {
#embed "../../Web/bottom.js"
};
static const unsigned char colours_js[] = {
#embed "../../Web/colours.js"
};
static const unsigned char commands_js[] = {
#embed "../../Web/commands.js"
};
static const unsigned char compose_js[] = {
#embed "../../Web/compose.js"
};
static const unsigned char decode_js[] = {
#embed "../../Web/decode.js"
};
static const unsigned char detail_js[] = {
#embed "../../Web/detail.js"
};
static const unsigned char dom_js[] = {
#embed "../../Web/dom.js"
};
static const unsigned char draw_js[] = {
#embed "../../Web/draw.js"
};
static const unsigned char expression_js[] = {
#embed "../../Web/expression.js"
};
static const unsigned char extra_js[] = {
#embed "../../Web/extra.js"
};
static const unsigned char filters_js[] = {
#embed "../../Web/filters.js"
};
static const unsigned char graph_js[] = {
#embed "../../Web/graph.js"
};
static const unsigned char hit_js[] = {
#embed "../../Web/hit.js"
};
static const unsigned char index_html[] = {
#embed "../../Web/index.html"
};
static const unsigned char keys_js[] = {
#embed "../../Web/keys.js"
};
static const unsigned char labels_js[] = {
#embed "../../Web/labels.js"
};
static const unsigned char list_js[] = {
#embed "../../Web/list.js"
};
static const unsigned char listtools_js[] = {
#embed "../../Web/listtools.js"
};
static const unsigned char main_js[] = {
#embed "../../Web/main.js"
};
static const unsigned char members_js[] = {
#embed "../../Web/members.js"
};
static const unsigned char menu_js[] = {
#embed "../../Web/menu.js"
};
static const unsigned char minimap_js[] = {
#embed "../../Web/minimap.js"
};
static const unsigned char overlay_js[] = {
#embed "../../Web/overlay.js"
};
static const unsigned char pages_js[] = {
#embed "../../Web/pages.js"
};
static const unsigned char palette_js[] = {
#embed "../../Web/palette.js"
};
static const unsigned char picture_js[] = {
#embed "../../Web/picture.js"
};
static const unsigned char pointer_js[] = {
#embed "../../Web/pointer.js"
};
static const unsigned char rows_js[] = {
#embed "../../Web/rows.js"
};
static const unsigned char scene_js[] = {
#embed "../../Web/scene.js"
};
static const unsigned char search_js[] = {
#embed "../../Web/search.js"
};
static const unsigned char session_js[] = {
#embed "../../Web/session.js"
};
static const unsigned char shape_js[] = {
#embed "../../Web/shape.js"
};
static const unsigned char status_js[] = {
#embed "../../Web/status.js"
};
static const unsigned char strip_js[] = {
#embed "../../Web/strip.js"
};
static const unsigned char style_css[] = {
#embed "../../Web/style.css"
};
static const unsigned char svg_js[] = {
#embed "../../Web/svg.js"
};
static const unsigned char table_js[] = {
#embed "../../Web/table.js"
};
static const unsigned char text_js[] = {
#embed "../../Web/text.js"
};
static const unsigned char theme_js[] = {
#embed "../../Web/theme.js"
};
static const unsigned char tiles_js[] = {
#embed "../../Web/tiles.js"
};
static const unsigned char time_js[] = {
#embed "../../Web/time.js"
};
static const unsigned char tip_js[] = {
#embed "../../Web/tip.js"
};
static const unsigned char tools_js[] = {
#embed "../../Web/tools.js"
};
static const unsigned char types_js[] = {
#embed "../../Web/types.js"
};
static const unsigned char view_js[] = {
#embed "../../Web/view.js"
};

#define ASSET(name, bytes) {name, bytes, sizeof bytes}

static const struct web_asset assets[] = {
    ASSET("actions.js", actions_js),
    ASSET("api.js", api_js),
    ASSET("app.js", app_js),
    ASSET("area.js", area_js),
    ASSET("axis.js", axis_js),
    ASSET("bottom.js", bottom_js),
    ASSET("colours.js", colours_js),
    ASSET("commands.js", commands_js),
    ASSET("compose.js", compose_js),
    ASSET("decode.js", decode_js),
    ASSET("detail.js", detail_js),
    ASSET("dom.js", dom_js),
    ASSET("draw.js", draw_js),
    ASSET("expression.js", expression_js),
    ASSET("extra.js", extra_js),
    ASSET("filters.js", filters_js),
    ASSET("graph.js", graph_js),
    ASSET("hit.js", hit_js),
    ASSET("index.html", index_html),
    ASSET("keys.js", keys_js),
    ASSET("labels.js", labels_js),
    ASSET("list.js", list_js),
    ASSET("listtools.js", listtools_js),
    ASSET("main.js", main_js),
    ASSET("members.js", members_js),
    ASSET("menu.js", menu_js),
    ASSET("minimap.js", minimap_js),
    ASSET("overlay.js", overlay_js),
    ASSET("pages.js", pages_js),
    ASSET("palette.js", palette_js),
    ASSET("picture.js", picture_js),
    ASSET("pointer.js", pointer_js),
    ASSET("rows.js", rows_js),
    ASSET("scene.js", scene_js),
    ASSET("search.js", search_js),
    ASSET("session.js", session_js),
    ASSET("shape.js", shape_js),
    ASSET("status.js", status_js),
    ASSET("strip.js", strip_js),
    ASSET("style.css", style_css),
    ASSET("svg.js", svg_js),
    ASSET("table.js", table_js),
    ASSET("text.js", text_js),
    ASSET("theme.js", theme_js),
    ASSET("tiles.js", tiles_js),
    ASSET("time.js", time_js),
    ASSET("tip.js", tip_js),
    ASSET("tools.js", tools_js),
    ASSET("types.js", types_js),
    ASSET("view.js", view_js),
};

size_t web_asset_count(void) { return sizeof assets / sizeof *assets; }

const struct web_asset *web_asset_at(size_t index) {
  return index < web_asset_count() ? &assets[index] : NULL;
}
