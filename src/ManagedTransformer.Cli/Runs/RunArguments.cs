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
        Description =
            "Folders that mt train wrote, of runs that have ended or still go on. One that cannot be read is left out and named on "
            + "standard error, and the exit code is 1.",
        Arity = ArgumentArity.OneOrMore,
    });

    /// <summary>Reads the runs that can be read.</summary>
    /// <param name="folders">As they were named.</param>
    /// <param name="failure">What is wrong with the others; null for nothing.</param>
    /// <exception cref="UsageException">One is named twice.</exception>
    /// <exception cref="InputException">None can be read.</exception>
    public static IReadOnlyList<RunRecord> Read(string[] folders, out InputException? failure)
    {
        HashSet<string> seen = [];
        foreach (string folder in folders)
        {
            if (!seen.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))))
            {
                throw new UsageException($"The run '{folder}' is named twice.");
            }
        }

        IReadOnlyList<RunRecord> runs = RunRecord.ReadReadable(folders, out IReadOnlyList<InputException> failures);
        string reasons = string.Join(' ', failures.Select(reason => reason.Message));
        failure = failures.Count == 0 ? null : new InputException(
            $"{failures.Count} of {folders.Length} runs {(failures.Count == 1 ? "is" : "are")} left out: {reasons}");
        return runs.Count > 0 ? runs : throw new InputException(reasons);
    }
}
