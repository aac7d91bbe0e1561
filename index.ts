import * as pulumi from "@pulumi/pulumi";

import { loadConfig } from "./components/config";
import { deployFoundation } from "./components/deploy";

// The areas stand in components/areas.ts; each says what it is deployed after.
const outputs = deployFoundation(loadConfig(), pulumi.getProject());

export const { platformService, encryptionConfiguration } = outputs;
