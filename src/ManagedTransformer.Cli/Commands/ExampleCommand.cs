using System.CommandLine;

namespace ManagedTransformer.Cli.Commands;

/// <summary>A command whose help ends with examples.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">One sentence.</param>
/// <param name="examples">One command line each.</param>
internal sealed class ExampleCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines to try.</summary>
    public IReadOnlyList<string> Examples => examples;
}
