import * as pulumi from "@pulumi/pulumi";

import { deployFoundation, loadConfig } from "./components";
import { stackWaivers } from "./components/waivers";

// The areas stand in components/areas.ts; each says what it is deployed after. What they put out, the stack puts out: an output that
// is named here and that an area without settings doesn't have would be one without a value.
export = deployFoundation(loadConfig(), pulumi.getProject(), { risks: stackWaivers() });
