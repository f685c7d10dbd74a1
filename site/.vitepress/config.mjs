// The site: the repository's own pages, with a search, and the workbench beside the recipes.

import { readFileSync } from "node:fs";
import { withMermaid } from "vitepress-plugin-mermaid";

const page = (text, link) => ({ text, link });

export default withMermaid({
  srcDir: "pages",
  outDir: "../dist/site",
  title: "Claimsmith",
  description: "Data from your own API in the tokens that Auth0 issues",
  rewrites: { "README.md": "index.md" },
  cleanUrls: false,
  // Times of files say nothing about pages.
  lastUpdated: false,
  markdown: {
    // As GitHub makes them, so that a link to a heading leads there on both.
    anchor: {
      slugify: (text) =>
        text
          .trim()
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
          .replaceAll(" ", "-"),
    },
    languageAlias: { console: "shellsession", jmespath: "javascript", jsonc: "json5" },
    config: (markdown) => {
      // Braces in code are code, and not the site's templates.
      const code = markdown.renderer.rules.code_inline;
      markdown.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index].attrSet("v-pre", "");
        return code(tokens, index, ...rest);
      };
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: { level: [2, 3] },
    nav: [
      page("Quick start", "/docs/quick-start"),
      page("Recipes", "/docs/recipes"),
      page("Every key", "/docs/configuration"),
    ],
    sidebar: sidebar(),
  },
});

/** The README's own list of pages: one place says what there is. */
function sidebar() {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [, more] = /^## More\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(readme) ?? [];
  return [...more.matchAll(/^- ([\w ]+): ([\s\S]*?)(?=^- |^$)/gm)].map(([, text, list]) => ({
    text,
    items: [...list.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)].map(([, name, link]) =>
      page(name[0].toUpperCase() + name.slice(1), `/${link.replace(/\.md$/, "")}`),
    ),
  }));
}
