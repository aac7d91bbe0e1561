import { optionalArea } from "../area";
import { BREAK_GLASS, BreakGlass } from "./break-glass";
import type { BreakGlassSettings } from "./settings";
import { breakGlassFaults, breakGlassSettings } from "./settings";

export interface BreakGlassConfig {
    readonly breakGlass: BreakGlassSettings;
}

export const breakGlassArea = optionalArea({
    key: "breakGlass",
    description: "Rights of a group for the length of an emergency (docs/runbooks/break-glass.md)",
    settings: breakGlassSettings,
    faults: ({ breakGlass }: BreakGlassConfig, path, { namespaces }) =>
        breakGlassFaults(breakGlass, namespaces, new Date()).map((fault) => `${path}.${fault}`),
    exceptions: [
        {
            control: "no-pod-exec",
            component: BreakGlass.__pulumiType,
            kind: "Role",
            name: BREAK_GLASS,
            fields: ["rules[]"],
            reason: "Whoever runs a runbook has to open a shell in the pod that it is about; it ends within a day, and alerts tell of it.",
            objects: ({ breakGlass: { namespaces } }: BreakGlassConfig) =>
                namespaces.map((namespace) => `Role ${namespace}/${BREAK_GLASS}`),
        },
    ],
    deploy: ({ breakGlass: settings }: BreakGlassConfig, stage) => ({
        resources: [new BreakGlass(BREAK_GLASS, { settings }, stage.options())],
    }),
});
