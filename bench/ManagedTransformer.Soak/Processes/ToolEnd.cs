namespace ManagedTransformer.Soak.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Command">Its command line.</param>
/// <param name="ExitCode">Its exit code; 128 and the number of a signal that ended it.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record ToolEnd(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Requires an exit code.</summary>
    public ToolEnd Exits(int code)
    {
        Promise.Require(ExitCode == code, $"{Command} ended with exit code {ExitCode} instead of {code}: {Error.Trim()}");
        return this;
    }

    /// <summary>Requires that it failed with one sentence on standard error.</summary>
    /// <param name="mentions">What the sentence names.</param>
    public void Fails(params string[] mentions)
    {
        Exits(1);
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Promise.Require(lines.Length == 1, $"{Command} failed with {lines.Length} lines instead of a sentence: {Error.Trim()}");
        Promise.Require(
            !lines[0].Contains("Unexpected", StringComparison.Ordinal), $"{Command} failed with something unexpected: {lines[0]}");
        foreach (string mention in mentions)
        {
            Promise.Require(
                lines[0].Contains(mention, StringComparison.Ordinal), $"{Command} failed without a word of '{mention}': {lines[0]}");
        }
    }
}
