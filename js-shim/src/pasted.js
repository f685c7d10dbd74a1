// What the pasted file needs, and no more. The build puts the bundle into a function that is given
// `claimsmith`; exports of its own would cost half a kilobyte of helpers.
import { createPostLogin } from "./post-login.js";

claimsmith.createPostLogin = createPostLogin;
