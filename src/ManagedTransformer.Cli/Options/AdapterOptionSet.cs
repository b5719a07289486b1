using System.CommandLine;
using ManagedTransformer.Checkpoints;

namespace ManagedTransformer.Cli.Options;

/// <summary>Options that put a model and an adapter together.</summary>
internal sealed class AdapterOptionSet
{
    /// <summary><c>--base</c></summary>
    public Option<string?> Base { get; } = new("--base")
    {
        Description = "Where the model of an adapter is, if it is no more where the adapter says.",
        HelpName = "MODEL_DIR",
    };

    /// <summary><c>--adapter</c></summary>
    public Option<string?> Adapter { get; } = new("--adapter")
    {
        Description = "A low-rank adapter to set beside the model's maps: the folder of a run, or one that PEFT wrote.",
        HelpName = "DIR",
    };

    /// <summary>Adds both to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        command.Add(Base);
        command.Add(Adapter);
    }

    /// <summary>What was given; null for nothing.</summary>
    /// <param name="result">The parsed command line.</param>
    public AdapterOptions? Read(ParseResult result) => (result.GetValue(Base), result.GetValue(Adapter)) switch
    {
        (null, null) => null,
        var (home, adapter) => new AdapterOptions { Base = home, Adapter = adapter },
    };
}
