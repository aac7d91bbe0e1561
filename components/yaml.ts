import { dump } from "js-yaml";

/** A configuration as YAML text, without anchors, for a ConfigMap. */
export function toYaml(value: unknown): string {
    return dump(value, { lineWidth: 120, noRefs: true });
}
