/** A log that keeps its lines. */
/** The lines logged so far, as `level: message`. */
export function recordedLog() {
    const lines = [];
    const at = (level) => (_fields, message) => {
        lines.push(`${level}: ${message}`);
    };
    return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
//# sourceMappingURL=recorded-log.js.map