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

    /// <summary>Reads the runs that can be read.</summary>
    /// <param name="folders">As they were named.</param>
    /// <param name="failure">What is wrong with the others; null for nothing.</param>
    /// <exception cref="UsageException">One is named twice.</exception>
    /// <exception cref="InputException">None can be read.</exception>
    public static IReadOnlyList<RunRecord> ReadReadable(string[] folders, out InputException? failure)
    {
        failure = null;
        try
        {
            return Read(folders);
        }
        catch (InputException) when (folders.Length > 1)
        {
            // Each by itself.
        }

        List<string> readable = [], reasons = [];
        foreach (string folder in folders)
        {
            try
            {
                RunRecord.Read(folder);
                readable.Add(folder);
            }
            catch (InputException e)
            {
                reasons.Add(e.Message);
            }
        }

        if (reasons.Count == 0)
        {
            return Read(folders);
        }

        if (readable.Count == 0)
        {
            throw new InputException(string.Join(' ', reasons));
        }

        failure = new InputException(
            $"{reasons.Count} of {folders.Length} runs {(reasons.Count == 1 ? "is" : "are")} left out: {string.Join(' ', reasons)}");
        return RunRecord.ReadAll(readable);
    }
}
