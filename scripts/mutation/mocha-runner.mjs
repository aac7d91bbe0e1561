// Stryker's runner for mocha asks for files of mocha without their extension, which since mocha 12.0.0 is `.cjs`. Node.js
// tries the extensions that are registered, so `.cjs` has to be one of them before the runner is loaded.

import module from "node:module";

module._extensions[".cjs"] ??= module._extensions[".js"];

export const { strykerPlugins, strykerValidationSchema } = await import("@stryker-mutator/mocha-runner");
