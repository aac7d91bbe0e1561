/** The verbs by which an object comes into being, or becomes another one. */
export const CREATE = ["create", "update", "patch"] as const;

/** Those and the ones by which it goes. */
export const WRITE = [...CREATE, "delete", "deletecollection"] as const;
