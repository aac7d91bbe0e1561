import * as pulumi from "@pulumi/pulumi";

import { deployFoundation, loadConfig } from "./components";
import { stackWaivers } from "./components/waivers";

// The areas stand in components/areas.ts; each says what it is deployed after.
const outputs = deployFoundation(loadConfig(), pulumi.getProject(), { risks: stackWaivers() });

export const { platformService, encryptionConfiguration } = outputs;
