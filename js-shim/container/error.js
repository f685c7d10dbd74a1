/** The beginning of each message that refuses a module. */
export const CONTAINER_ERROR = "the container for the pasted module does not know";
