import DefaultTheme from "vitepress/theme";
import TryIt from "./try-it.vue";

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => app.component("TryIt", TryIt),
};
