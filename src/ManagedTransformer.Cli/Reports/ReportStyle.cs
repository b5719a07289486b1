namespace ManagedTransformer.Cli.Reports;

/// <summary>
/// The style sheet of a report: light and dark, narrow and wide. Colours have a contrast of at least 4.5 to their ground.
/// </summary>
internal static class ReportStyle
{
    /// <summary>The rules.</summary>
    public const string Css = """
        :root {
          color-scheme: light dark;
          --ground: #ffffff; --panel: #f6f8fa; --text: #1f2328; --quiet: #57606a; --edge: #d0d7de; --differs: #fff3c4;
          --c0: #0969da; --c1: #bc4c00; --c2: #1a7f37; --c3: #8250df; --c4: #bf3989; --c5: #57606a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #0d1117; --panel: #161b22; --text: #e6edf3; --quiet: #9da7b3; --edge: #30363d; --differs: #4a3b08;
            --c0: #58a6ff; --c1: #f0883e; --c2: #3fb950; --c3: #bc8cff; --c4: #f778ba; --c5: #9da7b3;
          }
        }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 96rem; padding: 1rem clamp(0.75rem, 3vw, 2rem) 3rem; background: var(--ground); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.5rem 0 1rem } h2 { font-size: 1.25rem; margin: 2.2rem 0 0.8rem }
        h3 { font-size: 1rem; margin: 0 0 0.4rem } p { margin: 0.4rem 0 } h1, h2, h3, li { overflow-wrap: anywhere }
        .quiet { color: var(--quiet) } code { font-family: ui-monospace, Consolas, monospace; font-size: 0.92em }
        .figures { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)) }
        figure, .sample { margin: 0; padding: 0.9rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--panel); min-width: 0 }
        .chart { display: block; width: 100%; height: auto }
        .chart text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--text) } .chart .tick { font-size: 13px; fill: var(--quiet) }
        .grid { stroke: var(--edge); stroke-width: 1 } .frame { fill: none; stroke: var(--quiet); stroke-width: 1 }
        .line { fill: none; stroke-width: 2.4; stroke-linejoin: round } .fine { stroke-width: 1.4 }
        .mark { fill: var(--panel); stroke-width: 2 }
        .c0 { stroke: var(--c0) } .c1 { stroke: var(--c1) } .c2 { stroke: var(--c2) } .c3 { stroke: var(--c3) } .c4 { stroke: var(--c4) } .c5 { stroke: var(--c5) }
        .bar { stroke: none } .bar.c0 { fill: var(--c0) } .bar.c1 { fill: var(--c1) } .bar.c2 { fill: var(--c2) } .bar.c3 { fill: var(--c3) } .bar.c4 { fill: var(--c4) } .bar.c5 { fill: var(--c5) }
        .line.d1 { stroke-dasharray: 8 4 } .line.d2 { stroke-dasharray: 3 3 } .line.d3 { stroke-dasharray: 10 3 2 3 }
        .legend { list-style: none; margin: 0 0 0.5rem; padding: 0; display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; font-size: 0.88rem }
        .legend li { display: flex; align-items: center; gap: 0.45rem; min-width: 0 } .legend svg { flex: none; width: 44px; height: 16px }
        .scroll { overflow-x: auto; position: relative } .scroll:focus-visible, summary:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px }
        table { border-collapse: collapse; font-size: 0.9rem } caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
        th, td { padding: 0.28rem 0.75rem; border-bottom: 1px solid var(--edge); text-align: left; vertical-align: top; max-width: 28rem; overflow-wrap: break-word }
        thead th { border-bottom: 2px solid var(--quiet) } tbody th { font-weight: 400 } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
        .differs th, .differs td { background: var(--differs) } .differs th { font-weight: 600 } .best { font-weight: 700 }
        details { margin-top: 0.5rem } summary { cursor: pointer; color: var(--quiet); font-size: 0.9rem } details .scroll { max-height: 24rem; overflow-y: auto }
        .samples { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)) }
        .sample dt { color: var(--quiet); font-size: 0.85rem; margin-top: 0.5rem } .sample dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
        @media print { body { max-width: none } figure, .sample { break-inside: avoid } }
        """;
}
