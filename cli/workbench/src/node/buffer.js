/** The global `Buffer` of Node, for what is bundled with it. */
export { Buffer } from "buffer/";
