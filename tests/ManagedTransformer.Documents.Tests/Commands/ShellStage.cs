namespace ManagedTransformer.Documents.Tests.Commands;

/// <summary>One command of a pipeline.</summary>
/// <param name="Words">Its name and arguments, without quotes.</param>
/// <param name="Input">The file that it reads; null for none.</param>
/// <param name="Output">The file that it writes; null for none.</param>
internal sealed record ShellStage(IReadOnlyList<string> Words, string? Input, string? Output)
{
    private const string Tool = "mt", Server = "mt-serve", Serve = "serve";

    /// <summary>What <c>mt</c> is called with; null where something else is called.</summary>
    public IReadOnlyList<string>? ToolArguments =>
        Words is [Tool, ..] ? [.. Words.Skip(1)]
        : Words is [Server, ..] ? [Serve, .. Words.Skip(1)]
        : Words is ["dotnet", "run", ..] && Words.Contains("src/ManagedTransformer.Server")
            ? [Serve, .. Words.SkipWhile(word => word != "--").Skip(1)]
        : Words is ["dotnet", "run", ..] && Words.Contains("src/ManagedTransformer.Cli")
            ? [.. Words.SkipWhile(word => word != "--").Skip(1)]
        : null;
}
