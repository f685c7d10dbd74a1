// The exports of the Actions Modules: with the compiler, so that the configuration in the Action can be edited.
import { createCredentialsExchange, createPostLogin } from "./index.js";

Object.assign(claimsmith, { createPostLogin, createCredentialsExchange });
