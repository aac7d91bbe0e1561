import type { Type } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import express from "express";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { createHttpsServer } from "@x0tta6bl4/spiffe/http";
import type { ServerPolicy } from "@x0tta6bl4/spiffe/tls";

export async function serve(identity: X509Provider, policy: ServerPolicy, module: Type) {
    const app = express();
    await (await NestFactory.create(module, new ExpressAdapter(app))).init();
    return createHttpsServer(identity, policy, app); // peerOf(request) in controllers and guards
}
