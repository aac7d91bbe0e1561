import type { Control } from "../engine/control";
import { auditControls } from "./audit";
import { identityControls } from "./identity";
import { imagesControls } from "./images";
import { namespacesControls } from "./namespaces";
import { networkControls } from "./network";
import { pathsControls } from "./paths";
import { platformControls } from "./platform";
import { podControls } from "./pod";
import { rbacControls } from "./rbac";
import { resourcesControls } from "./resources";
import { secretsControls } from "./secrets";

/** The registry: every control there is, in reading order. The pack, the tool, CONTROLS.md and the tests derive from it. */
export const controls: readonly Control[] = [
    ...podControls,
    ...imagesControls,
    ...resourcesControls,
    ...rbacControls,
    ...namespacesControls,
    ...networkControls,
    ...secretsControls,
    ...identityControls,
    ...platformControls,
    ...auditControls,
    ...pathsControls,
];
