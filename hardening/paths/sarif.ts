import type { Location, Log, ThreadFlowLocation } from "sarif";

import { version } from "../../packages/hardening/package.json";
import { ALL_FAMILIES } from "../../policies/paths/edges";
import { jsonText } from "../formats/format";
import { SCHEMA, uriOf } from "../formats/sarif";
import { fileOf } from "../formats/rules";
import type { Hop, PathsReport } from "./report";
import { placeOf, stopsOf } from "./report";

/** SARIF 2.1.0: each path is a result whose codeFlow has a step for each hop, at the object that makes it so. */
export function sarifOf(report: PathsReport): string {
    const { paths, from, to, subject, cut, limits, unseen } = report;
    const indexes = new Map(ALL_FAMILIES.map(({ name }, index) => [name, index]));
    const log: Log = {
        $schema: SCHEMA,
        version: "2.1.0",
        runs: [
            {
                tool: {
                    driver: {
                        name: "hardening paths",
                        version,
                        semanticVersion: version,
                        rules: ALL_FAMILIES.map(({ name, title, technique, needs, cut: { remedy } }) => ({
                            id: name,
                            shortDescription: { text: `The attacker can ${title}.` },
                            help: { text: [`Needs ${needs}.`, remedy].filter(Boolean).join(" ") },
                            properties: { tags: ["security", "kubernetes", technique.id] },
                        })),
                    },
                },
                columnKind: "utf16CodeUnits",
                invocations: [
                    {
                        executionSuccessful: true,
                        toolExecutionNotifications: [
                            ...limits.map((text) => ({
                                level: "note" as const,
                                message: { text: `Not seen: ${text}` },
                            })),
                            ...unseen.map(({ what, why }) => ({
                                level: "warning" as const,
                                message: { text: `Not known, so that paths may be missing: ${what}: ${why}` },
                            })),
                        ],
                    },
                ],
                results: paths.flatMap((path) => {
                    const last = path.findLast(({ remedy }) => remedy !== "") ?? path.at(-1);
                    if (last === undefined) {
                        return [];
                    }
                    const ruleIndex = indexes.get(last.edge);
                    return [
                        {
                            ruleId: last.edge,
                            ...(ruleIndex !== undefined && { ruleIndex }),
                            level: "error" as const,
                            message: { text: `${subject}: ${stopsOf(path).join(" -> ")}. ${last.remedy}`.trim() },
                            locations: [locationOf(last)],
                            codeFlows: [
                                {
                                    message: { text: `from ${from} to ${to}` },
                                    threadFlows: [{ locations: path.map(stepOf) }],
                                },
                            ],
                            ...(cut !== undefined && {
                                properties: {
                                    cut: cut.map((change) => `${placeOf(change)}: ${change.remedy}`),
                                },
                            }),
                        },
                    ];
                }),
            },
        ],
    };
    return jsonText(log);
}

function stepOf(hop: Hop, index: number): ThreadFlowLocation {
    const because = hop.reason === "" ? "" : ` because ${hop.reason}`;
    const text = `${hop.from} -> ${hop.to}: can ${hop.does}${because}`;
    return {
        executionOrder: index + 1,
        location: { ...locationOf(hop), message: { text } },
        kinds: [hop.technique.id],
    };
}

/** Where a hop is made so. What is how Kubernetes works stands in no file. */
function locationOf({ object, source, field, from }: Hop): Location {
    const name = object === "" ? from : object;
    return {
        ...(source !== "" && {
            physicalLocation: { artifactLocation: { uri: uriOf(fileOf({ source })) } },
        }),
        logicalLocations: [
            {
                name,
                fullyQualifiedName: field === "" ? name : `${name}/${field}`,
                kind: object === "" ? "step" : "resource",
            },
        ],
    };
}
