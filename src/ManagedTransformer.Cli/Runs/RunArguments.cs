using System.CommandLine;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Runs;

/// <summary>The folders of runs that a command is about.</summary>
internal static class RunArguments
{
    /// <summary>The argument.</summary>
    public static Argument<string[]> Create() => CommonOptions.RefuseOptions(new("RUN")
    {
        Description = "Folders that mt train wrote, of runs that have ended or still go on.",
        Arity = ArgumentArity.OneOrMore,
    });

    /// <summary>Reads the runs.</summary>
    /// <param name="folders">As they were named.</param>
    /// <exception cref="UsageException">One is named twice.</exception>
    /// <exception cref="InputException">One cannot be read.</exception>
    public static IReadOnlyList<RunRecord> Read(string[] folders)
    {
        HashSet<string> seen = [];
        foreach (string folder in folders)
        {
            if (!seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
            {
                throw new UsageException($"The run '{folder}' is named twice.");
            }
        }

        return RunRecord.ReadAll(folders);
    }
}
