import type { Tool } from "../tool";
import { actionlint } from "./actionlint";
import { eslint } from "./eslint";
import { gitleaks } from "./gitleaks";
import { npmAudit } from "./npm-audit";
import { osvScanner } from "./osv-scanner";
import { semgrep } from "./semgrep";
import { zizmor } from "./zizmor";

/** Every scanner; a new one is a file and a line here. */
export const TOOLS: readonly Tool[] = [eslint, semgrep, gitleaks, actionlint, zizmor, npmAudit, osvScanner];
