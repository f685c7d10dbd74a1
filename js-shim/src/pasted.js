// What the pasted file needs, and no more.
export { createPostLogin } from "./post-login.js";
